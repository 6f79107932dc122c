// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commit contention between two streams, RFC 6189 4.2: only one exchange with DH goes on at
 * a time between two ZIDs, and each end may have begun on another stream. On one stream
 * exchange.c settles it.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "session.h"

static void weigh(const struct zrtp_commit *commit, struct zrtp_contend *out)
{
	memset(out, 0, sizeof(*out));
	out->dh = commit->form == ZRTP_COMMIT_DH;
	if (out->dh)
		memcpy(out->value, commit->hvi, ZRTP_HVI_LEN);
	else
		memcpy(out->value, commit->nonce, ZRTP_NONCE_LEN);
}

/*
 * Only whoever has said the Hello can say this Commit. One in Multistream mode is of a call
 * that our owner does not know yet: it comes again.
 */
int zrtp_contends(struct zrtp_session *s, const struct zrtp_packet *pkt)
{
	struct zrtp_contend contend;
	struct zrtp_commit commit;

	if (!s->peer_hello.len || zrtp_commit_parse(pkt->msg, pkt->msg_len, &commit) ||
	    commit.form == ZRTP_COMMIT_MULT || !zrtp_chain_leads(commit.h2, 1, s->peer_h3) ||
	    !zrtp_chain_mac_valid(commit.h2, s->peer_hello.data, s->peer_hello.len) ||
	    memcmp(commit.zid, s->asked_zid, ZRTP_ZID_LEN))
		return -EBADMSG;
	weigh(&commit, &contend);
	if (s->contended && contend.dh == s->contend.dh &&
	    !memcmp(contend.value, s->contend.value, sizeof(contend.value)))
		return -EBADMSG;
	s->contended = true;
	s->contend = contend;
	zrtp_act(s, ZRTP_ACTION_CONTEND)->contend = contend;
	return -EBADMSG;	/* not used */
}

/* Does our Commit, which has not been answered, go on? */
static bool ours_stands(const struct zrtp_session *s, const struct zrtp_contend *theirs)
{
	struct zrtp_contend ours;
	struct zrtp_commit commit;

	if (s->state != ZRTP_STATE_COMMIT ||
	    zrtp_commit_parse(s->commit, s->commit_len, &commit))
		return false;
	weigh(&commit, &ours);
	if (ours.dh != theirs->dh)
		return ours.dh;
	return memcmp(ours.value, theirs->value, sizeof(ours.value)) >= 0;
}

/* What the owner has told of the peer does not hold any more when its turn comes again. */
static void yield(struct zrtp_session *s)
{
	uint8_t own_zid[ZRTP_ZID_LEN];

	if (s->state == ZRTP_STATE_COMMIT)
		zrtp_enter(s, s->started ? ZRTP_STATE_DISCOVERY : ZRTP_STATE_LISTEN);
	s->role = ZRTP_ROLE_NONE;
	s->prsh = false;
	s->commit_len = 0;
	sodium_memzero(&s->dh, sizeof(s->dh));
	sodium_memzero(&s->dhpart2, sizeof(s->dhpart2));
	memcpy(own_zid, s->peer.own_zid, sizeof(own_zid));
	memcpy(s->asked_zid, s->peer.peer_zid, sizeof(s->asked_zid));
	sodium_memzero(&s->peer, sizeof(s->peer));
	memcpy(s->peer.own_zid, own_zid, sizeof(own_zid));
	s->peer_told = false;
	s->peer_known = false;
	s->peer_asked = true;
	s->contended = false;
	zrtp_act(s, ZRTP_ACTION_YIELDED);
}

int zrtp_session_contend(struct zrtp_session *s, uint64_t now, const struct zrtp_contend *theirs)
{
	if (s->state > ZRTP_STATE_COMMIT || s->mult || !s->peer_known)
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	if (!ours_stands(s, theirs))
		yield(s);
	return 0;
}
