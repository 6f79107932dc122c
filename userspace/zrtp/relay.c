// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PBX in the middle that tells of the SAS beyond it, RFC 6189 5.13, 7.3.
 *
 * A relayed SAS is what an attacker in the middle would like to show to people. So its
 * value leaves this file only when the person has enrolled with this very PBX: its Hello
 * has the M flag, and its pbxsecret has gone into the keys that the message is sealed with.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "confirm.h"
#include "session.h"

/* Of all keys, those that open what a peer with the M flag may send; else none. */
void zrtp_relay_keep(struct zrtp_session *s)
{
	int peer = s->role == ZRTP_ROLE_INITIATOR ? ZRTP_KEYS_RESPONDER : ZRTP_KEYS_INITIATOR;
	struct zrtp_keys kept = { 0 };

	if (s->peer_mitm && !s->mult) {
		memcpy(kept.mac[peer], s->keys.mac[peer], sizeof(kept.mac[peer]));
		memcpy(kept.zrtp[peer], s->keys.zrtp[peer], sizeof(kept.zrtp[peer]));
	}
	zrtp_wipe(s);
	s->keys = kept;
	sodium_memzero(&kept, sizeof(kept));
}

static bool was_seen(const struct zrtp_session *s, const uint8_t hash[ZRTP_IMAGE_LEN])
{
	for (unsigned int i = 0; i < s->n_relays && i < ZRTP_RELAYS_KEPT; i++)
		if (!memcmp(s->relays[i], hash, ZRTP_IMAGE_LEN))
			return true;
	return false;
}

static struct zrtp_action *tell(struct zrtp_session *s, enum zrtp_relay what,
				const struct zrtp_relay_body *body)
{
	struct zrtp_action *action = zrtp_act(s, ZRTP_ACTION_RELAY);

	action->relay.what = what;
	action->relay.verified = body->verified;
	action->relay.disclosure = body->disclosure;
	action->relay.signature = body->signature_words;
	return action;
}

/* The peer repeats its SASrelay until it hears this: no timer of ours. */
static void refuse(struct zrtp_session *s, enum zrtp_error code, bool again,
		   const struct zrtp_relay_body *body)
{
	uint8_t error[ZRTP_ERROR_LEN];

	zrtp_error_build(error, sizeof(error), code);
	zrtp_send(s, error, sizeof(error));
	if (!again)
		tell(s, ZRTP_RELAY_REFUSED, body)->relay.error = code;
}

static void accept(struct zrtp_session *s, enum zrtp_sas_type type, bool again,
		   const struct zrtp_relay_body *body)
{
	bool value = !sodium_is_zero(body->sashash, sizeof(body->sashash));
	struct zrtp_action *action;

	if (value && !s->pbx_matched) {
		refuse(s, ZRTP_ERROR_MITM, again, body);
		return;
	}
	zrtp_send_ack(s, ZRTP_MSG_RELAY_ACK);
	if (again)
		return;
	s->peer_allow_clear = body->allow_clear && !s->enrolling;
	action = tell(s, value ? ZRTP_RELAY_SAS : ZRTP_RELAY_SCHEME, body);
	action->relay.sas_type = type;
	if (value)
		memcpy(action->relay.sas_value, body->sashash, sizeof(action->relay.sas_value));
}

int zrtp_secure_sasrelay(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	enum zrtp_role peer = s->role == ZRTP_ROLE_INITIATOR ? ZRTP_ROLE_RESPONDER :
							       ZRTP_ROLE_INITIATOR;
	struct zrtp_relay_body body;
	struct zrtp_confirm sealed;
	const struct zrtp_algo *scheme;
	uint8_t hash[ZRTP_IMAGE_LEN];
	bool again;

	if (!s->peer_mitm || s->mult) {
		/* RFC 6189 5.13: acknowledged, and no more; there are no keys to open it with. */
		if (zrtp_confirm_parse(pkt->msg, pkt->msg_len, &sealed))
			return -EBADMSG;
		zrtp_send_ack(s, ZRTP_MSG_RELAY_ACK);
		return 0;
	}
	/* Whatever is wrong with it, the call stays as it is. */
	if (zrtp_relay_open(&s->suite, &s->keys, peer, pkt->msg, pkt->msg_len, &body))
		return -EBADMSG;
	crypto_hash_sha256(hash, pkt->msg, pkt->msg_len);
	again = was_seen(s, hash);
	if (!again)
		memcpy(s->relays[s->n_relays++ % ZRTP_RELAYS_KEPT], hash, sizeof(hash));
	scheme = zrtp_algo_from_block(ZRTP_KIND_SAS, body.scheme);
	if (scheme)
		accept(s, scheme->id, again, &body);
	else
		refuse(s, ZRTP_ERROR_SAS_TYPE, again, &body);
	return 0;
}

int zrtp_pbxsecret(const struct zrtp_master *master, enum zrtp_role role,
		   const uint8_t own_zid[ZRTP_ZID_LEN], const uint8_t peer_zid[ZRTP_ZID_LEN],
		   uint8_t out[ZRTP_SECRET_LEN])
{
	return zrtp_kdf_of_call(master, role, own_zid, peer_zid, "Trusted MiTM key",
				ZRTP_SECRET_LEN, out);
}
