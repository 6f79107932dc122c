/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files calls*.c. */
#ifndef SOTTOD_CALLS_PRIV_H
#define SOTTOD_CALLS_PRIV_H

#include "calls.h"
#include "engine.h"
#include "metrics.h"

#define LINES_MAX	2048	/* calls at a time */
#define UNSHOWN_MAX	32	/* that nobody here has been told of */
#define MISSED_MAX	32	/* calls that a person who was away can read of */
#define NOTICES_MAX	16	/* between two calls_run() */
#define FLOWS_MS	100	/* between two words of the flows, which may be flooded */
#define UNBORN_MS	20000	/* from the first packet to secure */

/**
 * struct signalled - what a SIP message has said of where a far end's media come from
 * @until: when it is of no more use, monotonic ms; 0 for none
 */
struct signalled {
	struct sotto_addr remote;
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
	uint64_t until;
};

#define SIGNALLED_MAX	64	/* whose flows have not begun yet */

struct calls {
	struct store *store;
	struct record *record;
	struct kernel *kernel;
	struct engine *engine;
	uint16_t port;
	bool strangers;
	const struct calls_watch *watch;
	void *arg;
	struct line *lines;
	struct line **last;		/* where the next one goes */
	struct line *touched;		/* something has happened to these */
	struct line *at_work;		/* and these are being looked at */
	struct dues dues;
	struct finder *finder;
	bool waiting;			/* calls_streams.c: some line may wait for its turn */
	bool turns;			/* whose it is may be another now */
	uint64_t turns_at;		/* or then */
	uint64_t last_id;
	uint64_t last_session;
	unsigned int notices;		/* since calls_run() */
	bool flows_changed;
	uint64_t flows_told;
	uint64_t commits_until;		/* calls_strangers.c */
	uint64_t bytes_until;
	struct signalled signalled[SIGNALLED_MAX];	/* calls_signalled.c */
};

/* calls.c */

struct line *line_new(struct calls *c, enum call_kind kind);	/* NULL: no room */
void line_remove(struct calls *c, struct line *line);
void line_changed(struct line *line);

/* line_ranks() - it claims to be somebody whom we know; the kernel keeps its flow as well */
void line_ranks(struct calls *c, struct line *line, enum line_rank rank);
void line_end(struct calls *c, struct line *line, enum call_reason reason, enum call_by by);
bool line_is_busy(const struct calls *c, const struct line *but, uint32_t uid);

/* line_session() - open a ZRTP session for it; 0 or a negative errno */
int line_session(struct calls *c, struct line *line);

/*
 * line_start() - let it say Hello, with the call's own ZID. What is kept of the other end the
 * engine is told when that one's Hello has said who it is, and its turn has come.
 */
int line_start(struct calls *c, struct line *line);
void line_session_close(struct calls *c, struct line *line);

/* line_session_gone() - the engine has it no more; whether it was wanted stays known */
void line_session_gone(struct line *line);

/* line_drop_flow() - the kernel forgets it, the record too */
void line_drop_flow(struct calls *c, struct line *line);

/* calls_find.c */

struct line *line_of_session(const struct calls *c, uint64_t session);

/*
 * line_touch() - something has happened to it: calls_run() is to see what follows. Done by
 * whatever finds a line, and by line_changed(); only who walks along them all has to.
 */
void line_touch(struct line *line);
void calls_touch_all(struct calls *c);

int finder_new(struct calls *c);	/* 0 or a negative errno */
void finder_free(struct calls *c);
bool finder_has_room(const struct calls *c);
void finder_add(struct line *line);
void finder_remove(struct line *line);

/* calls_kernel.c */

/* line_show_program() - a softphone's media flows: nobody needs to answer */
void line_show_program(struct line *line);

/* line_begin_program() - secure a softphone's flow, or try so again */
void line_begin_program(struct calls *c, struct line *line);

/* calls_heard() - what a packet of the control channel has said */
void calls_heard(uint64_t flow_id, const struct control_packet *packet, void *arg);

/* calls_end.c */

/* line_closed() - the program has closed its socket; @line may be gone afterwards */
void line_closed(struct calls *c, struct line *line);

/* line_refused() - an ICMP error says that nobody is there; @flow: as it is now */
void line_refused(struct calls *c, struct line *line, const struct sotto_flow *flow);

/* silence_run() - has nothing gone either way for CALL_SILENT_MS? */
void silence_run(struct calls *c, struct line *line, uint64_t now);
uint64_t silence_deadline(const struct calls *c, const struct line *line);

/* calls_signalled.c */

/* calls_signalled() - what a SIP message has said, of a call that a program here takes part in */
void calls_signalled(const struct sip_media *media, void *arg);

/* line_expect_hello() - tell the new session what has been signalled; 0 or a negative errno */
int line_expect_hello(struct calls *c, struct line *line);

/* line_false_hello() - one has come that is not the one that was signalled */
void line_false_hello(struct line *line);

/* line_agreed_hello() - keys were agreed with whoever has said this one */
void line_agreed_hello(struct calls *c, struct line *line, const uint8_t hash[ZRTP_HELLO_HASH_LEN]);

/* line_has_false_hello() - on one of the streams of this call */
bool line_has_false_hello(const struct line *call);

