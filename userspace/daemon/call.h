/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of one call: its progress and its security, which are never mixed.
 * Pure: no I/O, no clock, no pointers, so that all of it can be kept in the
 * record of a running call. Times are monotonic ms unless said otherwise.
 */
#ifndef SOTTOD_CALL_H
#define SOTTOD_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "control.h"
#include "peer.h"
#include "zrtp.h"

#define CALL_HELLO_MS		45000	/* how long an outgoing call says Hello */
#define CALL_RING_MS		45000
#define CALL_RING_GRACE_MS	2000	/* the end that rings gives up first */
#define CALL_LOST_MS		15000	/* without any authenticated packet */
#define CALL_SILENT_MS		180000	/* of a program's call; seen after twice that at most */
#define CALL_BYE_MS		3000	/* an end is repeated so long */
#define CALL_LINGER_MS		30000	/* and can be read so long */
#define CALL_MISSED_MS		(12 * 3600 * 1000)	/* if nobody here has taken it */
#define CALL_WRONG_MAX		3	/* wrong halves; then the asking is over */
#define CALL_COOKIE_LEN		16
#define CALL_HOLDER_MAX		32	/* a unique name on the bus */

enum call_kind {
	CALL_DIRECT,	/* ours, on our own port */
	CALL_PROGRAM,	/* a softphone's flow */
};

/* The control channel's numbers, and one before them. */
enum call_progress {
	CALL_UNBORN,	/* nobody has been told of it */
	CALL_CALLING	= CONTROL_CALLING,
	CALL_RINGING	= CONTROL_RINGING,
	CALL_ACTIVE	= CONTROL_ACTIVE,
	CALL_ENDED	= CONTROL_ENDED,
};

/* The control channel's numbers, and some that it does not carry. */
enum call_reason {
	CALL_REASON_NONE	= CONTROL_REASON_NONE,
	CALL_HANGUP		= CONTROL_REASON_HANGUP,
	CALL_DECLINED		= CONTROL_REASON_DECLINED,
	CALL_BUSY		= CONTROL_REASON_BUSY,
	CALL_NO_ANSWER		= CONTROL_REASON_NO_ANSWER,
	CALL_FAILED		= CONTROL_REASON_FAILED,
	CALL_NOT_ALLOWED	= CONTROL_REASON_NOT_ALLOWED,
	CALL_UNREACHABLE,
	CALL_LOST,
	CALL_INTERRUPTED,	/* the worker has ended while keys were agreed */
	CALL_CLOSED,		/* the program has closed its socket */
	CALL_SILENT,		/* nothing went either way */
};

enum call_by { CALL_BY_NOBODY, CALL_BY_US, CALL_BY_THEM };

enum call_alarm {
	CALL_ALARM_NONE,
	CALL_ALARM_MISMATCH,		/* retained secrets differ */
	CALL_ALARM_SOMEBODY_ELSE,	/* a known peer was called, another ZID answers */
	CALL_ALARM_SAS_WRONG,		/* typed here */
	CALL_ALARM_SAS_WRONG_THERE,
	CALL_ALARM_RELAYED,		/* whoever is in the middle has said so, RFC 6189 7.3 */
	CALL_ALARM_WEAKER,		/* than this peer has been seen with */
	CALL_ALARM_SIGNALLING,		/* no Hello as SIP has named it, RFC 6189 8.1 */
	CALL_ALARM_CODE,		/* not the one that was agreed on before the first call */
};

/**
 * struct call_retain - secrets that the store does not have yet
 * @there: they wait for the answer or, if @frozen, for the comparison of the SAS
 * @tentative: they are stored, but it is not known yet that the other end has done so
 */
struct call_retain {
	bool there;
	bool tentative;
	bool frozen;
	bool has_rs2;
	uint32_t expiry_s;
	uint8_t rs1[ZRTP_SECRET_LEN];
	uint8_t rs2[ZRTP_SECRET_LEN];
};

