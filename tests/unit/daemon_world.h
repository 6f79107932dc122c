/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three hosts in one process, in simulated time:
 *
 *	calls of sottod (alice)   calls (bob)   calls (carol)
 *	        |                     |              |
 *	  kernel that is        the same       the same
 *	  pretended here
 *	        +------ network of 10 ms, may lose ---+
 *
 * The pretended kernel stands in for kernel.c and libsotto: flows, keys and their
 * states, and nothing is delivered that its keys do not fit. It fails the test
 * when it is asked for what a kernel must refuse.
 *
 * Each end has a worker (worker.h), which is a process in sottod: here it is called
 * whenever its socket has something for it.
 */
#ifndef DAEMON_WORLD_H
#define DAEMON_WORLD_H

#include "calls.h"

#ifndef WORLD_FLOWS
#define WORLD_FLOWS	512
#endif
#define WORLD_EMBRYONIC	256	/* then a new one takes the place of one at random */
#define WORLD_PORT	7686
#define WORLD_PROGRAM_PORT	5004
#define WORLD_PICTURE_PORT	5006	/* of the same program's second stream */

enum { ALICE, BOB, CAROL, ENDS };

/** struct world_flow - a flow, and the keys that the kernel never gives out */
struct world_flow {
	struct sotto_flow flow;
	struct zrtp_srtp current[2];	/* by enum sotto_dir */
	struct zrtp_srtp next[2];
	bool has_current[2];
	bool has_next[2];
	bool current_heard;		/* rx: something has authenticated with it */
	bool next_heard;
	bool authenticated;		/* with any key */
	uint64_t heard;
	uint64_t sent;			/* media last left */
	struct zrtp_srtp restarted_at;	/* tx key of a program that has begun anew */
	bool restarted;			/* and is not heard while that is in use */
};

/** struct world_end - one host */
struct world_end {
	struct sotto_addr local;	/* its own address */
	struct sotto_addr wire;		/* what others see of it */
	char dir[128];
	struct seal *seal;
	struct store *store;
	struct record *record;
	struct calls *calls;		/* NULL: sottod does not run */
	struct worker *worker;		/* NULL: it does not run */
	int worker_fd;
	bool worker_hangs;
	struct world_flow flow[WORLD_FLOWS];
	unsigned int asked[CALLS_ASK_ALARM + 1];
	unsigned int added, removed, refused;
	bool deaf;			/* what the kernel tells is lost */
	bool mute;			/* no word of the control channel: it has no sotto */
	bool takes_no_key;		/* the kernel refuses each */
	unsigned int spoken, understood;	/* packets of media: sent in clear, received */
	unsigned int rekeyed;		/* times that tx went from one key to another */
	uint64_t zrtp_sent, zrtp_octets;
	unsigned int committed;		/* DHPart1 that it has sent */
	uint8_t last_hello_zid[ZRTP_ZID_LEN];	/* that it has sent */
};

struct world {
	struct world_end end[ENDS];
	uint64_t now;		/* ms */
	unsigned int loss_percent;
	unsigned int jitter_ms;	/* packets overtake each other */
	bool cut;		/* the network is gone */
	bool hostile;		/* a worker asks for what the kernel refuses: it does, no more */
	bool media;		/* programs at both ends of a secure call send every 20 ms */
	bool (*lose)(int from, const uint8_t *zrtp, size_t len);	/* this ZRTP packet */
	uint64_t rng;
	uint64_t steps;		/* moments at which somebody had something to do */
	uint64_t last_flow_id;
};

extern struct world world;

/* cmocka set-up and tear-down: three hosts with empty stores, sottod running. */
int world_setup(void **state);
int world_teardown(void **state);

/** world_kill() - SIGKILL of sottod; the kernel goes on */
void world_kill(int end);
void world_start(int end);

/* SIGKILL of the worker alone, and the one that sottod starts then. */
void world_kill_worker(int end);
void world_start_worker(int end);

/** world_reinstall() - The host loses all that was kept: sottod is stopped and starts anew. */
void world_reinstall(int end);

/** world_unplug() - The kernel forgets the flows without a word: the machine starts anew. */
void world_unplug(int end);

/** world_readdress() - From now on others see it under 127.0.1.@last. */
void world_readdress(int end, uint8_t last);

/** world_run() - Let so much time pass. */
void world_run(uint64_t ms);

