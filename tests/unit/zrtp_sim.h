/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two ZRTP engines and a network between them, all in simulated time.
 *
 * The network's behaviour follows from a seed alone. A hook sees each packet
 * before it leaves and may change it, drop it, or add others.
 */
#ifndef ZRTP_SIM_H
#define ZRTP_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "packet.h"
#include "zrtp.h"
#include "zrtp_ladder.h"

#define SIM_FLIGHT_MAX	256

/** struct sim_end - one side: its engine, its store, and what the engine told */
struct sim_end {
	struct zrtp_session *session;
	struct zrtp_config config;
	struct zrtp_peer peer;		/* what we keep of the other side */
	bool answer_peer;		/* answer ZRTP_ACTION_PEER at once (default) */
	unsigned int asked;

	struct zrtp_srtp rx, tx;
	bool has_rx, has_tx, rx_secure, tx_secure;
	uint64_t tx_secure_at;
	uint64_t media_due;		/* when it sends SRTP next */
	bool secure;
	struct zrtp_action secured;	/* of type ZRTP_ACTION_SECURE */
	bool retained;
	struct zrtp_action retain;	/* of type ZRTP_ACTION_RETAIN */
	bool failed;
	enum zrtp_error error;
	bool error_remote;
	unsigned int no_zrtp;
	unsigned int cleared, tx_clear;
	bool cleared_by_peer;
	unsigned int refused, refused_remote;	/* GoClears: theirs by us, ours by them */
	unsigned int false_hellos;
	unsigned int contended, yielded;
	struct zrtp_contend contend;	/* the last */
	unsigned int anew, others;	/* Hellos of the same call, and of another */
	unsigned int sent, sent_type[ZRTP_MESSAGES];
	uint64_t sent_bytes;
};

struct sim;

/**
 * sim_hook - see a packet before it leaves
 * @from: index of the sender
 *
 * Return: false to drop it. It may be changed in place; *@len at most
 * ZRTP_PACKET_MAX. sim_forge() adds packets.
 */
typedef bool (*sim_hook)(struct sim *sim, int from, uint8_t *packet, size_t *len);

struct sim_flight {
	bool used;
	bool media;			/* SRTP under the sender's key, no @data */
	int to;
	uint64_t at;
	size_t len;
	uint8_t data[ZRTP_PACKET_MAX];
};

struct sim {
	struct sim_end end[2];
	uint64_t now;
	uint64_t rng;
	unsigned int loss_percent, dup_percent, delay_ms, jitter_ms;
	enum zrtp_message lose_type;
	unsigned int lose_times;
	unsigned int media_ms;		/* an end that may sends SRTP so often; 0: never */
	sim_hook hook;
	void *arg;
	struct sim_flight flight[SIM_FLIGHT_MAX];
	struct ladder ladder;
};

#define ALICE 0
#define BOB 1

/** sim_init() - Two strangers with random ZIDs, an ideal network of 10 ms. */
void sim_init(struct sim *sim, uint64_t seed);
void sim_free(struct sim *sim);

/* A test's own, for cmocka; the seed is of sim_init(). */
int sim_setup(void **state, uint64_t seed);
int sim_teardown(void **state);

/** sim_engines() - Make both engines (again, for a next call) from the configs. */
void sim_engines(struct sim *sim, uint64_t seed);

/**
 * sim_more() - New engines for more keys of the call that both have agreed on.
 *
 * What the last exchange told of each end is gone from it.
 */
void sim_more(struct sim *sim, uint64_t seed);

/** sim_start() - zrtp_session_start() with what the end keeps of its peer. */
void sim_start(struct sim *sim, int end);

/** sim_act() - Do what the engine of @end asks for. */
void sim_act(struct sim *sim, int end);

/** sim_run_until() - Run until @done or no event before @until. Return: @done's last word. */
bool sim_run_until(struct sim *sim, uint64_t until, bool (*done)(const struct sim *sim));

/** sim_run() - Run until both ends are secure or have failed, at most @ms. */
void sim_run(struct sim *sim, uint64_t ms);

/** sim_lose() - The network loses the next @times messages of this type, whoever sends them. */
void sim_lose(struct sim *sim, enum zrtp_message type, unsigned int times);

/** sim_forge() - Hand @to a message in a packet with a good CRC. */
int sim_forge(struct sim *sim, int to, uint32_t ssrc, const uint8_t *msg, size_t len);

/** sim_reseal() - Repair the CRC after a change. */
void sim_reseal(uint8_t *packet, size_t len);

/** sim_store() - Do what RETAIN says, at both ends, for the next call. */
void sim_store(struct sim *sim);

/** sim_print() - The ladder diagram of what was sent, for a failure, on standard error. */
void sim_print(const struct sim *sim);

bool sim_same_key(const struct zrtp_srtp *a, const struct zrtp_srtp *b);

/** sim_agreed() - Both secure with the same keys, SAS, suite and opposite roles. */
bool sim_agreed(const struct sim *sim);

/** sim_holds() - Is the secret anywhere inside the session? */
bool sim_holds(const struct zrtp_session *session, const uint8_t *secret, size_t len);

uint64_t sim_random(struct sim *sim);

#endif /* ZRTP_SIM_H */
