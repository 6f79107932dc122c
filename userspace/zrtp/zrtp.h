/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ZRTP (RFC 6189) as a pure state machine.
 *
 * Packets, the clock and randomness go in; packets, deadlines, keys and events
 * come out. The engine does no I/O, reads no clock, and keeps no state outside
 * its session. Errors are negative errno.
 *
 * How it is driven:
 *
 *	zrtp_session_new(&s, &config, seed);
 *	zrtp_session_start(s, now)		we want to speak; sends Hello
 *	loop:
 *		a packet came:		zrtp_session_packet(s, now, data, len)
 *		the deadline passed:	zrtp_session_tick(s, now)
 *		SRTP authenticated:	zrtp_session_srtp_authenticated(s, now)
 *		then always:		while (zrtp_session_next(s, &action) > 0) act on it
 *					wait until zrtp_session_deadline(s)
 *	zrtp_session_free(s)			wipes every secret
 *
 * A packet that starts an exchange from the other side works on a session that
 * was never started: the first valid Hello yields ZRTP_ACTION_PEER, and the
 * session goes on when zrtp_session_peer() has told who that ZID is to us.
 *
 * Such a session only answers: one Hello and one HelloACK at most for each packet,
 * no timer, no Commit, until the other side has shown by DHPart2 or a Confirm that it
 * gets what we send. One exception: a Commit in Preshared mode whose secret we lack is
 * answered by ours in DH mode, repeated within five times the bytes that came. Call
 * zrtp_session_start() on it as well to take part on equal terms.
 *
 * More keys for the same call, as when it is rekeyed, come from a further session
 * in Multistream mode: zrtp_session_multistream() gives it what the first one has
 * left behind. The session that is secure tells when the other side begins one.
 *
 * So does another stream of the same call. That it is one is known from the ZID in its
 * first Hello: to ZRTP_ACTION_PEER the answer is then zrtp_session_join(). Until the first
 * stream has its keys there is none: only one exchange with DH goes on at a time between
 * two ZIDs (RFC 6189 4.4.1). ZRTP_ACTION_CONTEND and zrtp_session_contend() settle which,
 * when the two ends have begun on different streams.
 *
 * Keys end by GoClear too, where both sides have allowed it: ZRTP_ACTION_CLEARED means
 * that they are void and that nothing leaves any more. RTP leaves in clear only from
 * ZRTP_ACTION_TX_CLEAR on, which waits for the person to say so by
 * zrtp_session_clear_confirmed(). The way back is Multistream mode, from the ZRTPSess that
 * zrtp_master_renew() makes.
 *
 * Every call that can queue actions returns -EBUSY, and does nothing, while the
 * actions of earlier calls wait to be taken.
 */
#ifndef SOTTO_ZRTP_H
#define SOTTO_ZRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZRTP_ZID_LEN		12
#define ZRTP_SECRET_LEN		32	/* retained secrets, RFC 6189 4.6.1 */
#define ZRTP_SEED_LEN		32
#define ZRTP_PACKET_MAX		3072	/* fragments are not spoken */
#define ZRTP_CLIENT_ID_LEN	16
#define ZRTP_KEY_MAX		32
#define ZRTP_SALT_MAX		14
#define ZRTP_ALGOS_MAX		7	/* RFC 6189 5.2: up to 7 of each kind */
#define ZRTP_AUX_MAX		64
#define ZRTP_HASH_MAX		64
#define ZRTP_HELLO_HASH_LEN	32	/* RFC 6189 8.1 */
#define ZRTP_HELLO_HASH_TEXT	70	/* as text, with its terminating zero */
#define ZRTP_NONCE_LEN		16	/* Commit without DH, RFC 6189 5.4 */
#define ZRTP_NONCES_KEPT	8
#define ZRTP_CONTEND_LEN	32	/* hvi, RFC 6189 5.4 */
#define ZRTP_NEVER		UINT64_MAX

