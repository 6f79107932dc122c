// SPDX-License-Identifier: GPL-2.0-or-later
#include "peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "dict.h"

#define FIELD(key, type, member)	{ key, type, offsetof(struct peer, member) }

static const struct field fields[] = {
	FIELD("Name", "s", name),
	FIELD("Addresses", "as", addresses),
	FIELD("Known", "b", known),
	FIELD("Verified", "b", verified),
	FIELD("Mismatch", "b", mismatch),
	FIELD("AutoAnswer", "b", auto_answer),
	FIELD("VerifiedSince", "t", verified_since),
	FIELD("LastCall", "t", last_call),
	FIELD("VerifiedBy", "s", verified_by),
	FIELD("Code", "b", code),
	FIELD("Suite", "s", suite),
	FIELD("Spoilt", "b", spoilt),
	{ 0 }
};

/* The last of the list is not one of whom anything is known. */
static int set_apart(struct peers *peers)
{
	uint64_t *spoilt = reallocarray(peers->spoilt, peers->n_spoilt + 1, sizeof(*spoilt));
	struct peer *last = &peers->list[peers->n - 1];

	if (!spoilt)
		return -ENOMEM;
	peers->spoilt = spoilt;
	spoilt[peers->n_spoilt++] = strtoull(strrchr(last->path, '/') + 1, NULL, 10);
	dict_free_texts(last->addresses);
	peers->n--;
	return 0;
}

static int append(struct peers *peers, sd_bus_message *m)
{
	struct peer *list = reallocarray(peers->list, peers->n + 1, sizeof(*list));
	const char *path;
	int r;

	if (!list)
		return -ENOMEM;
	peers->list = list;
	list[peers->n] = (struct peer){ .name = "", .suite = "", .verified_by = "" };
	r = sd_bus_message_read(m, "o", &path);
	if (r < 0)
		return r;
	list[peers->n].path = path;
	r = dict_read(m, fields, NULL, &list[peers->n++]);
	return r >= 0 && list[peers->n - 1].spoilt ? set_apart(peers) : r;
}

static int parse(sd_bus_message *reply, struct peers *out)
{
	int r = sd_bus_message_enter_container(reply, 'a', "(oa{sv})");

	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(reply, 'r', "oa{sv}")) > 0) {
		r = append(out, reply);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
		if (r < 0)
			break;
	}
	return r < 0 ? r : sd_bus_message_exit_container(reply);
}

int peers_list(struct cli *cli, struct peers *out)
{
	int r;

	*out = (struct peers){ 0 };
	r = bus_manager(cli, "ListPeers", &out->reply, NULL);
	if (r < 0)
		return r;
	r = parse(out->reply, out);
	if (r >= 0)
		return 0;
	peers_free(out);
	return bus_unreadable(cli, r);
}

const struct peer *peers_find(const struct peers *peers, const char *name)
{
	for (size_t i = 0; i < peers->n; i++)
		if (!strcmp(peers->list[i].name, name))
			return &peers->list[i];
	return NULL;
}

void peers_free(struct peers *peers)
{
	for (size_t i = 0; i < peers->n; i++)
		dict_free_texts(peers->list[i].addresses);
	free(peers->list);
	free(peers->spoilt);
	sd_bus_message_unref(peers->reply);
	*peers = (struct peers){ 0 };
}