/* calls_note.c */

/* line_is_own() - its program brings its own encryption, as its rule allows */
bool line_is_own(const struct line *line);

/* calls_rekey.c */

void rekey_init(struct line *line);

/* rekey_want() - the keys in use no longer do: agree on others as soon as may be */
void rekey_want(struct calls *c, struct line *line, const char *why);

/* rekey_asked() - the other end has begun to agree on others; our session answers */
void rekey_asked(struct calls *c, struct line *line);

/* rekey_zrtp() - what the engine tells of the session of a rekey */
void rekey_zrtp(struct calls *c, struct line *line, const struct zrtp_action *action);

/*
 * rekey_see() - whatever the kernel has told of the flow: has the other end begun to
 * use the next key?
 */
void rekey_see(struct calls *c, struct line *line, const struct sotto_flow *flow);

/* rekey_look() - notices were lost: has one told that the program is not heard any more? */
void rekey_look(struct calls *c, struct line *line, const struct sotto_flow *flow);

/* rekey_lost() - the worker is gone, and the exchange with it */
void rekey_lost(struct calls *c, struct line *line);

void rekey_run(struct calls *c, struct line *line, uint64_t now);	/* do what is due */
uint64_t rekey_deadline(const struct calls *c, const struct line *line);
void rekey_close(struct calls *c, struct line *line);

/* rekey_limited() - takes a place of @limit; true if there is none */
bool rekey_limited(uint64_t *limit, uint64_t now);

/* calls_people.c */

/* line_try_next() - look for the peer at its next address; ends the call when there is none */
void line_try_next(struct calls *c, struct line *line);

/* calls_strangers.c */

/* stranger_may_commit() - may this packet, if it is a Commit, take a key agreement? */
bool stranger_may_commit(struct calls *c, const struct line *line, const uint8_t *data,
			 size_t len);

/* stranger_may_have() - may so many octets go there? */
bool stranger_may_have(struct calls *c, const struct line *line, size_t len);

/* calls_streams.c */

/* stream_likely_call() - a program has a flow to the host of this call; or NULL */
struct line *stream_likely_call(const struct calls *c, const struct line *line);

/* stream_split() - if it was likely to be another's stream, it is a call of its own */
void stream_split(struct line *line);

/* stream_asked() - the engine wants to know who that is; it is told in its turn */
void stream_asked(struct calls *c, struct line *line, const uint8_t zid[ZRTP_ZID_LEN]);

/* stream_contends() - the other end has begun where this one waits */
void stream_contends(struct calls *c, struct line *line, const struct zrtp_contend *theirs);
void stream_yielded(struct line *line);

/* stream_secured() - it has keys from those of its call; 0, -ESTALE when that is no more */
int stream_secured(struct calls *c, struct line *line, const struct zrtp_action *action);

/* stream_failed() - it has none, and is tried as a call of its own */
void stream_failed(struct calls *c, struct line *line);

/* stream_spent() - the last nonce in @master is not to come again on any stream of the call */
void stream_spent(struct calls *c, struct line *line, const struct zrtp_master *master);

/* streams_renew() - the call has agreed anew: more keys of all its streams come from that */
void streams_renew(struct calls *c, struct line *call);

/* streams_mirror() - what the call has found holds for all its streams */
void streams_mirror(struct calls *c, struct line *call);

/*
 * stream_ends() - the line's flow is no more, or of no more use: if there is another stream,
 * the call goes on with that. Return: the line that has what ends; itself, if there is none.
 */
struct line *stream_ends(struct calls *c, struct line *line);

/* streams_link() - all flows have been adopted: which are of the same call? */
void streams_link(struct calls *c);

/* streams_forget() - the call is removed */
void streams_forget(struct calls *c, const struct line *call);

/* stream_of() - @line is, or is likely to be, another stream of @call */
void stream_of(struct line *line, struct line *call);

/* stream_look() - something has happened to it: is it another's turn, or no stream any more? */
void stream_look(struct calls *c, struct line *line);

void streams_run(struct calls *c, uint64_t now);	/* whose turn is it? */
uint64_t streams_deadline(const struct calls *c);

/* calls_zrtp.c */

/* line_failed() - its exchange is over, and has agreed on nothing; counted as @why, once */
void line_failed(struct calls *c, struct line *line, enum metric_failure why);

/* line_refuse() - the same, and the other end is told */
void line_refuse(struct calls *c, struct line *line);

void calls_zrtp(uint64_t session, const struct zrtp_action *action, void *arg);

/* calls_peer.c */

/*
 * line_identify() - who shows this ZID?
 * @out: what the engine needs; the caller wipes it
 */
int line_identify(struct calls *c, struct line *line, const uint8_t zid[ZRTP_ZID_LEN],
		  struct zrtp_peer *out);

/* line_expect() - it is to be the peer of row @p until its Hello says otherwise */
void line_expect(struct line *line, const struct peer *p);

/* line_weigh() - does the suite suffice for this peer, and does its old alarm stand? */
int line_weigh(struct calls *c, struct line *line);

/* line_keep() - write down what may be kept of the other end by now */
int line_keep(struct calls *c, struct line *line);

#endif