/* Algorithms; the wire's four characters are in algo.c. */
enum zrtp_hash { ZRTP_HASH_S256 = 1, ZRTP_HASH_S384, ZRTP_HASH_S512 };
enum zrtp_cipher { ZRTP_CIPHER_AES1 = 1, ZRTP_CIPHER_AES3 };
enum zrtp_auth_tag { ZRTP_AUTH_HS32 = 1, ZRTP_AUTH_HS80, ZRTP_AUTH_GCM };
enum zrtp_agreement {
	ZRTP_KA_DH3K = 1, ZRTP_KA_X255, ZRTP_KA_EC25, ZRTP_KA_EC38, ZRTP_KA_X448,
	ZRTP_KA_MULT, ZRTP_KA_PRSH,
};
enum zrtp_sas_type { ZRTP_SAS_B32 = 1, ZRTP_SAS_B256 };

enum zrtp_role { ZRTP_ROLE_NONE, ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER };

/**
 * struct zrtp_suite - what an exchange agreed on
 */
struct zrtp_suite {
	enum zrtp_hash hash;
	enum zrtp_cipher cipher;
	enum zrtp_auth_tag auth_tag;
	enum zrtp_agreement agreement;
	enum zrtp_sas_type sas_type;
};

/**
 * struct zrtp_config - what a session offers
 * @client_id: up to 16 characters shown to the other side, RFC 6189 5.2
 * @ssrc: SSRC of our RTP stream, goes into the ZRTP header; random when it is not
 *	known yet, since the same SSRC at both ends is an error
 * @hashes: preference order, zero-terminated when shorter than the array; the
 *	mandatory algorithms are implied at the end of every list
 * @passive: this session never sends Commit; the P flag of RFC 6189 5.2, which is
 *	about devices that never do, stays clear
 * @allow_clear: A flag of RFC 6189 4.7.2: an authentic GoClear of the peer voids the keys.
 *	Never where media must be secure
 * @disclosure: D flag of RFC 6189 11: to be set by whoever stores, logs or passes on keys
 * @preshared: offer Preshared mode, RFC 6189 4.4.2; with whom it is used, @preshare of
 *	struct zrtp_peer says
 *
 * An all-zero list means "everything this build knows, best first".
 */
struct zrtp_config {
	char client_id[ZRTP_CLIENT_ID_LEN + 1];
	uint32_t ssrc;
	enum zrtp_hash hashes[ZRTP_ALGOS_MAX];
	enum zrtp_cipher ciphers[ZRTP_ALGOS_MAX];
	enum zrtp_auth_tag auth_tags[ZRTP_ALGOS_MAX];
	enum zrtp_agreement agreements[ZRTP_ALGOS_MAX];
	enum zrtp_sas_type sas_types[ZRTP_ALGOS_MAX];
	bool passive;
	bool allow_clear;
	bool disclosure;
	bool preshared;
};

/**
 * struct zrtp_peer - what we keep of a peer, RFC 6189 4.9
 * @own_zid: the ZID that we show to this peer
 * @peer_zid: the ZID that the peer shows to us; all zero when unknown
 * @rs1: most recent retained secret
 * @rs2: the one before
 * @has_rs1: @rs1 is there
 * @has_rs2: @rs2 is there
 * @aux: auxsecret, RFC 6189 4.3
 * @aux_len: bytes of @aux, 0 for none
 * @pbx: pbxsecret, RFC 6189 7.3.1: a PBX that the person has enrolled with, and so
 *	trusts to sit in the middle
 * @has_pbx: @pbx is there
 * @verified: the SAS was compared with this peer before
 * @tentative: @rs1 is of a first meeting, and the peer may never have stored it: that
 *	it lacks it is no mismatch
 * @preshare: keys may come from @rs1 without DH. Only where the exchange that @rs1 comes
 *	from was authenticated, and with DH now and then between (RFC 6189 4.4.2)
 */
struct zrtp_peer {
	uint8_t own_zid[ZRTP_ZID_LEN];
	uint8_t peer_zid[ZRTP_ZID_LEN];
	uint8_t rs1[ZRTP_SECRET_LEN];
	uint8_t rs2[ZRTP_SECRET_LEN];
	bool has_rs1;
	bool has_rs2;
	uint8_t aux[ZRTP_AUX_MAX];
	size_t aux_len;
	uint8_t pbx[ZRTP_SECRET_LEN];
	bool has_pbx;
	bool verified;
	bool tentative;
	bool preshare;
};

