// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backup.h"
#include "bus_error.h"
#include "log.h"

#define HEAD_MAX	256	/* of the file, which is its writer's business */

/** struct request - what both methods are given; lives with the message */
struct request {
	const uint8_t *key;
	const uint8_t *head;
	size_t head_len;
	uid_t uid;
};

static int read_request(sd_bus_message *m, struct request *out, sd_bus_error *error)
{
	const void *key, *head;
	size_t key_len;
	int r = sd_bus_message_read_array(m, 'y', &key, &key_len);

	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &head, &out->head_len);
	if (r >= 0)
		r = bus_sender(m, &out->uid, error);
	if (r < 0)
		return r;
	if (key_len != BACKUP_KEY_LEN || out->head_len > HEAD_MAX)
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "A backup has a key of %d bytes and a head of at most %d.",
					 BACKUP_KEY_LEN, HEAD_MAX);
	out->key = key;
	out->head = head;
	return 0;
}

static int store_failed(sd_bus_error *error, int r)
{
	log_errno(r, "a backup failed");
	return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
				 "The store failed (%s): see the journal of sottod.", strerror(-r));
}

int bus_backup(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	sd_bus_message *reply = NULL;
	struct request q;
	uint8_t *box;
	size_t len;
	int r = read_request(m, &q, error);

	if (r < 0)
		return r;
	r = backup_make(b->store, q.uid ?: BACKUP_ALL, q.key, q.head, q.head_len, &box, &len);
	if (r)
		return store_failed(error, r);
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'y', box, len);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	free(box);
	return r;
}

struct newcomers {
	struct bus *bus;
	uint64_t last;		/* row that was there before */
};

static int find_last(const struct peer *p, void *arg)
{
	struct newcomers *n = arg;

	n->last = p->id;
	return 0;
}

static int tell_newcomer(const struct peer *p, void *arg)
{
	struct newcomers *n = arg;
	char path[BUS_PATH_MAX];

	if (p->id <= n->last || !*p->name)
		return 0;
	bus_peer_path(p->id, path);
	bus_signal(n->bus, "PeerAdded", path);
	return 0;
}

int bus_restore(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct newcomers newcomers = { .bus = data };
	struct bus *b = data;
	unsigned int added, kept;
	struct request q;
	const void *box;
	size_t len;
	int r = read_request(m, &q, error);

	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &box, &len);
	if (r < 0)
		return r;
	r = store_each(b->store, find_last, &newcomers) ?:
	    backup_restore(b->store, q.uid, q.key, q.head, q.head_len, box, len, &added, &kept);
	if (r == -EBADMSG)
		return sd_bus_error_set(error, BUS_BAD_ARGUMENT,
					"The passphrase is not that of this backup, or the file is "
					"not as it was written. Nothing was restored.");
	r = r ?: store_each(b->store, tell_newcomer, &newcomers);
	if (r)
		return store_failed(error, r);
	return sd_bus_reply_method_return(m, "uu", added, kept);
}
