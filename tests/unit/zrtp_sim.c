// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two ZRTP engines and a network between them, all in simulated time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "session.h"
#include "zrtp_sim.h"

#define REQUIRE(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);	\
		abort();						\
	}								\
} while (0)

/* splitmix64: any seed will do, and the next one is unrelated. */
uint64_t sim_random(struct sim *sim)
{
	uint64_t z = sim->rng += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool chance(struct sim *sim, unsigned int percent)
{
	return sim_random(sim) % 100 < percent;
}

static void fill(struct sim *sim, uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = sim_random(sim);
}

/* Without @data it is media. */
static void launch(struct sim *sim, int to, const uint8_t *data, size_t len)
{
	for (int i = 0; i < SIM_FLIGHT_MAX; i++) {
		struct sim_flight *f = &sim->flight[i];

		if (f->used)
			continue;
		f->used = true;
		f->media = !data;
		f->to = to;
		f->at = sim->now + sim->delay_ms +
			(sim->jitter_ms ? sim_random(sim) % sim->jitter_ms : 0);
		f->len = len;
		if (data)
			memcpy(f->data, data, len);
		return;
	}
	REQUIRE(!"too many packets in flight");
}

void sim_lose(struct sim *sim, enum zrtp_message type, unsigned int times)
{
	sim->lose_type = type;
	sim->lose_times = times;
}

static bool is_to_be_lost(struct sim *sim, enum zrtp_message type)
{
	if (!sim->lose_times || type != sim->lose_type)
		return false;
	sim->lose_times--;
	return true;
}

static void transmit(struct sim *sim, int from, const uint8_t *data, size_t len)
{
	uint8_t packet[ZRTP_PACKET_MAX];
	struct zrtp_packet pkt;
	struct sim_end *e = &sim->end[from];

	REQUIRE(zrtp_packet_parse(data, len, &pkt) == 0);
	e->sent++;
	e->sent_type[pkt.type]++;
	e->sent_bytes += len;
	memcpy(packet, data, len);
	if (sim->hook && !sim->hook(sim, from, packet, &len)) {
		ladder_packet(&sim->ladder, sim->now, from, LADDER_TAKEN_OUT, packet, len);
		return;
	}
	if (is_to_be_lost(sim, pkt.type) || chance(sim, sim->loss_percent)) {
		ladder_packet(&sim->ladder, sim->now, from, LADDER_LOST, packet, len);
		return;
	}
	ladder_packet(&sim->ladder, sim->now, from, LADDER_SENT, packet, len);
	launch(sim, !from, packet, len);
	if (chance(sim, sim->dup_percent))
		launch(sim, !from, packet, len);
}

/* What the SRTP of an end that may send it does to the other: only the rest of an exchange. */
static void send_media(struct sim *sim, int from)
{
	struct sim_end *e = &sim->end[from];
	const struct sim_end *other = &sim->end[!from];

	e->media_due = other->secure || other->failed ? ZRTP_NEVER : sim->now + sim->media_ms;
	if (!chance(sim, sim->loss_percent))
		launch(sim, !from, NULL, 0);
}

static void receive_media(struct sim *sim, int to)
{
	struct sim_end *e = &sim->end[to];

	if (!e->rx_secure || !sim_same_key(&e->rx, &sim->end[!to].tx))
		return;
	if (!e->tx_secure)
		ladder_tell(&sim->ladder, sim->now, to, "SRTP comes and is right");
	REQUIRE(zrtp_session_srtp_authenticated(e->session, sim->now) == 0);
	sim_act(sim, to);
}

static int receive(struct sim *sim, int to, const uint8_t *data, size_t len)
{
	int r = zrtp_session_packet(sim->end[to].session, sim->now, data, len);

	ladder_packet(&sim->ladder, sim->now, to, r ? LADDER_DROPPED : LADDER_CAME, data, len);
	sim_act(sim, to);
	return r;
}

static void tell(struct sim *sim, int end, const struct zrtp_action *a)
{
	static const char *const words[] = {
		[ZRTP_ACTION_PEER] = "asks who that is",
		[ZRTP_ACTION_NO_ZRTP] = "hears no ZRTP",
		[ZRTP_ACTION_RX_SECURE] = "takes nothing but SRTP",
		[ZRTP_ACTION_TX_SECURE] = "sends SRTP",
		[ZRTP_ACTION_CLEARED] = "has no keys any more",
		[ZRTP_ACTION_TX_CLEAR] = "sends RTP in clear",
		[ZRTP_ACTION_CLEAR_REFUSED] = "does not go clear",
		[ZRTP_ACTION_ANEW] = "hears another Hello",
		[ZRTP_ACTION_CONTEND] = "hears a Commit before its time",
		[ZRTP_ACTION_YIELDED] = "discards its Commit",
	};

	if (a->type == ZRTP_ACTION_SECURE)
		ladder_tell(&sim->ladder, sim->now, end, "is secure, %s", a->secure.role ==
			    ZRTP_ROLE_INITIATOR ? "the initiator" : "the responder");
	else if (a->type == ZRTP_ACTION_FAILED)
		ladder_tell(&sim->ladder, sim->now, end, "has failed: %#x%s", a->error.code,
			    a->error.remote ? ", was told" : "");
	else if (a->type < sizeof(words) / sizeof(words[0]) && words[a->type])
		ladder_tell(&sim->ladder, sim->now, end, "%s", words[a->type]);
}

void sim_act(struct sim *sim, int end)
{
	struct sim_end *e = &sim->end[end];
	struct zrtp_action a;

	while (zrtp_session_next(e->session, &a) > 0) {
		tell(sim, end, &a);
		switch (a.type) {
		case ZRTP_ACTION_SEND:
			transmit(sim, end, a.packet.data, a.packet.len);
			break;
		case ZRTP_ACTION_PEER:
			e->asked++;
			if (memcmp(e->peer.peer_zid, a.peer_zid, ZRTP_ZID_LEN)) {
				/* A stranger: our ZID stays, no secrets. */
				struct zrtp_peer stranger = { 0 };

				memcpy(stranger.own_zid, e->peer.own_zid, ZRTP_ZID_LEN);
				memcpy(stranger.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
				e->peer = stranger;
			}
			if (e->answer_peer)
				REQUIRE(zrtp_session_peer(e->session, sim->now, &e->peer) == 0);
			break;
		case ZRTP_ACTION_NO_ZRTP:
			e->no_zrtp++;
			break;
		case ZRTP_ACTION_KEY_RX:
			e->rx = a.srtp;
			e->has_rx = true;
			break;
		case ZRTP_ACTION_KEY_TX:
			e->tx = a.srtp;
			e->has_tx = true;
			break;
		case ZRTP_ACTION_RX_SECURE:
			REQUIRE(e->has_rx);
			e->rx_secure = true;
			break;
		case ZRTP_ACTION_TX_SECURE:
			REQUIRE(e->has_tx);
			e->tx_secure = true;
			e->tx_secure_at = sim->now;
			e->media_due = sim->media_ms ? sim->now : ZRTP_NEVER;
			break;
		case ZRTP_ACTION_SECURE:
			REQUIRE(e->rx_secure && e->tx_secure);
			e->secure = true;
			e->secured = a;
			break;
		case ZRTP_ACTION_RETAIN:
			e->retained = true;
			e->retain = a;
			break;
		case ZRTP_ACTION_FAILED:
			REQUIRE(!e->failed);
			e->failed = true;
			e->error = a.error.code;
			e->error_remote = a.error.remote;
			break;
		case ZRTP_ACTION_ANEW:
			e->anew += a.anew.same_call;
			e->others += !a.anew.same_call;
			break;
		case ZRTP_ACTION_CONTEND:
			e->contended++;
			e->contend = a.contend;
			break;
		case ZRTP_ACTION_YIELDED:
			e->yielded++;
			break;
		case ZRTP_ACTION_FALSE_HELLO:
			e->false_hellos++;
			break;
		case ZRTP_ACTION_RELAY:
			REQUIRE(!"no end here is a PBX");
			break;
		case ZRTP_ACTION_CLEARED:
			e->cleared++;
			e->cleared_by_peer = a.cleared.by_peer;
			e->has_rx = e->has_tx = e->rx_secure = e->tx_secure = false;
			break;
		case ZRTP_ACTION_TX_CLEAR:
			REQUIRE(e->cleared && !e->has_tx);
			e->tx_clear++;
			break;
		case ZRTP_ACTION_CLEAR_REFUSED:
			e->refused += !a.refused.remote;
			e->refused_remote += a.refused.remote;
			break;
		}
	}
}

void sim_init(struct sim *sim, uint64_t seed)
{
	memset(sim, 0, sizeof(*sim));
	sim->rng = seed;
	sim->now = 1000;
	sim->delay_ms = 10;
	for (int i = 0; i < 2; i++) {
		struct sim_end *e = &sim->end[i];

		snprintf(e->config.client_id, sizeof(e->config.client_id), "sim %s",
			 i == ALICE ? "alice" : "bob");
		fill(sim, e->peer.own_zid, ZRTP_ZID_LEN);
		e->answer_peer = true;
	}
	sim_engines(sim, seed);
}

void sim_engines(struct sim *sim, uint64_t seed)
{
	sim->rng = sim_random(sim) + seed;	/* ^ would make many seeds the same */
	for (int i = 0; i < 2; i++) {
		struct sim_end *e = &sim->end[i];
		struct sim_end fresh = {
			.config = e->config, .peer = e->peer, .answer_peer = e->answer_peer,
			.media_due = ZRTP_NEVER,
		};
		uint8_t engine_seed[ZRTP_SEED_LEN];

		zrtp_session_free(e->session);
		*e = fresh;
		fill(sim, engine_seed, sizeof(engine_seed));
		e->config.ssrc = sim_random(sim);
		REQUIRE(zrtp_session_new(&e->session, &e->config, engine_seed) == 0);
	}
	memset(sim->flight, 0, sizeof(sim->flight));
}

void sim_more(struct sim *sim, uint64_t seed)
{
	struct zrtp_master master[2];

	for (int i = 0; i < 2; i++) {
		struct sim_end *e = &sim->end[i];

		REQUIRE(e->secure);
		master[i] = e->secured.secure.master;
		memcpy(e->peer.peer_zid, sim->end[!i].peer.own_zid, ZRTP_ZID_LEN);
	}
	sim_engines(sim, seed);
	for (int i = 0; i < 2; i++)
		REQUIRE(!zrtp_session_multistream(sim->end[i].session, &master[i],
						  &sim->end[i].peer));
}

void sim_free(struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		zrtp_session_free(sim->end[i].session);
		sim->end[i].session = NULL;
	}
}

int sim_setup(void **state, uint64_t seed)
{
	struct sim *sim = malloc(sizeof(*sim));

	if (!sim)
		return -1;
	sim_init(sim, seed);
	*state = sim;
	return 0;
}

int sim_teardown(void **state)
{
	sim_free(*state);
	free(*state);
	return 0;
}

void sim_start(struct sim *sim, int end)
{
	REQUIRE(zrtp_session_start(sim->end[end].session, sim->now, &sim->end[end].peer) == 0);
	sim_act(sim, end);
}

int sim_forge(struct sim *sim, int to, uint32_t ssrc, const uint8_t *msg, size_t len)
{
	uint8_t packet[ZRTP_PACKET_MAX];
	int n = zrtp_packet_build(packet, sizeof(packet), 1, ssrc, msg, len);

	REQUIRE(n > 0);
	ladder_tell(&sim->ladder, sim->now, to, "gets a forged message:");
	return receive(sim, to, packet, n);
}

void sim_reseal(uint8_t *packet, size_t len)
{
	uint32_t crc = zrtp_crc32c(packet, len - ZRTP_CRC_LEN);

	for (int i = 0; i < ZRTP_CRC_LEN; i++)
		packet[len - ZRTP_CRC_LEN + i] = crc >> 8 * i;
}

static uint64_t next_event(const struct sim *sim)
{
	uint64_t next = ZRTP_NEVER;

	for (int i = 0; i < SIM_FLIGHT_MAX; i++) {
		if (sim->flight[i].used && sim->flight[i].at < next)
			next = sim->flight[i].at;
	}
	for (int i = 0; i < 2; i++) {
		uint64_t due = zrtp_session_deadline(sim->end[i].session);

		if (due < next)
			next = due;
		if (sim->end[i].media_due < next)
			next = sim->end[i].media_due;
	}
	return next;
}

static void step(struct sim *sim)
{
	for (int i = 0; i < SIM_FLIGHT_MAX; i++) {
		struct sim_flight *f = &sim->flight[i];

		if (!f->used || f->at > sim->now)
			continue;
		f->used = false;
		if (f->media)
			receive_media(sim, f->to);
		else
			receive(sim, f->to, f->data, f->len);
	}
	for (int i = 0; i < 2; i++) {
		if (sim->end[i].media_due <= sim->now)
			send_media(sim, i);
		if (zrtp_session_deadline(sim->end[i].session) > sim->now)
			continue;
		REQUIRE(zrtp_session_tick(sim->end[i].session, sim->now) == 0);
		sim_act(sim, i);
	}
}

bool sim_run_until(struct sim *sim, uint64_t until, bool (*done)(const struct sim *sim))
{
	while (!done || !done(sim)) {
		uint64_t next = next_event(sim);

		if (next > until) {
			sim->now = until;
			break;
		}
		if (next > sim->now)
			sim->now = next;
		step(sim);
	}
	return done && done(sim);
}

static bool settled(const struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		if (!sim->end[i].secure && !sim->end[i].failed)
			return false;
	}
	return true;
}