/**
 * struct zrtp_master - ZRTPSess and what belongs to it, RFC 6189 4.4.3
 * @suite: of the first exchange, that it comes from; holds for all that follows
 * @key: ZRTPSess, as long as the negotiated hash; secret
 * @nonces: of the exchanges in Multistream mode so far, the last @n_nonces of them
 * @n_nonces: at most ZRTP_NONCES_KEPT
 *
 * Only the process that holds it can make more keys of this call. To be kept as
 * long as the call, and no longer (RFC 6189 4.5.2).
 */
struct zrtp_master {
	struct zrtp_suite suite;
	uint8_t key[ZRTP_HASH_MAX];
	uint8_t nonces[ZRTP_NONCES_KEPT][ZRTP_NONCE_LEN];
	uint8_t n_nonces;
};

/**
 * struct zrtp_srtp - master key and salt for one direction
 * @cipher: AES1 or AES3
 * @auth_tag: HS32, HS80 or GCM
 * @key: master key, @key_len bytes (16 or 32)
 * @salt: master salt, @salt_len bytes (14, or 12 with GCM)
 */
struct zrtp_srtp {
	enum zrtp_cipher cipher;
	enum zrtp_auth_tag auth_tag;
	uint8_t key[ZRTP_KEY_MAX];
	uint8_t key_len;
	uint8_t salt[ZRTP_SALT_MAX];
	uint8_t salt_len;
};

/* Error codes of RFC 6189 5.9 that the engine raises or receives. */
enum zrtp_error {
	ZRTP_ERROR_NONE			= 0,
	ZRTP_ERROR_MALFORMED		= 0x10,
	ZRTP_ERROR_SOFTWARE		= 0x20,
	ZRTP_ERROR_VERSION		= 0x30,
	ZRTP_ERROR_HELLO_MISMATCH	= 0x40,
	ZRTP_ERROR_HASH			= 0x51,
	ZRTP_ERROR_CIPHER		= 0x52,
	ZRTP_ERROR_AGREEMENT		= 0x53,
	ZRTP_ERROR_AUTH_TAG		= 0x54,
	ZRTP_ERROR_SAS_TYPE		= 0x55,
	ZRTP_ERROR_NO_SHARED_SECRET	= 0x56,
	ZRTP_ERROR_DH_BAD_PV		= 0x61,
	ZRTP_ERROR_DH_BAD_HVI		= 0x62,
	ZRTP_ERROR_MITM			= 0x63,
	ZRTP_ERROR_CONFIRM_MAC		= 0x70,
	ZRTP_ERROR_NONCE		= 0x80,
	ZRTP_ERROR_EQUAL_ZID		= 0x90,
	ZRTP_ERROR_SSRC			= 0x91,
	ZRTP_ERROR_UNAVAILABLE		= 0xA0,
	ZRTP_ERROR_TIMEOUT		= 0xB0,
	ZRTP_ERROR_GOCLEAR_REFUSED	= 0x100,
};

/* What has come of a SASrelay, RFC 6189 7.3. */
enum zrtp_relay {
	ZRTP_RELAY_SAS = 1,	/* the person has enrolled with this PBX: show .sas_value instead
				 * of our own, and say who relays it */
	ZRTP_RELAY_SCHEME,	/* show our own SAS by .sas_type */
	ZRTP_RELAY_REFUSED,	/* somebody in the middle who is not trusted, or whom we do not
				 * understand: nothing to show; .error was sent */
};

