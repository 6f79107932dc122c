/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a session, shared by the handlers of the state table.
 */
#ifndef ZRTP_SESSION_H
#define ZRTP_SESSION_H

#include "agreement.h"
#include "chain.h"
#include "keys.h"
#include "negotiate.h"
#include "packet.h"
#include "timers.h"

/*
 * RFC 6189 figure 1 from both sides. LISTEN was never started by its owner: it
 * answers what comes and sends nothing by itself, so that a forged source
 * address earns nobody more than it sent.
 */
enum zrtp_state {
	ZRTP_STATE_LISTEN,
	ZRTP_STATE_DISCOVERY,	/* we say Hello */
	ZRTP_STATE_COMMIT,	/* initiator: Commit sent */
	ZRTP_STATE_DHPART1,	/* responder: DHPart1 sent */
	ZRTP_STATE_DHPART2,	/* initiator: DHPart2 sent */
	ZRTP_STATE_CONFIRM1,	/* responder: Confirm1 sent */
	ZRTP_STATE_CONFIRM2,	/* initiator: Confirm2 sent */
	ZRTP_STATE_SECURE,
	ZRTP_STATE_CLEARING,	/* GoClear sent */
	ZRTP_STATE_CLEAR,	/* no keys any more */
	ZRTP_STATE_ERROR,	/* Error sent, not yet acknowledged */
	ZRTP_STATE_OVER,
	ZRTP_STATES
};

/*
 * No call queues more than ACTIONS_PER_CALL; one that finds less room than
 * that is refused, so that no key is ever lost in a full queue.
 */
#define ZRTP_ACTIONS_PER_CALL	8
#define ZRTP_ACTIONS_MAX	16
#define ZRTP_SEND_MAX		(ZRTP_DHPART_MAX + ZRTP_OVERHEAD)

/* How long a bad sign that nobody signed may be disproved by a good message. */
#define ZRTP_DOUBT_MS		1500

/*
 * LISTEN answers Hello with Hello. Of two that listen, each would so answer the other
 * without end, if somebody forged the first. Whoever has begun repeats a Hello no more
 * often than this before it slows down. After so many only every second one is answered,
 * and no more often than it then comes: that ends what two who listen say to each other,
 * and not a call over a bad network.
 */
#define ZRTP_REPEATS_MAX	(ZRTP_T1_TRIES + 4)

/* What a source that has proven nothing may get, in bytes for each byte of its own. */
#define ZRTP_UNPROVEN_FACTOR	5

/* A SASrelay comes with each new far end of a PBX; an old one is not to come again. */
#define ZRTP_RELAYS_KEPT	8

struct zrtp_queued {
	struct zrtp_action action;
	uint8_t packet[ZRTP_SEND_MAX];
};

/* Messages of ours or of the peer's, as they are on the wire. */
struct zrtp_hello_msg {
	uint8_t data[ZRTP_HELLO_MAX];
	size_t len;
};

struct zrtp_dhpart_msg {
	uint8_t data[ZRTP_DHPART_MAX];
	size_t len;
};

/**
 * struct zrtp_session - everything; one allocation, locked, made before any packet
 * @t1: Hello's schedule
 * @t2: schedule of @t2_msg
 * @idle: when a responder gives up, ZRTP_NEVER otherwise
 * @doubt: an Error or a wrong confirm_mac came: when it becomes true
 * @doubt_code: the Error's code, or the one that we shall send
 * @doubt_remote: it was the peer's Error
 * @hello_expected: the peer's Hello is to hash to @expected_hash
 * @false_told: our owner knows that another has come
 * @proven: we have begun ourselves, or the peer has shown that it gets what we send
 * @heard, @told: until then, bytes of packets from and to it
 * @repeats: LISTEN: how often the stored Hello has come again
 * @repeat_due: LISTEN: when an answer may be given to one more than ZRTP_REPEATS_MAX
 * @hello_answered: the peer has shown that it got our Hello
 * @ack_owed: LISTEN: the peer's Hello is not yet acknowledged
 * @peer_speaks: a well-formed Hello or Ping came
 * @peer_mitm: M flag of the Hello in @peer_hello: it may relay a SAS
 * @peer_told: the owner has said whom @peer is about
 * @peer_known: @peer tells about the ZID in @peer_hello
 * @peer_asked: the owner owes us zrtp_session_peer()
 * @peer_h: the peer's images as they become known
 * @own_clear_mac, @peer_clear_mac: what an authentic GoClear of each side bears
 * @peer_allow_clear: A flag of the peer's Confirm, where it counts
 * @enrolling: E flag of the peer's Confirm: nothing goes clear
 * @relays, @n_relays: hashes of the last SASrelays, which come again until RelayACK does
 * @clear_refused: our owner knows that a GoClear was refused
 * @clear_confirmed: the person knows that the call is in clear
 * @contended: our owner knows of a Commit that waits for zrtp_session_peer(), and of which
 * @mult: Multistream mode, from @master; so is the session from before any Commit
 * @prsh: Preshared mode; so is the exchange that Commit has begun
 */