void sim_run(struct sim *sim, uint64_t ms)
{
	sim_run_until(sim, sim->now + ms, settled);
}

void sim_store(struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		struct sim_end *e = &sim->end[i];
		const struct zrtp_action *a = &e->retain;

		if (!e->retained || a->retain.frozen || !a->retain.expiry_s)
			continue;
		memcpy(e->peer.peer_zid, a->retain.peer_zid, ZRTP_ZID_LEN);
		memcpy(e->peer.rs1, a->retain.rs1, ZRTP_SECRET_LEN);
		memcpy(e->peer.rs2, a->retain.rs2, ZRTP_SECRET_LEN);
		e->peer.has_rs1 = true;
		e->peer.has_rs2 = a->retain.has_rs2;
	}
}

void sim_print(const struct sim *sim)
{
	ladder_print(&sim->ladder, stderr, "alice", "bob");
}

bool sim_same_key(const struct zrtp_srtp *a, const struct zrtp_srtp *b)
{
	return a->cipher == b->cipher && a->auth_tag == b->auth_tag &&
	       a->key_len && a->key_len == b->key_len && !memcmp(a->key, b->key, a->key_len) &&
	       a->salt_len && a->salt_len == b->salt_len && !memcmp(a->salt, b->salt, a->salt_len);
}

