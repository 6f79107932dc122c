/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All calls of this machine: what the kernel, the ZRTP engine, the persons and
 * the time do to each. No D-Bus and no event loop here.
 *
 *	calls.c		the collection, time, what is told
 *	calls_people.c	what persons ask for
 *	calls_kernel.c	what the kernel tells: flows, packets; adoption after a restart
 *	calls_zrtp.c	what the engine tells: who is it, keys, secure
 *	calls_streams.c	several streams of one call
 *	calls_rekey.c	fresh keys for a running call
 *	calls_worker.c	the process that the engine is in comes and goes
 *	calls_peer.c	what is kept of who was at the other end
 */
#ifndef SOTTOD_CALLS_H
#define SOTTOD_CALLS_H

#include "due.h"
#include "call.h"
#include "kernel.h"
#include "record.h"
#include "store.h"

struct calls;

/**
 * struct rekey - fresh keys on their way to a running call
 * @session: of the ZRTP engine, 0 while none is under way
 * @ours: this end has begun it
 * @keyed: its keys are in the kernel as "next"
 * @give_up: when it has failed
 * @again: before that, this end begins none
 * @tries: that failed since the call has wanted fresh keys
 * @old_rx: when the key that the other end has ceased to use goes
 * @settling: the other end may still use it; it has until @settled to show that it does not
 * @own_limit: how often this end begins one, and @their_limit the other end
 */
struct rekey {
	uint64_t session;
	bool ours;
	bool keyed;
	uint64_t give_up;
	uint64_t again;
	unsigned int tries;
	uint64_t old_rx;
	bool settling;
	uint64_t settled;
	uint64_t own_limit;
	uint64_t their_limit;
};

#define LINE_TRIES_MAX	24	/* places to look for a peer at */

/** struct line_try - where an outgoing call looks for which row's peer */
struct line_try {
	struct sotto_addr addr;
	uint64_t peer_id;
};

/* The lower goes first when there are too many. Each is a claim; a ZID is hard to guess. */
enum line_rank { RANK_STRANGER, RANK_ADDRESS, RANK_ZID };

/**
 * struct line - a call or another stream of one, and what only this process knows of it
 * @due: first, when something is to be done for it
 * @calls: all of them; @place: where in their table
 * @touched_next: in the list of those that something has happened to, if @touched
 * @id: its number on D-Bus; never used again
 * @first: the call that this is, or is likely to be, another stream of; NULL: it is a call
 * @has_streams: others may say so of it
 * @turn: how it stood with others' turns when it was last looked at
 * @call: in locked memory
 * @flow: the kernel's flow as last heard of, if @has_flow
 * @session: of the ZRTP engine, 0 for none
 * @started: it has said Hello, with the call's own ZID
 * @zid: that of the other end's Hello, if @has_zid
 * @waits: the engine waits to be told who that is, until it is this one's turn
 * @contends: and the other end wants to go on here
 * @asked: it is to yield if it has not begun
 * @turn_ends: when it keeps nobody waiting any more
 * @joins: it makes more keys of a call that has some
 * @apart: it is not what it was likely to be
 * @alone: it could not, and is a call of its own
 * @rank: of an incoming one that nobody has been told of: does it claim to be somebody?
 * @securing: an exchange is under way
 * @over: the session is, and has agreed on nothing
 * @agreed: the session has, and only answers what is repeated
 * @heard: something has authenticated with the call's keys
 * @dated: the peer's row says that this call was
 * @no_zrtp: our Hellos have had no answer, of whatever kind
 * @media_seen: of a program's call, packets of both directions, as of @quiet_since
 * @quiet_since: when that was looked at last, monotonic ms; 0: not yet
 * @tries: where an outgoing call looks for its peer
 * @signalled: SIP has named the far end's Hello: @hello
 * @false_hello: another one has come, and nothing has been agreed since
 * @media: the holder's socket, ours to close; -1 for none
 * @changed: something is to be told and recorded
 * @told_progress: what was told last, and @told_alarm, @told_secure and @told_note
 */
struct line {
	struct due due;
	struct calls *calls;
	uint16_t place;
	struct line *touched_next;
	bool touched;
	struct line *next;
	uint64_t id;
	struct line *first;
	bool has_streams;
	unsigned int turn;
	struct call *call;
	struct sotto_flow flow;
	bool has_flow;
	uint64_t session;
	bool started;
	uint8_t zid[ZRTP_ZID_LEN];
	bool has_zid;
	bool waits;
	bool contends;
	bool asked;
	bool joins;
	bool apart;
	bool alone;
	uint64_t turn_ends;
	enum line_rank rank;
	bool securing;
	bool over;
	bool agreed;
	bool heard;
	bool dated;
	bool no_zrtp;
	struct rekey rekey;
	uint64_t media_seen;
	uint64_t quiet_since;
	struct line_try tries[LINE_TRIES_MAX];
	size_t n_tries;
	size_t next_try;
	bool signalled;
	uint8_t hello[ZRTP_HELLO_HASH_LEN];
	bool false_hello;
	int media;
	bool changed;
	enum call_progress told_progress;
	enum call_alarm told_alarm;
	bool told_secure;
	const char *told_note;	/* static; NULL: none */
};