struct zrtp_session {
	enum zrtp_state state;
	enum zrtp_role role;
	bool started;
	bool passive;
	bool allow_clear;
	bool disclosure;
	char client_id[ZRTP_CLIENT_ID_LEN];
	uint32_t ssrc;
	struct zrtp_offer offer;

	uint8_t seed[ZRTP_SEED_LEN];
	uint64_t draws;
	uint16_t seq;
	uint8_t endpoint_hash[ZRTP_ENDPOINT_HASH_LEN];
	struct zrtp_chain chain;

	struct zrtp_timer t1;
	struct zrtp_timer t2;
	const uint8_t *t2_msg;
	size_t t2_len;
	uint64_t idle;
	uint64_t doubt;
	enum zrtp_error doubt_code;
	bool doubt_remote;

	bool hello_expected;
	bool false_told;
	uint8_t expected_hash[ZRTP_HELLO_HASH_LEN];
	bool proven;
	uint64_t heard, told;
	unsigned int repeats;
	uint64_t repeat_due;
	bool hello_answered;
	bool ack_owed;
	bool peer_speaks;
	bool peer_mitm;
	bool peer_told;
	bool peer_known;
	bool peer_asked;
	uint8_t asked_zid[ZRTP_ZID_LEN];
	bool contended;
	struct zrtp_contend contend;
	struct zrtp_peer peer;
	struct zrtp_offer peer_offer;
	uint8_t peer_h3[ZRTP_IMAGE_LEN];
	uint8_t peer_h2[ZRTP_IMAGE_LEN];
	uint8_t peer_h1[ZRTP_IMAGE_LEN];

	struct zrtp_hello_msg own_hello;
	struct zrtp_hello_msg peer_hello;
	uint8_t commit[ZRTP_COMMIT_LEN];
	size_t commit_len;
	struct zrtp_dhpart_msg dhpart1;
	struct zrtp_dhpart_msg dhpart2;
	uint8_t confirm[ZRTP_CONFIRM_LEN];
	uint8_t peer_confirm_hash[ZRTP_IMAGE_LEN];
	uint8_t error[ZRTP_ERROR_LEN];
	uint8_t goclear[ZRTP_GOCLEAR_LEN];
	uint8_t own_clear_mac[ZRTP_MAC_LEN];
	uint8_t peer_clear_mac[ZRTP_MAC_LEN];
	bool peer_allow_clear;
	bool enrolling;
	uint8_t relays[ZRTP_RELAYS_KEPT][ZRTP_IMAGE_LEN];
	unsigned int n_relays;
	bool clear_refused;
	bool clear_confirmed;

	struct zrtp_suite suite;
	bool mult;
	struct zrtp_master master;
	struct zrtp_dh dh;
	struct zrtp_keys keys;
	struct zrtp_confirm_body peer_confirm;
	bool prsh;
	bool secrets_matched;
	bool rs2_matched;
	bool secrets_mismatch;
	bool aux_matched;
	bool pbx_matched;

	struct zrtp_queued queue[ZRTP_ACTIONS_MAX];
	unsigned int head, queued;
};

/*
 * What a handler returns: 0 for taken, -EBADMSG for dropped without a trace,
 * and any other negative errno for a failure of our own, which ends the
 * exchange with ZRTP_ERROR_SOFTWARE.
 */
typedef int (*zrtp_handler)(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);

/* session.c: what handlers do to the session */
void zrtp_random(struct zrtp_session *s, void *buf, size_t len);
struct zrtp_action *zrtp_act(struct zrtp_session *s, enum zrtp_action_type type);
void zrtp_send(struct zrtp_session *s, const uint8_t *msg, size_t len);
void zrtp_send_ack(struct zrtp_session *s, enum zrtp_message type);
/** zrtp_send_t2() - Send and repeat until the state changes; @msg lives in the session. */
void zrtp_send_t2(struct zrtp_session *s, uint64_t now, const uint8_t *msg, size_t len);
/** zrtp_enter() - Next state; stops every timer of the last one. */
void zrtp_enter(struct zrtp_session *s, enum zrtp_state state);
/** zrtp_fail() - Tell the peer and the owner, wipe the keys. Return: 0 */
int zrtp_fail(struct zrtp_session *s, uint64_t now, enum zrtp_error code);
/** zrtp_end() - Tell the owner only, wipe everything. */
void zrtp_end(struct zrtp_session *s, enum zrtp_error code, bool remote);
/** zrtp_doubt() - Fail with @code in a while, unless the exchange goes on. */
void zrtp_doubt(struct zrtp_session *s, uint64_t now, enum zrtp_error code, bool remote);
/** zrtp_malformed() - What was waited for has come and has the wrong structure. Return: -EBADMSG */
int zrtp_malformed(struct zrtp_session *s, uint64_t now);
/** zrtp_wipe() - Every secret that the session holds; what was queued is the owner's. */
void zrtp_wipe(struct zrtp_session *s);
/** zrtp_queue_has_room() - For all that one call may queue. */
bool zrtp_queue_has_room(const struct zrtp_session *s);
/** zrtp_finish() - A failure @r of our own ends the exchange: the peer learns it, the owner too. */
int zrtp_finish(struct zrtp_session *s, uint64_t now, int r);
/** zrtp_in_progress() - An exchange has begun and is not complete. */
bool zrtp_in_progress(const struct zrtp_session *s);