enum zrtp_action_type {
	ZRTP_ACTION_SEND = 1,	/* send .packet on the flow, as it is */
	ZRTP_ACTION_PEER,	/* answer with zrtp_session_peer(): who is .peer_zid? */
	ZRTP_ACTION_NO_ZRTP,	/* the other side has not answered any Hello for 3.75 s; told
				 * once, Hello goes on once a second */
	ZRTP_ACTION_KEY_RX,	/* install .srtp for what arrives */
	ZRTP_ACTION_KEY_TX,	/* install .srtp for what leaves; do not use it yet */
	ZRTP_ACTION_RX_SECURE,	/* from now on accept only SRTP */
	ZRTP_ACTION_TX_SECURE,	/* from now on SRTP leaves (RFC 6189 4.6: initiator at
				 * Conf2ACK or first SRTP, responder at Confirm2) */
	ZRTP_ACTION_SECURE,	/* the exchange is complete: .secure */
	ZRTP_ACTION_RETAIN,	/* store .retain for this peer in one transaction */
	ZRTP_ACTION_FAILED,	/* the exchange is over without keys: .error */
	ZRTP_ACTION_CLEARED,	/* by GoClear: keys are void and to be erased, media are held in
				 * both directions; ZRTPSess is to be renewed: .cleared */
	ZRTP_ACTION_TX_CLEAR,	/* the person wants it: from now on RTP may leave in clear */
	ZRTP_ACTION_CLEAR_REFUSED,	/* a GoClear was authentic and is not allowed; keys and
				 * media are as before it: .refused */
	ZRTP_ACTION_RELAY,	/* a PBX in the middle tells of the SAS beyond it: .relay */
	ZRTP_ACTION_FALSE_HELLO,	/* a Hello is not the one that was signalled, and was not
				 * used; told once */
	ZRTP_ACTION_ANEW,	/* there are keys, and a Hello that differs has come; it has not
				 * been answered: another session may be, .anew */
	ZRTP_ACTION_CONTEND,	/* whoever ZRTP_ACTION_PEER asks about wants to begin: .contend;
				 * told once for each Commit, which has not been answered */
	ZRTP_ACTION_YIELDED,	/* zrtp_session_contend() has discarded our Commit: as if
				 * ZRTP_ACTION_PEER had not been answered */
};

/**
 * struct zrtp_contend - what decides between two Commits, RFC 6189 4.2
 * @dh: of DH mode; else of Preshared mode, which loses against it
 * @value: hvi, or the nonce and zeros: the lower loses
 */
struct zrtp_contend {
	bool dh;
	uint8_t value[ZRTP_CONTEND_LEN];
};

/**
 * struct zrtp_action - one thing to do, in order
 *
 * Pointers are valid until the next call on the session. The caller wipes its
 * copies of secrets.
 */
struct zrtp_action {
	enum zrtp_action_type type;
	union {
		struct {
			const uint8_t *data;
			size_t len;
		} packet;
		uint8_t peer_zid[ZRTP_ZID_LEN];
		struct zrtp_srtp srtp;
		struct {
			struct zrtp_suite suite;
			enum zrtp_role role;
			uint8_t own_zid[ZRTP_ZID_LEN];	/* that the peer has seen */
			uint8_t peer_zid[ZRTP_ZID_LEN];
			char peer_client_id[ZRTP_CLIENT_ID_LEN + 1];
			uint8_t sas_value[4];	/* leftmost 32 bits, RFC 6189 4.5.2 */
			bool secrets_matched;	/* rs1 or rs2 of both sides met */
			bool secrets_mismatch;	/* we had some, none met: alarm */
			bool aux_matched;
			uint8_t peer_hello[ZRTP_HELLO_HASH_LEN];	/* hash of its Hello, whatever
									 * was signalled */
			bool hello_signalled;	/* the peer's Hello is the one that
						 * zrtp_session_expect_hello() has named */
			bool pbx_matched;	/* the peer is a PBX that the person has enrolled with */
			bool peer_verified;	/* V flag of the peer's Confirm */
			bool peer_disclosure;	/* D flag: keys may be known to others, tell people */
			bool peer_allow_clear;	/* A flag: zrtp_session_go_clear() is possible */
			bool peer_signature;	/* the peer has signed the SAS; we do not check it */
			bool peer_mitm;		/* M flag: the peer may relay a SAS */
			bool peer_enrollment;	/* E flag of such a one: ask the person, then
						 * zrtp_pbxsecret() */
			bool multistream;	/* this was one: SAS and secrets mean nothing */
			bool preshared;		/* from rs1 without DH */
			bool peer_multistream;	/* the peer can do it */
			struct zrtp_master master;	/* for the next in Multistream mode */
		} secure;
		struct {
			uint8_t peer_zid[ZRTP_ZID_LEN];
			uint8_t rs1[ZRTP_SECRET_LEN];
			uint8_t rs2[ZRTP_SECRET_LEN];
			bool has_rs2;
			uint32_t expiry_s;	/* smaller of both; 0: forget, 0xffffffff: never expires */
			bool frozen;		/* mismatch: store only after the SAS was compared */
		} retain;
		struct {
			enum zrtp_relay what;
			enum zrtp_sas_type sas_type;
			uint8_t sas_value[4];	/* zero but with ZRTP_RELAY_SAS */
			bool verified;		/* V flag of the far end, as the PBX says */
			bool disclosure;	/* D flag, likewise */
			bool signature;		/* there was one, which we do not check */
			enum zrtp_error error;
		} relay;
		struct {
			enum zrtp_error code;
			bool remote;		/* the other side said so */
		} error;
		struct {
			bool by_peer;		/* the person does not know yet, and is to be asked */
		} cleared;
		struct {
			bool remote;		/* ours, by the other side; else theirs, by us */
		} refused;
		struct {
			bool same_call;		/* the ZID is the peer's: Multistream mode is meant */
		} anew;
		struct zrtp_contend contend;
	};
};

