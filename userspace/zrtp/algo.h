/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this build knows of algorithms: one row each, RFC 6189 5.1.2 to 5.1.6.
 */
#ifndef ZRTP_ALGO_H
#define ZRTP_ALGO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

/* A list as negotiated: the Hello's, and the mandatory ones behind it. */
#define ZRTP_ALGO_LIST_MAX	(ZRTP_ALGOS_MAX + 2)

/** struct zrtp_algo_list - values of one kind's enum, best first */
struct zrtp_algo_list {
	uint8_t id[ZRTP_ALGO_LIST_MAX];
	uint8_t n;
};

/**
 * struct zrtp_algo - one algorithm
 * @id: value of its kind's public enum
 * @block: its four characters on the wire
 * @len: hash: output; cipher: key; auth tag: SRTP salt; agreement: public value (octets)
 * @rank: agreement only: lower is faster, RFC 6189 4.1.2, 5.1.5
 * @name: libcrypto's name, where libcrypto does it
 * @mandatory: implied at the end of every list
 * @mode: no agreement of two public values: never in a list, never negotiated
 */
struct zrtp_algo {
	uint8_t id;
	char block[ZRTP_BLOCK_LEN + 1];
	uint16_t len;
	uint8_t rank;
	const char *name;
	bool mandatory;
	bool mode;
};

/** zrtp_algo() - The row of @id; NULL when this build lacks it. */
const struct zrtp_algo *zrtp_algo(enum zrtp_kind kind, uint8_t id);

/** zrtp_algo_from_block() - The row of four wire octets; NULL when unknown, or a mode. */
const struct zrtp_algo *zrtp_algo_from_block(enum zrtp_kind kind, const uint8_t *block);

/** zrtp_algo_all() - Everything of a kind that can be negotiated, best first. */
void zrtp_algo_all(enum zrtp_kind kind, struct zrtp_algo_list *out);

/** zrtp_algo_add_mandatory() - Append what is implied and not yet in the list. */
void zrtp_algo_add_mandatory(enum zrtp_kind kind, struct zrtp_algo_list *list);

bool zrtp_algo_list_has(const struct zrtp_algo_list *list, uint8_t id);

#endif /* ZRTP_ALGO_H */
