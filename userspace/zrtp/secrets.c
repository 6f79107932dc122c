// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which secrets two sides have in common, RFC 6189 4.3.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "secrets.h"

static int secret_id(enum zrtp_hash hash, const uint8_t *secret, size_t len,
		     const uint8_t *name, size_t name_len, uint8_t out[ZRTP_SECRET_ID_LEN])
{
	uint8_t mac[ZRTP_HASH_MAX];
	int r = zrtp_hmac(hash, secret, len, name, name_len, mac);

	if (!r)
		memcpy(out, mac, ZRTP_SECRET_ID_LEN);
	sodium_memzero(mac, sizeof(mac));
	return r;
}

int zrtp_secret_ids_fill(enum zrtp_hash hash, const struct zrtp_peer *peer, enum zrtp_role sender,
			 const uint8_t *h3, const struct zrtp_secret_ids *random,
			 struct zrtp_secret_ids *out)
{
	const char *name = sender == ZRTP_ROLE_INITIATOR ? "Initiator" : "Responder";
	const uint8_t *n = (const uint8_t *)name;
	size_t len = strlen(name);
	int r = 0;

	*out = *random;
	if (peer->has_rs1)
		r = secret_id(hash, peer->rs1, ZRTP_SECRET_LEN, n, len, out->rs1);
	if (!r && peer->has_rs2)
		r = secret_id(hash, peer->rs2, ZRTP_SECRET_LEN, n, len, out->rs2);
	if (!r && peer->aux_len)
		r = secret_id(hash, peer->aux, peer->aux_len, h3, ZRTP_IMAGE_LEN, out->aux);
	if (!r && peer->has_pbx)
		r = secret_id(hash, peer->pbx, ZRTP_SECRET_LEN, n, len, out->pbx);
	return r;
}

static bool same(const uint8_t *a, const uint8_t *b)
{
	return !sodium_memcmp(a, b, ZRTP_SECRET_ID_LEN);
}

/*
 * s1 is the initiator's rs1 if the responder has it as rs1 or rs2, else the
 * initiator's rs2 likewise. Both sides come to the same one, each by its own
 * order: the initiator tries its secrets, the responder the IDs received.
 */
static const uint8_t *find_s1(const struct zrtp_peer *peer, enum zrtp_role sender,
			      const struct zrtp_secret_ids *mine,
			      const struct zrtp_secret_ids *received)
{
	bool rs1_rs1 = peer->has_rs1 && same(mine->rs1, received->rs1);
	bool rs1_rs2 = peer->has_rs1 && same(mine->rs1, received->rs2);
	bool rs2_rs1 = peer->has_rs2 && same(mine->rs2, received->rs1);
	bool rs2_rs2 = peer->has_rs2 && same(mine->rs2, received->rs2);

	if (rs1_rs1)
		return peer->rs1;
	if (sender == ZRTP_ROLE_RESPONDER)	/* we are the initiator: our rs1 goes first */
		return rs1_rs2 ? peer->rs1 : rs2_rs1 || rs2_rs2 ? peer->rs2 : NULL;
	return rs2_rs1 ? peer->rs2 : rs1_rs2 ? peer->rs1 : rs2_rs2 ? peer->rs2 : NULL;
}

int zrtp_secrets_match(enum zrtp_hash hash, const struct zrtp_peer *peer, enum zrtp_role sender,
		       const uint8_t *h3, const struct zrtp_secret_ids *received,
		       struct zrtp_match *out)
{
	static const struct zrtp_secret_ids none;
	struct zrtp_secret_ids mine;
	int r = zrtp_secret_ids_fill(hash, peer, sender, h3, &none, &mine);

	if (r)
		return r;
	memset(out, 0, sizeof(*out));
	out->s1 = find_s1(peer, sender, &mine, received);
	out->mismatch = peer->has_rs1 && !peer->tentative && !out->s1;
	if (peer->aux_len && same(mine.aux, received->aux)) {
		out->s2 = peer->aux;
		out->s2_len = peer->aux_len;
	}
	if (peer->has_pbx && same(mine.pbx, received->pbx))
		out->s3 = peer->pbx;
	return 0;
}
