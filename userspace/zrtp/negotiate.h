/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which algorithms are offered, chosen and accepted, RFC 6189 4.1.1, 4.1.2.
 */
#ifndef ZRTP_NEGOTIATE_H
#define ZRTP_NEGOTIATE_H

#include "algo.h"

/**
 * struct zrtp_offer - what one side supports, per kind, best first, mandatory ones included
 * @multistream: "Mult" is among its agreements; never chosen for a first exchange,
 *	so it is in no list
 * @preshared: "Prsh" likewise; whether it can be chosen depends on the secrets at hand
 */
struct zrtp_offer {
	struct zrtp_algo_list list[ZRTP_KINDS];
	bool multistream;
	bool preshared;
};

/**
 * zrtp_offer_from_config() - Our own offer.
 *
 * Return: 0; -EINVAL for what this build lacks, and for EC38 without S384 and AES3.
 */
int zrtp_offer_from_config(const struct zrtp_config *config, struct zrtp_offer *out);

/** zrtp_offer_from_hello() - The other side's, without what this build does not know. */
void zrtp_offer_from_hello(const struct zrtp_hello *hello, struct zrtp_offer *out);

/**
 * zrtp_offer_blocks() - The type blocks that our Hello lists for a kind.
 * @blocks: room for ZRTP_ALGOS_MAX blocks
 *
 * Return: how many.
 */
uint8_t zrtp_offer_blocks(const struct zrtp_offer *offer, enum zrtp_kind kind, uint8_t *blocks);

/**
 * zrtp_negotiate() - What we, as initiator, choose.
 *
 * Key agreement: of each side's first common choice the faster, so that both
 * sides know it before any Commit. The rest: our first that the peer has, but with EC38
 * S384 and AES3 (5.1.5). It always succeeds, since mandatory algorithms are in every offer.
 */
void zrtp_negotiate(const struct zrtp_offer *own, const struct zrtp_offer *peer,
		    struct zrtp_suite *out);

/**
 * zrtp_suite_from_commit() - What the initiator chose, if we offered it.
 *
 * Of a Commit in Preshared mode its key is still to be found.
 *
 * Return: ZRTP_ERROR_NONE, or the code of the first kind that we did not offer, or that is too
 * weak for EC38.
 */
enum zrtp_error zrtp_suite_from_commit(const struct zrtp_offer *own,
				       const struct zrtp_commit *commit, struct zrtp_suite *out);

/** zrtp_suite_blocks() - The type blocks of a suite, in Commit's order. */
void zrtp_suite_blocks(const struct zrtp_suite *suite, const uint8_t *blocks[ZRTP_KINDS]);

/** zrtp_version_compare() - Of a Hello's version with ours: below, equal or above zero. */
int zrtp_version_compare(const uint8_t *version);

#endif /* ZRTP_NEGOTIATE_H */
