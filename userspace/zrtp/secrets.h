/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which secrets two sides have in common, RFC 6189 4.3.
 */
#ifndef ZRTP_SECRETS_H
#define ZRTP_SECRETS_H

#include "keys.h"
#include "message.h"

/**
 * zrtp_secret_ids_fill() - The IDs that @sender puts into its DHPart.
 * @h3: the sender's H3, which keys nothing but takes the role's place for aux
 * @random: what stands in for each secret that we do not have
 *
 * Return: 0, -EIO.
 */
int zrtp_secret_ids_fill(enum zrtp_hash hash, const struct zrtp_peer *peer, enum zrtp_role sender,
			 const uint8_t *h3, const struct zrtp_secret_ids *random,
			 struct zrtp_secret_ids *out);

/**
 * struct zrtp_match - the secrets that both sides have
 * @s1: rs1 or rs2 of ours, NULL for none
 * @s2: auxsecret, NULL for none
 * @s3: pbxsecret, NULL for none
 * @mismatch: we have rs1 and nothing matched: alarm, RFC 6189 4.3.2
 */
struct zrtp_match {
	const uint8_t *s1;
	const uint8_t *s2;
	size_t s2_len;
	const uint8_t *s3;
	bool mismatch;
};

/**
 * zrtp_secrets_match() - Compare the IDs that came with what we would have sent.
 * @sender: role of the side that sent @received
 * @h3: that side's H3
 * @out: points into @peer
 *
 * Return: 0, -EIO.
 */
int zrtp_secrets_match(enum zrtp_hash hash, const struct zrtp_peer *peer, enum zrtp_role sender,
		       const uint8_t *h3, const struct zrtp_secret_ids *received,
		       struct zrtp_match *out);

#endif /* ZRTP_SECRETS_H */