/**
 * struct call_security - what ZRTP and the two persons have found
 * @secure: both directions are; before, the rest means nothing
 * @sas: leftmost bits, RFC 6189 4.5.2
 * @matched: retained secrets of both ends met
 * @mismatch: there were some here, and none met
 * @somebody_else: the ZID is not that of the peer whom we called
 * @weaker: the suite is weaker than one seen with this peer
 * @code_matched: both ends have the code that the persons had agreed on
 * @code_wrong: this end has one for whoever is to be there, and the other end has not
 * @relayed: the peer has offered us the SAS of somebody beyond it
 * @false_hello: SIP has named another Hello than that of whom a stream has agreed with
 * @disclosed: D flag, RFC 6189 11: the keys may be known to others than the peer
 * @verified_before: the peer's SAS was compared on an earlier call
 * @typed_right: on this call the person here typed the other half
 * @typed_wrong: and the last that she typed was wrong
 * @wrong: how often
 * @since: us since 1970
 */
struct call_security {
	bool secure;
	enum zrtp_role role;
	struct zrtp_suite suite;
	uint8_t sas[4];
	bool matched;
	bool mismatch;
	bool somebody_else;
	bool weaker;
	bool code_matched;
	bool code_wrong;
	bool relayed;
	bool false_hello;
	bool disclosed;
	bool verified_before;
	bool typed_right;
	bool typed_wrong;
	uint8_t wrong;
	uint64_t since;
};

/**
 * struct call - all that is kept of a running call
 * @cookie: names the record; the kernel keeps it with the flow
 * @uid: whose call it is, if @has_uid
 * @shown: it is on D-Bus
 * @auto_answer: no person is asked
 * @own_zid: what we show on this call
 * @peer_zid: who is at the other end, if @has_zid
 * @peer_id: row of that ZID, 0 for a stranger
 * @named_id: row that was called, or whose hint this address is; 0 for none
 * @code_id: row whose code the exchange is tried with; 0 for none
 * @name: of row @peer_id
 * @claim: of row @named_id, while that is not known to be the one at the other end
 * @since: when it became active, us since 1970
 * @ended: when it ended, us since 1970
 * @give_up: when to stop calling, ringing or saying that it has ended
 * @remove: when nobody needs to read of it any more
 * @heard: when the last authenticated packet came
 * @tx_since: since when what leaves has been encrypted without a break, us since 1970; 0: it is not
 * @rx_since: likewise what arrives authenticated
 * @master: more keys come from it, if @can_rekey: the other end can make them too
 * @peer_hello: hash of the Hello with which it has agreed, if @has_hello
 * @false_hello: on one of its streams a Hello has come that is not the one that SIP has named,
 *	and nothing is agreed there
 * @rekey: the keys in use no longer do, and there are no others yet
 * @stream: another stream of a call, of the one whose cookie is @of: what it has found and
 *	who is there is written down there
 * @refusing: no keys were agreed on yet when it ended: the other end is told
 * @holder: who has the socket
 *
 * Holds secrets: lives in locked memory.
 */
struct call {
	uint8_t cookie[CALL_COOKIE_LEN];
	enum call_kind kind;
	uint32_t uid;
	bool has_uid;
	bool shown;
	bool outgoing;
	bool auto_answer;

	uint8_t own_zid[ZRTP_ZID_LEN];
	uint8_t peer_zid[ZRTP_ZID_LEN];
	bool has_zid;
	uint64_t peer_id;
	uint64_t named_id;
	uint64_t code_id;
	char name[PEER_NAME_MAX];
	char claim[PEER_NAME_MAX];

	enum call_progress progress;
	enum call_reason reason;
	enum call_by by;
	uint64_t since;
	uint64_t ended;
	uint64_t give_up;
	uint64_t remove;
	uint64_t heard;
	uint64_t tx_since;
	uint64_t rx_since;

	struct call_security security;
	struct zrtp_master master;
	bool can_rekey;
	bool rekey;
	bool stream;
	bool refusing;
	uint8_t of[CALL_COOKIE_LEN];
	bool has_hello;
	uint8_t peer_hello[ZRTP_HELLO_HASH_LEN];
	bool false_hello;
	struct call_retain retain;
	struct control control;
	char holder[CALL_HOLDER_MAX];
};

/** call_init() - An unborn call with a fresh cookie and control channel. */
void call_init(struct call *c, enum call_kind kind);