/* discovery.c */
int zrtp_hello_make(struct zrtp_session *s);
/** zrtp_hello_forget() - The peer's, which was false: as if it had not come. */
void zrtp_hello_forget(struct zrtp_session *s, uint64_t now);
int zrtp_listen_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_listen_hello_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_discovery_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_discovery_hello_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_later_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_secure_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_any_ping(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
/** zrtp_discover() - Go on with what is known by now of the peer. */
int zrtp_discover(struct zrtp_session *s, uint64_t now);

/* exchange.c */

/** zrtp_commit_make() - Our Commit into @s->commit. 0 or a negative errno. */
int zrtp_commit_make(struct zrtp_session *s, const struct zrtp_commit *commit);
int zrtp_initiate(struct zrtp_session *s, uint64_t now);
int zrtp_discovery_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_commit_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_commit_confirm1(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_commit_dhpart1(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_dhpart1_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_dhpart1_dhpart2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_dhpart2_confirm1(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_confirm1_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_confirm1_dhpart2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_confirm1_confirm2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_confirm2_conf2ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_secure_confirm2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);

/* multistream.c */

/** zrtp_more_commit() - Our Commit into @s->commit. 0 or a negative errno. */
int zrtp_more_commit(struct zrtp_session *s);
/** zrtp_more_suite() - May this Commit go on with what we have? NONE, or the code to fail with. */
enum zrtp_error zrtp_more_suite(const struct zrtp_session *s, const struct zrtp_commit *commit,
				struct zrtp_suite *suite);
/** zrtp_more_transcript() - Without DH: the responder's Hello, and Commit. */
struct zrtp_transcript zrtp_more_transcript(const struct zrtp_session *s);
/** zrtp_more_agree() - All keys from ZRTPSess, Hello and Commit. 0 or a negative errno. */
int zrtp_more_agree(struct zrtp_session *s);
/** zrtp_more_chain_ok() - Do the peer's messages hang by the H0 of its Confirm? */
bool zrtp_more_chain_ok(const struct zrtp_session *s, const uint8_t h0[ZRTP_IMAGE_LEN]);
/** zrtp_more_master() - What the next exchange needs: this one's nonce is spent. */
void zrtp_more_master(const struct zrtp_session *s, struct zrtp_master *out);

/* contention.c */

/** zrtp_contends() - A Commit of whoever ZRTP_ACTION_PEER asks about: the owner is told. */
int zrtp_contends(struct zrtp_session *s, const struct zrtp_packet *pkt);

/* clear.c */

/** zrtp_clear_prepare() - What GoClear needs, while there are keys. 0 or a negative errno. */
int zrtp_clear_prepare(struct zrtp_session *s);
bool zrtp_clear_allowed_by_peer(const struct zrtp_session *s);
int zrtp_secure_goclear(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_clear_goclear(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_clearing_clear_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
int zrtp_clearing_error(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
/** zrtp_clearing_unanswered() - No ClearACK came: the keys end all the same. */
void zrtp_clearing_unanswered(struct zrtp_session *s);

/* relay.c */

/** zrtp_relay_keep() - Wipe as zrtp_wipe(), but for what a SASrelay of this peer needs. */
void zrtp_relay_keep(struct zrtp_session *s);
int zrtp_secure_sasrelay(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);

/* signalling.c */

/** zrtp_hello_is_false() - Is it another than what was signalled? */
bool zrtp_hello_is_false(const struct zrtp_session *s, const uint8_t *msg, size_t len);

/* preshared.c */

/** zrtp_preshared_wanted() - Shall our Commit be in Preshared mode? */
bool zrtp_preshared_wanted(const struct zrtp_session *s);
/** zrtp_preshared_commit() - Our Commit into @s->commit. 0 or a negative errno. */
int zrtp_preshared_commit(struct zrtp_session *s);
/**
 * zrtp_preshared_agree() - All keys from the secret that Commit names.
 *
 * Return: 0; -ENOKEY when we have it not, or not for this purpose; another negative errno.
 */
int zrtp_preshared_agree(struct zrtp_session *s);

#endif /* ZRTP_SESSION_H */
