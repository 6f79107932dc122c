/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_PEERS_H
#define CLI_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli.h"

/** struct peer - the properties of org.sotto1.Peer; texts live with the message */
struct peer {
	const char *path;
	const char *name;
	char **addresses;
	bool known;
	bool verified;
	bool mismatch;
	bool auto_answer;
	bool code;			/* agreed on for the first call, which is still to come */
	const char *verified_by;	/* "sas", "code" or empty */
	uint64_t verified_since;	/* s since 1970, 0 never */
	uint64_t last_call;
	const char *suite;
	bool spoilt;			/* nothing else is known; of none in a list */
};

/** struct peers - @spoilt: numbers of those that sottod cannot read; not in @list */
struct peers {
	sd_bus_message *reply;
	struct peer *list;
	size_t n;
	uint64_t *spoilt;
	size_t n_spoilt;
};

/** peers_list() - The person's peers; free them with peers_free(). Fails as in bus.h. */
int peers_list(struct cli *cli, struct peers *out);
/** peers_find() - The one of that name; NULL if there is none. */
const struct peer *peers_find(const struct peers *peers, const char *name);
void peers_free(struct peers *peers);

#endif
