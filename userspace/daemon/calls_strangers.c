// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sources that have proven nothing may cost, all of them together. Who makes up
 * addresses gets neither a key agreement for each nor more of our line than this. Whoever
 * we call, and those at an address or with a ZID that we know, are no concern of it: while
 * somebody floods us, they come through.
 */
#include "calls_priv.h"

#include <string.h>

#include "clock.h"

#define COMMITS_A_SECOND	50	/* each may take a key agreement */
#define COMMITS_AT_ONCE		100
#define BYTES_A_SECOND		262144
#define BYTES_AT_ONCE		524288

#define US	1000000ULL

/* A ZRTP packet's header is 12 octets, and 4 before the type: RFC 6189 5, 5.1. */
#define TYPE_AT		16
#define COMMIT		"Commit  "

/* Takes @cost of what comes in at @rate a second and gathers up to @burst. False: not there. */
static bool take(uint64_t *until_us, uint64_t cost, uint64_t rate, uint64_t burst)
{
	uint64_t now = clock_ms() * 1000, begin = *until_us > now ? *until_us : now;

	if (begin - now + cost * US / rate > burst * US / rate)
		return false;
	*until_us = begin + cost * US / rate;
	return true;
}

/* Its media has not been secure, nobody here has begun it, and it claims to be nobody. */
static bool is_stranger(const struct line *line)
{
	return line->call->progress == CALL_UNBORN && !line->call->outgoing &&
	       !line->call->security.secure && line->rank == RANK_STRANGER;
}

bool stranger_may_commit(struct calls *c, const struct line *line, const uint8_t *data, size_t len)
{
	return !is_stranger(line) || len < TYPE_AT + strlen(COMMIT) ||
	       memcmp(data + TYPE_AT, COMMIT, strlen(COMMIT)) ||
	       take(&c->commits_until, 1, COMMITS_A_SECOND, COMMITS_AT_ONCE);
}

bool stranger_may_have(struct calls *c, const struct line *line, size_t len)
{
	return !is_stranger(line) || take(&c->bytes_until, len, BYTES_A_SECOND, BYTES_AT_ONCE);
}