struct zrtp_session;

/**
 * zrtp_session_new() - Make a session for one media stream.
 * @out: where the session goes; the caller owns it, free with zrtp_session_free()
 * @config: copied
 * @seed: all the session's randomness is expanded from it; random and used once,
 *	except in tests
 *
 * Return: 0, -EINVAL for a config that cannot be offered, -ENOMEM.
 */
int zrtp_session_new(struct zrtp_session **out, const struct zrtp_config *config,
		     const uint8_t seed[ZRTP_SEED_LEN]);

/** zrtp_session_free() - Wipe and free. @s may be NULL. */
void zrtp_session_free(struct zrtp_session *s);

/**
 * zrtp_session_multistream() - More keys of the same call, RFC 6189 4.4.3.
 * @s: a new session, on which nothing else has been done
 * @master: what the last exchange of this call has left behind; copied
 * @peer: both ZIDs of the call, the secrets are not used; copied
 *
 * It answers, or after zrtp_session_start() begins, like any other session, but
 * only to the ZID in @peer and only in Multistream mode: no DH, no SAS, nothing to
 * retain. A Hello that is not of this call, or our own, does not disturb it.
 *
 * Return: 0, -EINVAL when the session is not new or @master is not whole.
 */
int zrtp_session_multistream(struct zrtp_session *s, const struct zrtp_master *master,
			     const struct zrtp_peer *peer);

/**
 * zrtp_session_hello_hash() - What binds our Hello to the signalling, RFC 6189 8.1.
 * @own_zid: what we show to this peer; ignored when our Hello is made already
 * @out: SHA-256 of our Hello, which from now on stays as it is
 *
 * Before zrtp_session_start(), if the signalling is to carry it. The ZID given to that, or
 * to zrtp_session_peer(), is then ignored.
 *
 * Return: 0, -EINVAL when the session is over.
 */
int zrtp_session_hello_hash(struct zrtp_session *s, const uint8_t own_zid[ZRTP_ZID_LEN],
			    uint8_t out[ZRTP_HELLO_HASH_LEN]);

/**
 * zrtp_session_expect_hello() - What the signalling says of the peer's Hello.
 * @s: the session
 * @now: monotonic milliseconds
 * @hash: of the peer's whole Hello message
 *
 * Every other Hello is dropped from now on, and one that came before is forgotten; the first
 * is told by ZRTP_ACTION_FALSE_HELLO. Who only controls the signalling can so prevent the
 * exchange, and not break it. It authenticates nobody unless the signalling does, end to end.
 *
 * Return: 0, -EINVAL when an exchange has begun, -EBUSY.
 */
int zrtp_session_expect_hello(struct zrtp_session *s, uint64_t now,
			      const uint8_t hash[ZRTP_HELLO_HASH_LEN]);

/**
 * zrtp_hello_hash_format() - As the value of a=zrtp-hash has it.
 * @buf: ZRTP_HELLO_HASH_TEXT octets are enough
 *
 * Return: 0, -ENOBUFS.
 */
int zrtp_hello_hash_format(const uint8_t hash[ZRTP_HELLO_HASH_LEN], char *buf, size_t len);

/**
 * zrtp_hello_hash_parse() - The value of one a=zrtp-hash.
 *
 * Return: 0; -EPROTONOSUPPORT for one of another version, of which there may be several;
 * -EBADMSG.
 */