bool sim_agreed(const struct sim *sim)
{
	const struct sim_end *a = &sim->end[ALICE], *b = &sim->end[BOB];

	return a->secure && b->secure &&
	       sim_same_key(&a->rx, &b->tx) && sim_same_key(&a->tx, &b->rx) && !sim_same_key(&a->tx, &a->rx) &&
	       !memcmp(a->secured.secure.sas_value, b->secured.secure.sas_value, 4) &&
	       !memcmp(&a->secured.secure.suite, &b->secured.secure.suite,
		       sizeof(struct zrtp_suite)) &&
	       a->secured.secure.role != b->secured.secure.role &&
	       !memcmp(a->retain.retain.rs1, b->retain.retain.rs1, ZRTP_SECRET_LEN) &&
	       !memcmp(a->secured.secure.own_zid, a->peer.own_zid, ZRTP_ZID_LEN) &&
	       !memcmp(a->secured.secure.peer_zid, b->peer.own_zid, ZRTP_ZID_LEN) &&
	       !memcmp(b->secured.secure.peer_zid, a->peer.own_zid, ZRTP_ZID_LEN);
}

bool sim_holds(const struct zrtp_session *session, const uint8_t *secret, size_t len)
{
	return memmem(session, sizeof(*session), secret, len);
}
