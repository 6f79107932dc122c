// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module that is flooded (pretended-module.h). At SIGUSR1, packets of sources that do not
 * exist begin to come, as fast as sottod takes them: of each a Hello, and a Commit that fits
 * it. The module keeps the newest 256 of their flows, as sotto.ko does. At 10.9.0.2 there is
 * a peer who answers a call.
 *
 * FLOOD_PACKETS	at least so many, and until SIGUSR2; then nothing comes but of the peer
 * FLOOD_REPORT		a file, a line of JSON every 5000 packets: what has come from
 *			strangers, what they got, and the worst that one of them got for each
 *			byte of his, in hundredths
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "negotiate.h"
#include "packet.h"
#include "pretended-module.h"
#include "zrtp.h"

#define PORT		7686
#define PEER		0x0a090002	/* 10.9.0.2 */
#define US		0x0a090001
#define EMBRYONIC	256
#define PEER_QUEUE	32
#define REPORT_EVERY	5000
#define LOST_EVERY	100000		/* notices: then some are said to be lost */

struct packet {
	size_t len;
	uint8_t data[MESSAGE_MAX];
};

static struct flow strangers[EMBRYONIC], call;
static struct zrtp_session *peer;
static struct packet from_peer[PEER_QUEUE];
static size_t n_from_peer;
static uint64_t last_id, packets, limit, heard, said, worst, notices;
static volatile sig_atomic_t flooding, is_enough;

static void begin_flood(int signal)
{
	flooding = 1;
	wake();
}

static void may_end(int signal)
{
	is_enough = 1;
}

static bool goes_on(void)
{
	return flooding && (packets < limit || !is_enough);
}

__attribute__((constructor)) static void prepare(void)
{
	const char *n = getenv("FLOOD_PACKETS");

	limit = n ? strtoull(n, NULL, 10) : 0;
	signal(SIGUSR1, begin_flood);
	signal(SIGUSR2, may_end);
}

static void report(void)
{
	FILE *f = fopen(getenv("FLOOD_REPORT"), "ae");

	if (!f)
		err(1, "FLOOD_REPORT");
	fprintf(f, "{\"ms\":%llu,\"packets\":%llu,\"heard\":%llu,\"said\":%llu,\"worst\":%llu}\n",
		(unsigned long long)now_ms(), (unsigned long long)packets,
		(unsigned long long)heard, (unsigned long long)said, (unsigned long long)worst);
	if (fclose(f))
		err(1, "FLOOD_REPORT");
}

/* Strangers: each is @packets / 2 of them, and what he is follows from that. */

static struct zrtp_chain chain;
static uint8_t zid[ZRTP_ZID_LEN];

static void another(uint64_t n)
{
	uint8_t h0[ZRTP_IMAGE_LEN] = { 1 };

	memcpy(h0 + 1, &n, sizeof(n));
	memcpy(zid, &n, sizeof(n));
	zid[ZRTP_ZID_LEN - 1] = 1;
	zrtp_chain_init(&chain, h0);
}

static size_t hello(uint8_t *out, size_t size)
{
	uint8_t msg[ZRTP_HELLO_MAX];
	struct zrtp_hello h = { .version = (const uint8_t *)ZRTP_VERSION, .zid = zid,
				.h3 = chain.h[3], .client_id = (const uint8_t *)"0123456789abcdef" };
	int len = zrtp_hello_build(msg, sizeof(msg), &h, chain.h[2]);

	return zrtp_packet_build(out, size, packets, packets | 1, msg, len);
}

static size_t commit(uint8_t *out, size_t size)
{
	static const struct zrtp_suite suite = {
		ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32,
	};
	uint8_t msg[ZRTP_COMMIT_LEN], hvi[ZRTP_HVI_LEN] = { 1 };
	struct zrtp_commit c = { .form = ZRTP_COMMIT_DH, .hvi = hvi, .h2 = chain.h[2], .zid = zid };
	int len;

	zrtp_suite_blocks(&suite, c.blocks);
	len = zrtp_commit_build(msg, sizeof(msg), &c, chain.h[1]);
	return zrtp_packet_build(out, size, packets + 1, (packets - 1) | 1, msg, len);
}

static void judge(const struct flow *f)
{
	uint64_t times = f->heard ? 100 * f->said / f->heard : 0;

	worst = times > worst ? times : worst;
}