int zrtp_hello_hash_parse(const char *text, uint8_t out[ZRTP_HELLO_HASH_LEN]);

/**
 * zrtp_session_start() - Begin to say Hello.
 * @s: the session
 * @now: monotonic milliseconds; may never go backwards on one session
 * @peer: who we call, with our ZID for them; copied. Its secrets hold only if
 *	the peer's Hello bears @peer->peer_zid, else ZRTP_ACTION_PEER asks anew.
 *	Ignored when zrtp_session_peer() has told of a peer; its own ZID also when our
 *	Hello is made already
 *
 * Return: 0, -EINVAL when it was started before or is over, -EBUSY.
 */
int zrtp_session_start(struct zrtp_session *s, uint64_t now, const struct zrtp_peer *peer);

/**
 * zrtp_session_peer() - Answer to ZRTP_ACTION_PEER.
 * @s: the session
 * @now: monotonic milliseconds
 * @peer: what we keep of that ZID, with a fresh own ZID and no secrets for a
 *	stranger; the own ZID is ignored when our Hello has been sent already
 *
 * Return: 0, -EINVAL when this ZID was not asked for, -EBUSY.
 */
int zrtp_session_peer(struct zrtp_session *s, uint64_t now, const struct zrtp_peer *peer);

/**
 * zrtp_session_join() - Answer to ZRTP_ACTION_PEER: this is another stream of a call with
 * that ZID, RFC 6189 4.4.3.
 * @s: the session
 * @now: monotonic milliseconds
 * @master: what the exchanges of that call have left behind; copied
 * @peer: both ZIDs of the call, the secrets are not used; copied
 *
 * From now on it is as after zrtp_session_multistream().
 *
 * Return: 0; -EINVAL when this ZID was not asked for, or the other side has said that it
 * has no Multistream mode, or our Hello bears another ZID than the call's; -EBUSY.
 */
int zrtp_session_join(struct zrtp_session *s, uint64_t now, const struct zrtp_master *master,
		      const struct zrtp_peer *peer);

/**
 * zrtp_session_contend() - The same two ZIDs begin on another stream as well.
 * @s: the session of a first exchange that has been let go on
 * @now: monotonic milliseconds
 * @theirs: of the Commit that has come on the other stream
 *
 * As if that had come on this one, RFC 6189 4.2: if ours loses, or is not there yet,
 * ZRTP_ACTION_YIELDED follows, and this session waits for zrtp_session_peer() or
 * zrtp_session_join().
 *
 * Return: 0; -EINVAL when no Commit that has not been answered decides; -EBUSY.
 */
int zrtp_session_contend(struct zrtp_session *s, uint64_t now, const struct zrtp_contend *theirs);

/** zrtp_master_spend() - A nonce is used on some stream of the call: the last ones are kept. */
void zrtp_master_spend(struct zrtp_master *master, const uint8_t nonce[ZRTP_NONCE_LEN]);

/**
 * zrtp_session_refuse() - We cannot, or do not want to, serve whoever that is.
 * @s: the session, with no keys yet
 * @now: monotonic milliseconds
 *
 * The peer is told once, and again until it acknowledges if it has shown that it is there;
 * ZRTP_ACTION_FAILED comes with ZRTP_ERROR_UNAVAILABLE.
 *
 * Return: 0, -EINVAL when there are keys or all is over, -EBUSY.
 */
int zrtp_session_refuse(struct zrtp_session *s, uint64_t now);

/**
 * zrtp_session_packet() - A UDP payload with the ZRTP cookie came in.
 *
 * Return: 0 when it was taken, -EBADMSG when it was dropped (malformed, bad
 * CRC, or not for this state); the session is as good after as before. -EBUSY.
 *
 * An Error of the peer, a Confirm with a wrong MAC or a malformed message of the kind that
 * is waited for ends the exchange only when nothing better has come for 1.5 s: anybody
 * could have sent it.
 */
int zrtp_session_packet(struct zrtp_session *s, uint64_t now, const uint8_t *data, size_t len);

/** zrtp_session_tick() - The deadline has passed; harmless when it has not. 0 or -EBUSY. */
int zrtp_session_tick(struct zrtp_session *s, uint64_t now);

