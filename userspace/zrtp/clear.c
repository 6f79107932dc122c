// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Back to RTP in clear, RFC 6189 4.7.2: GoClear, ClearACK, and what keeps anybody but the
 * two people from bringing it about.
 *
 * Of the keys nothing stays for it but the two clear_mac that they lead to, which are the
 * same for the whole exchange.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "session.h"

static const uint8_t goclear_block[] = { 'G', 'o', 'C', 'l', 'e', 'a', 'r', ' ' };

static int clear_mac(const struct zrtp_session *s, int side, uint8_t out[ZRTP_MAC_LEN])
{
	uint8_t mac[ZRTP_HASH_MAX];
	int r = zrtp_hmac(s->suite.hash, s->keys.mac[side], zrtp_hash_len(s->suite.hash),
			  goclear_block, sizeof(goclear_block), mac);

	if (!r)
		memcpy(out, mac, ZRTP_MAC_LEN);
	sodium_memzero(mac, sizeof(mac));
	return r;
}

int zrtp_clear_prepare(struct zrtp_session *s)
{
	int own = s->role == ZRTP_ROLE_INITIATOR ? ZRTP_KEYS_INITIATOR : ZRTP_KEYS_RESPONDER;
	int r = clear_mac(s, own, s->own_clear_mac);

	return r ?: clear_mac(s, !own, s->peer_clear_mac);
}

/* RFC 6189 7.3.1: while somebody enrols with a PBX, nothing goes clear. */
bool zrtp_clear_allowed_by_peer(const struct zrtp_session *s)
{
	return s->peer_confirm.allow_clear && !s->peer_confirm.enrollment;
}

static void cleared(struct zrtp_session *s, bool by_peer)
{
	bool asked = s->state == ZRTP_STATE_CLEARING;

	sodium_memzero(s->own_clear_mac, sizeof(s->own_clear_mac));
	sodium_memzero(&s->keys, sizeof(s->keys));
	zrtp_act(s, ZRTP_ACTION_CLEARED)->cleared.by_peer = by_peer;
	zrtp_enter(s, ZRTP_STATE_CLEAR);
	if (asked)		/* by the person of this end, who need not be asked */
		zrtp_session_clear_confirmed(s);
}

static bool is_authentic(const struct zrtp_session *s, const struct zrtp_packet *pkt)
{
	const uint8_t *mac;

	return !zrtp_goclear_parse(pkt->msg, pkt->msg_len, &mac) &&
	       !sodium_memcmp(mac, s->peer_clear_mac, ZRTP_MAC_LEN);
}

static void refuse(struct zrtp_session *s)
{
	uint8_t error[ZRTP_ERROR_LEN];

	/* The peer repeats its GoClear until it hears this: no timer of ours. */
	zrtp_error_build(error, sizeof(error), ZRTP_ERROR_GOCLEAR_REFUSED);
	zrtp_send(s, error, sizeof(error));
	if (!s->clear_refused)
		zrtp_act(s, ZRTP_ACTION_CLEAR_REFUSED)->refused.remote = false;
	s->clear_refused = true;
}

int zrtp_secure_goclear(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (!is_authentic(s, pkt))
		return -EBADMSG;
	if (!s->allow_clear || s->enrolling) {
		refuse(s);
		return 0;
	}
	zrtp_send_ack(s, ZRTP_MSG_CLEAR_ACK);
	cleared(s, true);
	return 0;
}

/* Our ClearACK was lost. */
int zrtp_clear_goclear(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (!is_authentic(s, pkt))
		return -EBADMSG;
	zrtp_send_ack(s, ZRTP_MSG_CLEAR_ACK);
	return 0;
}

int zrtp_clearing_clear_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (pkt->msg_len != ZRTP_MESSAGE_HEADER_LEN)
		return -EBADMSG;
	cleared(s, false);
	return 0;
}

void zrtp_clearing_unanswered(struct zrtp_session *s)
{
	cleared(s, false);
}

/* Anybody could have sent it; but what comes of it is no less than the keys that there are. */
int zrtp_clearing_error(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	uint32_t code;

	if (zrtp_error_parse(pkt->msg, pkt->msg_len, &code))
		return -EBADMSG;
	zrtp_send_ack(s, ZRTP_MSG_ERROR_ACK);
	if (code != ZRTP_ERROR_GOCLEAR_REFUSED)
		return 0;
	zrtp_act(s, ZRTP_ACTION_CLEAR_REFUSED)->refused.remote = true;
	zrtp_enter(s, ZRTP_STATE_SECURE);
	return 0;
}

int zrtp_session_go_clear(struct zrtp_session *s, uint64_t now)
{
	int r;

	if (s->state != ZRTP_STATE_SECURE)
		return -EINVAL;
	if (!s->allow_clear || !s->peer_allow_clear)
		return -EPERM;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	r = zrtp_goclear_build(s->goclear, sizeof(s->goclear), s->own_clear_mac);
	if (r < 0)
		return r;
	zrtp_enter(s, ZRTP_STATE_CLEARING);
	zrtp_send_t2(s, now, s->goclear, sizeof(s->goclear));
	return 0;
}

int zrtp_session_clear_confirmed(struct zrtp_session *s)
{
	if (s->state != ZRTP_STATE_CLEAR || s->clear_confirmed)
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	s->clear_confirmed = true;
	zrtp_act(s, ZRTP_ACTION_TX_CLEAR);
	return 0;
}

int zrtp_master_renew(struct zrtp_master *master, enum zrtp_role role,
		      const uint8_t own_zid[ZRTP_ZID_LEN], const uint8_t peer_zid[ZRTP_ZID_LEN])
{
	uint8_t key[ZRTP_HASH_MAX] = { 0 };
	const struct zrtp_algo *hash = zrtp_algo(ZRTP_KIND_HASH, master->suite.hash);
	int r;

	if (!hash)
		return -EINVAL;
	r = zrtp_kdf_of_call(master, role, own_zid, peer_zid, "New ZRTP Session", hash->len, key);
	if (!r)
		memcpy(master->key, key, hash->len);
	sodium_memzero(key, sizeof(key));
	return r;
}