/* What happens to a call. @wall: us since 1970 */

/** call_begin() - We call; the other end has CALL_HELLO_MS to say Hello. */
void call_begin(struct call *c, uint64_t now);

/** call_secured() - Both directions are secure; @c->security is filled but for since. */
void call_secured(struct call *c, uint64_t now, uint64_t wall);

/** call_is_missed() - It rang here, and ended before anybody did anything about it. */
bool call_is_missed(const struct call *c);

/** call_ring() - A person here is to answer. */
void call_ring(struct call *c, uint64_t now);

/** call_activate() - Answered, or media flows. */
void call_activate(struct call *c, uint64_t now, uint64_t wall);

/** call_end() - It is over; a call that has ended keeps its reason. */
void call_end(struct call *c, uint64_t now, enum call_reason reason, enum call_by by);

/** call_their_state() - The control channel brought news; what we say is brought up to date. */
void call_their_state(struct call *c, uint64_t now, uint64_t wall);

/** call_forget_keys() - Its flow has gone: nothing can be made secure with them any more. */
void call_forget_keys(struct call *c);

/** call_forget_retained() - Wipe what would have been stored for the next call. */
void call_forget_retained(struct call *c);

/** call_heard() - An authenticated packet came. */
void call_heard(struct call *c, uint64_t when);

/**
 * call_directions() - How each direction stands now.
 * @tx, @rx: it is secure, and nothing else gets through
 */
void call_directions(struct call *c, bool tx, bool rx, uint64_t wall);

/** call_say() - Tell the other end our progress and flags, if they have changed. */
void call_say(struct call *c, uint64_t now);

/* The SAS. */

/**
 * call_sas() - What may be shown of it.
 * @text: the half that this end says or, once the other was typed right, both
 * @whole: which of the two
 *
 * Return: 0, or -EBADFD while there is none. The caller wipes @text.
 */
int call_sas(const struct call *c, char text[2 * ZRTP_SAS_HALF_MAX], bool *whole);

/**
 * call_verify() - The person typed what the other one said.
 *
 * Return: 1 right, 0 wrong, -EBADFD while there is no SAS, -EACCES after
 * CALL_WRONG_MAX wrong ones.
 */
int call_verify(struct call *c, const char *typed);

/** call_proved() - By this call itself: the SAS was compared, or the code was the same. */
bool call_proved(const struct call *c);

/** call_verified() - Proved by this call or before, and nothing is in doubt. */
bool call_verified(const struct call *c);
bool call_their_verified(const struct call *c);
enum call_alarm call_alarm(const struct call *c);

/**
 * call_frozen() - Does what is kept of the peer stay as it is until the SAS is compared?
 *
 * Under an alarm it does. But who has shown by a retained secret to be the one whom we
 * know, and only has a weaker suite, or an old alarm that stands, has that secret replaced:
 * the other end does so, and the next call would begin with another alarm.
 */
bool call_frozen(const struct call *c);

/** call_retain_due() - May the retained secrets be stored now? */
bool call_retain_due(const struct call *c);

/**
 * call_other_keeps() - Has the other end stored the secrets, as far as we can know?
 * @heard: something has come that is authenticated with the call's keys
 */
bool call_other_keeps(const struct call *c, bool heard);

/* Time. */

enum call_due {
	CALL_DUE_NOTHING,
	CALL_DUE_UNREACHABLE,	/* no secure channel in time */
	CALL_DUE_NO_ANSWER,
	CALL_DUE_LOST,		/* if the kernel has heard nothing either */
	CALL_DUE_BYE,		/* the flow is of no more use */
	CALL_DUE_REMOVE,
};

/** call_due() - The first thing that is due; the flow of an ended call is @flow. */
enum call_due call_due(const struct call *c, uint64_t now, bool flow);
uint64_t call_deadline(const struct call *c, bool flow);

/* Names for D-Bus. */

const char *call_progress_name(enum call_progress progress);	/* "" for unborn */
const char *call_reason_name(enum call_reason reason);
const char *call_by_name(enum call_by by);
const char *call_alarm_name(enum call_alarm alarm);
const char *call_alarm_text(enum call_alarm alarm);		/* what to do */

#endif