/**
 * line_stream() - The streams of a call, itself among them.
 * @after: the one before; NULL for the first, which is the call's own line
 *
 * Return: NULL after the last.
 */
const struct line *line_stream(const struct line *line, const struct line *after);

/**
 * line_note() - What is to be known of a call beside its alarm, as a word: "no-zrtp" or
 * "own" of one that sotto does not encrypt, "discloses" of one whose keys the other end
 * passes on, or "".
 */
const char *line_note(const struct line *line);

/** line_note_text() - The same in words that say what to do; "" for none. */
const char *line_note_text(const struct line *line);

/* What a person's agent (org.sotto1.Agent) is asked for. */
enum calls_ask {
	CALLS_ASK_RING, CALLS_ASK_CANCEL, CALLS_ASK_VERIFY, CALLS_ASK_SECURE, CALLS_ASK_NOTE,
	CALLS_ASK_ALARM
};

/* What is told; never from inside of a request. */
struct calls_watch {
	void (*added)(const struct line *line, void *arg);
	void (*changed)(const struct line *line, void *arg);
	void (*removed)(const struct line *line, void *arg);
	void (*ask)(const struct line *line, enum calls_ask what, void *arg);
	void (*peer_changed)(uint64_t id, void *arg);
	void (*flows_changed)(void *arg);
};

/**
 * calls_new() - No calls yet, and no kernel.
 * @out: the caller owns it, free with calls_free()
 * @port: of direct calls, host byte order
 *
 * @store and @record must outlive it. Return: 0 or -ENOMEM.
 */
int calls_new(struct calls **out, struct store *store, struct record *record, uint16_t port,
	      const struct calls_watch *watch, void *arg);

/** calls_free() - The calls go on in the kernel; the next sottod adopts them. */
void calls_free(struct calls *c);

/** calls_kernel_events() - What to give to kernel_open() with the calls as its argument. */
extern const struct kernel_events calls_kernel_events;

/**
 * calls_use_kernel() - The kernel is there: adopt what runs in it; or NULL: it is gone.
 *
 * Return: 0, or a negative errno when the flows could not be read.
 */
int calls_use_kernel(struct calls *c, struct kernel *kernel);
struct kernel *calls_kernel(const struct calls *c);	/* NULL for none */

/**
 * calls_use_worker() - There is another worker (engine.h), or none.
 * @fd: the socket to it, ours from now on; -1: it is gone
 *
 * What is secure stays so. Of what was being agreed, a direct call ends and says why, and a
 * softphone's is begun anew with the next worker: nobody would do it by hand.
 */
void calls_use_worker(struct calls *c, int fd);

/** calls_worker_fault() - Why it is to be killed, or NULL. */
const char *calls_worker_fault(const struct calls *c);

/** calls_worker_locks() - WIRE_LOCK_*, by which it is locked in; 0 while there is none. */
uint32_t calls_worker_locks(const struct calls *c);

/** calls_run() - Do all that is due; to be called after everything that happens. */
void calls_run(struct calls *c);

/** calls_deadline() - When to call calls_run() next, monotonic ms. */
uint64_t calls_deadline(const struct calls *c);

/** calls_strangers() - May somebody whom nobody here has paired make it ring? */
void calls_strangers(struct calls *c, bool allowed);

/** calls_forgot() - The row is destroyed: running calls do not know who it was either. */
void calls_forgot(struct calls *c, uint64_t id);

/**
 * calls_signalling() - A packet of SIP has passed, from its IP header on; to be read elsewhere.
 * @sent: from this machine; else it came to it
 */
void calls_signalling(struct calls *c, bool sent, const uint8_t *data, size_t len);

/* Looking. */

struct line *calls_first(const struct calls *c);	/* oldest; then by next */
struct line *calls_find(const struct calls *c, uint64_t id);
struct line *calls_find_flow(const struct calls *c, uint64_t flow_id);

/* What persons ask for. Negative errno as bus_error.h explains it. */

/**
 * calls_dial() - Call a peer by name.
 * @address: numeric, instead of where the peer is known to be; or NULL
 * @out: the call; one that the same peer makes to us is answered instead
 *
 * Return: 0; -ENODEV no kernel; -ENOTCONN no worker; -ENOENT no such peer; -EHOSTUNREACH nowhere to
 * look for it; -EINVAL bad address; -EBUSY in another call.
 */
int calls_dial(struct calls *c, uint32_t uid, const char *name, const char *address,
	       struct line **out);

/** calls_answer() - Return: 0, -EBADFD when it does not ring here. @uid: whose call it becomes */
int calls_answer(struct calls *c, struct line *line, uint32_t uid);
int calls_decline(struct calls *c, struct line *line);	/* 0, -EBADFD */
int calls_hangup(struct calls *c, struct line *line);	/* 0, -EBADFD */

/** calls_verify() - As call_verify(), and what follows from it. */
int calls_verify(struct calls *c, struct line *line, const char *typed);

/**
 * calls_acquire() - The socket of an active direct call.
 * @holder: unique name on the bus
 *
 * Return: the descriptor, which stays ours; -EBADFD; -EBUSY when it is held.
 */
int calls_acquire(struct calls *c, struct line *line, const char *holder);

/** calls_release() - The holder has left: nobody can use that socket any more. */
void calls_release(struct calls *c, struct line *line);

#endif