/**
 * zrtp_session_srtp_authenticated() - A packet authenticated with our rx key.
 *
 * Counts as Conf2ACK for an initiator that waits for it, RFC 6189 4.6. 0 or -EBUSY.
 */
int zrtp_session_srtp_authenticated(struct zrtp_session *s, uint64_t now);

/**
 * zrtp_session_go_clear() - Ask the other side to give up the keys, RFC 6189 4.7.2.
 * @s: the session, which is secure
 * @now: monotonic milliseconds
 *
 * Only when the person of this end has asked for it. The owner sends no SRTP any more from
 * before this call until ZRTP_ACTION_CLEARED or ZRTP_ACTION_CLEAR_REFUSED.
 *
 * Return: 0; -EPERM when the one or the other side does not allow it; -EINVAL; -EBUSY.
 */
int zrtp_session_go_clear(struct zrtp_session *s, uint64_t now);

/**
 * zrtp_session_clear_confirmed() - The person has been told that the call is not protected
 * any more, and wants to go on.
 *
 * Return: 0, and once ZRTP_ACTION_TX_CLEAR; -EINVAL when nothing is cleared, or it was said
 * before; -EBUSY.
 */
int zrtp_session_clear_confirmed(struct zrtp_session *s);

/**
 * zrtp_master_renew() - ZRTPSess after GoClear, RFC 6189 4.7.2.1.
 * @master: changed in place; what it was cannot be found again
 * @role: our role in the first exchange of the call
 *
 * Return: 0, -EINVAL, -EIO; then @master is as it was.
 */
int zrtp_master_renew(struct zrtp_master *master, enum zrtp_role role,
		      const uint8_t own_zid[ZRTP_ZID_LEN], const uint8_t peer_zid[ZRTP_ZID_LEN]);

/**
 * zrtp_pbxsecret() - Enrol with a PBX, RFC 6189 7.3.1.
 * @master: of the call with it; not changed
 * @role: our role in the first exchange of the call
 * @out: to be kept as @pbx of struct zrtp_peer; the caller wipes it
 *
 * Only when the peer has set the E flag and the person has said yes, knowing that the PBX
 * can listen to every call through it. Never by itself.
 *
 * Return: 0, -EINVAL, -EIO.
 */
int zrtp_pbxsecret(const struct zrtp_master *master, enum zrtp_role role,
		   const uint8_t own_zid[ZRTP_ZID_LEN], const uint8_t peer_zid[ZRTP_ZID_LEN],
		   uint8_t out[ZRTP_SECRET_LEN]);

/** zrtp_session_next() - Take the oldest action. Return: 1 with @out filled, 0 for none. */
int zrtp_session_next(struct zrtp_session *s, struct zrtp_action *out);

/** zrtp_session_deadline() - When to call tick, monotonic ms; ZRTP_NEVER for never. */
uint64_t zrtp_session_deadline(const struct zrtp_session *s);

/* Rendering of the SAS, RFC 6189 5.1.6. */

#define ZRTP_SAS_HALF_MAX	32

/**
 * struct zrtp_sas - the two halves that people read to each other
 * @first: said by the initiator: two characters, or the first word
 * @second: said by the responder
 */
struct zrtp_sas {
	char first[ZRTP_SAS_HALF_MAX];
	char second[ZRTP_SAS_HALF_MAX];
};

/** zrtp_sas_render() - Pure. Return: 0, -EINVAL for an unknown type. */
int zrtp_sas_render(enum zrtp_sas_type type, const uint8_t sas_value[4], struct zrtp_sas *out);

/**
 * zrtp_sas_half_equal() - Compare what was typed with a half, in constant time.
 *
 * Case, surrounding blanks and, in B32, the look-alikes that its alphabet
 * leaves out (0 for o, l for 1, v for u, 2 for z) are forgiven.
 */
bool zrtp_sas_half_equal(const char *half, const char *typed);

/** zrtp_error_text() - What an error code means, one short English phrase. */
const char *zrtp_error_text(enum zrtp_error code);

/** zrtp_suite_format() - "X255 S256 AES1 GCM B32" style text into @buf. */
int zrtp_suite_format(const struct zrtp_suite *suite, char *buf, size_t len);

#endif /* SOTTO_ZRTP_H */