/** world_until() - Until @is; fails the test when that takes longer than @ms. */
void world_until(bool (*is)(void), uint64_t ms);

/** world_missed() - How many missed calls a person at this end can see. */
unsigned int world_missed(int end);

/** world_line() - The newest call that a person at this end can see, missed long ago not, or NULL. */
struct line *world_line(int end);
struct call *world_call(int end);	/* fails the test when there is none */

/** world_flow_of() - The kernel's side of that call, or NULL. */
struct world_flow *world_flow_of(int end);
unsigned int world_flows(int end);

/* A softphone, under a rule that says "require", sends its first packet, and its last. */
void world_program_starts(int end, int whom);
void world_program_stops(int end);

/** world_program_starts_at() - The same, with this port at both ends, and as this user. */
void world_program_starts_at(int end, int whom, uint16_t port, uint32_t uid);

/** world_program_closes() - It closes its socket; the kernel tells, and keeps the flow. */
void world_program_closes(int end);

/** world_program_is_refused() - An ICMP error says that nobody is where it sends; the kernel tells. */
void world_program_is_refused(int end);

/** world_program_claims() - A program with keys of its own has a flow, by libsotto. */
void world_program_claims(int end, int whom, uint32_t flags);

/* Its second stream, beside the first. */
void world_picture_starts(int end, int whom);
void world_picture_stops(int end);
void world_picture_closes(int end);

/** world_program_flow() - The kernel's side of that program's flow from this port, or NULL. */
struct world_flow *world_program_flow(int end, uint16_t port);

/** world_program_is() - The kernel moves that program's flow, as its rule allows. */
void world_program_is(int end, enum sotto_state state);

/** world_stranger_commits() - The same stranger goes on: a Commit that fits its Hello. */
void world_stranger_commits(int end, uint32_t n);

/** world_restart() - The program begins its sequence anew: its packets are refused. */
void world_restart(int end);
void world_restart_flow(int end, struct world_flow *f);	/* on this flow of several */

/** world_calls() - How many calls a person at this end can see that have not ended. */
unsigned int world_calls(int end);

/** world_key_life() - The kernel tells that a key is nearly used up. */
void world_key_life(int end);

/** world_inject() - A ZRTP packet arrives at the end's secure flow, as if its peer had sent it. */
void world_inject(int end, const uint8_t *zrtp, size_t len);

/** world_stranger() - A Hello with an address and a ZID that nobody else has; @n names it. */
void world_stranger(int end, uint32_t n);

/** world_overrun() - The agent reads that notices were lost, as all have been since it is deaf. */
void world_overrun(int end);

/* Persons. */

#define WORLD_UID	1000	/* plus the end: who sits there */

/** world_pair() - The person at @end names @whom; @return: the row's id */
uint64_t world_pair(int end, const char *name, int whom);

/** world_dial() - The person at @end calls; 0 or what calls_dial() says */
int world_dial(int end, const char *name);

/** world_pair_both() - Alice and Bob have each other paired. */
void world_pair_both(void);

/* Each ends with both ends secure; world_talk() with both active. */
void world_ring(int from, const char *name, int to);
void world_talk(int from, const char *name, int to);

/** world_answer(), world_hangup() - and all is told to the other end. */
void world_answer(int end);
void world_hangup(int end);

/** world_verify() - The person at @end types what the one at @other reads; as calls_verify() */
int world_verify(int end, int other);

/** world_programs_secured() - The softphones of Alice and Bob talk, encrypted both ways. */
void world_programs_secured(void);

/** world_meet() - Alice and Bob have each other paired, have talked once, and verified. */
void world_meet(void);

/** world_finish() - The person hangs up, and both ends forget what can be seen. */
void world_finish(int end);

void world_assert_secured(int end);
void world_assert_ended(int end, enum call_reason reason, enum call_by by);
void world_assert_alarms(enum call_alarm alice, enum call_alarm bob);

/** world_assert_no_trace() - Nothing is left in the kernel or in the runtime directory. */
void world_assert_no_trace(int end);

/** world_rows() - How many are in its store. */
int world_rows(int end);

/** world_spoil_secrets() - What it has retained with that name is something else. */
void world_spoil_secrets(int end, const char *name);

/** world_peer() - The row of that name; the caller frees it. */
struct peer *world_peer(int end, const char *name);

#endif