/* What comes next of the flood: one flow goes and another comes with a Hello, or its Commit. */
static size_t next_of_flood(uint8_t *buf)
{
	struct flow *f = &strangers[packets / 2 % EMBRYONIC];
	uint8_t data[512];
	size_t at = 0, len;

	if (!(packets & 1)) {
		if (f->id) {
			judge(f);
			at += MNL_ALIGN(put_event(buf, SOTTO_EVENT_FLOW_GONE, f));
		}
		another(packets / 2);
		*f = (struct flow){ .id = ++last_id, .from = US, .from_port = PORT,
				    .to = 0x0b000000 + packets / 2, .port = 1024 + packets % 60000,
				    .state = { SOTTO_STATE_HOLD, SOTTO_STATE_HOLD },
				    .flags = SOTTO_FLOW_F_EMBRYONIC };
		at += MNL_ALIGN(put_event(buf + at, SOTTO_EVENT_FLOW_NEW, f));
		len = hello(data, sizeof(data));
	} else {
		len = commit(data, sizeof(data));
	}
	f->heard += len;
	heard += len;
	packets++;
	at += put_packet(buf + at, f->id, SOTTO_PACKET_ZRTP, data, len);
	if (packets % REPORT_EVERY == 0)
		report();
	return at;
}

/* The peer. */

static void peer_acts(void)
{
	struct zrtp_peer stranger = { .own_zid = { 0xb0 } };
	struct zrtp_action a;

	while (zrtp_session_next(peer, &a) > 0) {
		if (a.type == ZRTP_ACTION_PEER) {
			memcpy(stranger.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
			zrtp_session_peer(peer, now_ms(), &stranger);
		}
		if (a.type != ZRTP_ACTION_SEND || n_from_peer == PEER_QUEUE)
			continue;
		memcpy(from_peer[n_from_peer].data, a.packet.data, a.packet.len);
		from_peer[n_from_peer++].len = a.packet.len;
	}
	if (n_from_peer)
		wake();
}

static void peer_hears(const uint8_t *data, size_t len)
{
	const struct zrtp_config config = { .client_id = "peer", .ssrc = 2 };
	const uint8_t seed[ZRTP_SEED_LEN] = { 2 };

	if (!peer && zrtp_session_new(&peer, &config, seed))
		errx(1, "the peer does not begin");
	zrtp_session_packet(peer, now_ms(), data, len);
	peer_acts();
}

/* Requests. */

size_t module_room(void)
{
	return 1 + EMBRYONIC;
}

struct flow *module_flow(size_t place)
{
	return place ? &strangers[place - 1] : &call;
}

struct flow *module_flow_of(uint64_t id)
{
	for (size_t i = 0; i < module_room(); i++)
		if (id && module_flow(i)->id == id)
			return module_flow(i);
	return NULL;
}

int module_packet(struct flow *f, enum sotto_packet_kind kind, const uint8_t *data, size_t len)
{
	if (f == &call && kind == SOTTO_PACKET_ZRTP)
		peer_hears(data, len);
	if (f == &call)
		return 0;
	f->said += len;
	said += len;
	return 0;
}

struct flow *module_new_flow(uint32_t to)
{
	if (to != PEER || call.id)
		return NULL;
	call = (struct flow){ .id = ++last_id, .from = US, .from_port = PORT, .to = to, .port = PORT,
			      .flags = SOTTO_FLOW_F_AGENT,
			      .state = { SOTTO_STATE_HOLD, SOTTO_STATE_HOLD } };
	return &call;
}

void module_flow_set(struct flow *f)
{
}

/* With the call the peer forgets it: the next one is another. */
int module_delete_flow(struct flow *f)
{
	if (f == &call) {
		zrtp_session_free(peer);
		peer = NULL;
		n_from_peer = 0;
	} else {
		judge(f);
	}
	memset(f, 0, sizeof(*f));
	return 0;
}

ssize_t module_notice(uint8_t *buf)
{
	size_t len;

	if (n_from_peer) {
		len = put_packet(buf, call.id, SOTTO_PACKET_ZRTP, from_peer[0].data, from_peer[0].len);
		memmove(&from_peer[0], &from_peer[1], --n_from_peer * sizeof(from_peer[0]));
		return len;
	}
	if (goes_on() && ++notices % LOST_EVERY == 0)
		return -1;
	return goes_on() ? (ssize_t)next_of_flood(buf) : 0;
}
