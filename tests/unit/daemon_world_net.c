// SPDX-License-Identifier: GPL-2.0-or-later
/* The network between the hosts, and who else is on it. */
#include "daemon_world_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "chain.h"
#include "negotiate.h"
#include "packet.h"

#define DELAY_MS	10
#define HELLO_TYPE_AT	16	/* in a ZRTP packet, RFC 6189 5.1 and 5.2 */
#define HELLO_ZID_AT	(12 + 64)

struct parcel world_parcels[PARCELS];

static int who_is_at(const struct sotto_addr *addr)
{
	for (int i = 0; i < ENDS; i++)
		if (addr_same_host(&world.end[i].wire, addr))
			return i;
	return -1;
}

static void note_hello(struct world_end *e, const uint8_t *data, size_t len)
{
	e->zrtp_sent++;
	e->zrtp_octets += len;
	if (len > HELLO_TYPE_AT + 8 && !memcmp(data + HELLO_TYPE_AT, "DHPart1 ", 8))
		e->committed++;
	if (len > HELLO_ZID_AT + ZRTP_ZID_LEN && !memcmp(data + HELLO_TYPE_AT, "Hello   ", 8))
		memcpy(e->last_hello_zid, data + HELLO_ZID_AT, ZRTP_ZID_LEN);
}

/* NULL: the network has lost it. */
static struct parcel *post(int from, const struct world_flow *f)
{
	int to = who_is_at(&f->flow.remote);
	struct parcel *p = world_parcels;

	if (to < 0 || world.cut || world_chance() % 100 < world.loss_percent)
		return NULL;
	while (p->used)
		assert_true(++p < world_parcels + PARCELS);
	memset(p, 0, sizeof(*p));
	p->used = true;
	p->to = to;
	p->to_port = addr_port(&f->flow.remote);
	p->at = world.now + DELAY_MS + (world.jitter_ms ? world_chance() % world.jitter_ms : 0);
	p->from = world.end[from].wire;
	p->from.in.sin_port = f->flow.local.in.sin_port;
	p->key = f->current[SOTTO_DIR_TX];
	return p;
}

int kernel_send(struct kernel *k, uint64_t flow_id, enum sotto_packet_kind kind, const void *data,
		size_t len)
{
	struct world_flow *f = world_flow_by_id(k->end, flow_id);
	struct parcel *p;

	if (!f)
		return -ENOENT;
	assert_true(len && len <= SOTTO_PAYLOAD_MAX);
	if (kind == SOTTO_PACKET_ZRTP)
		note_hello(&world.end[k->end], data, len);
	else if (f->flow.tx != SOTTO_STATE_SECURE)
		return -ENOKEY;
	if (kind == SOTTO_PACKET_CONTROL && world.end[k->end].mute)
		return 0;
	if (kind == SOTTO_PACKET_ZRTP && world.lose && world.lose(k->end, data, len))
		return 0;
	p = post(k->end, f);
	if (!p)
		return 0;
	p->kind = kind;
	p->len = len;
	memcpy(p->data, data, len);
	return 0;
}

/* Whether or not sottod runs. */
static struct world_flow *secure_flow(int end)
{
	for (int i = 0; i < WORLD_FLOWS; i++) {
		struct world_flow *f = &world.end[end].flow[i];

		if (f->flow.id && f->flow.tx == SOTTO_STATE_SECURE)
			return f;
	}
	return NULL;
}

/* A program says something, and its kernel protects it. */
static void speak_on(int end, struct world_flow *f)
{
	struct parcel *p;

	world.end[end].spoken++;
	if (f->restarted && !memcmp(&f->restarted_at, &f->current[SOTTO_DIR_TX],
				    sizeof(f->restarted_at))) {
		f->flow.stats[SOTTO_A_STATS_DROP_TX_REPEAT]++;
		return;
	}
	f->restarted = false;
	f->sent = world.now;
	f->flow.stats[SOTTO_A_STATS_TX_PROTECTED]++;
	p = post(end, f);
	if (p)
		p->media = true;
}

void world_speak(int end)
{
	for (int i = 0; i < WORLD_FLOWS; i++) {
		struct world_flow *f = &world.end[end].flow[i];

		if (f->flow.id && f->flow.tx == SOTTO_STATE_SECURE)
			speak_on(end, f);
	}
}

void world_restart(int end)
{
	world_restart_flow(end, secure_flow(end));
}

void world_restart_flow(int end, struct world_flow *f)
{
	assert_non_null(f);
	f->restarted = true;
	f->restarted_at = f->current[SOTTO_DIR_TX];
	world_tell_event(end, f, SOTTO_EVENT_TX_RESTART);
}

void world_key_life(int end)
{
	world_tell_event(end, secure_flow(end), SOTTO_EVENT_KEY_LIFE);
}

/* What arrives. */

static bool fits_next(const struct world_flow *f, const struct parcel *p)
{
	return f->has_next[SOTTO_DIR_RX] &&
	       !memcmp(&f->next[SOTTO_DIR_RX], &p->key, sizeof(p->key));
}

static bool fits(const struct world_flow *f, const struct parcel *p)
{
	return f->flow.id && f->flow.rx == SOTTO_STATE_SECURE &&
	       (fits_next(f, p) ||
		!memcmp(&f->current[SOTTO_DIR_RX], &p->key, sizeof(p->key)));
}

/* A packet from elsewhere that authenticates moves the flow. */
static struct world_flow *roam(struct parcel *p)
{
	struct world_end *e = &world.end[p->to];

	for (int i = 0; i < WORLD_FLOWS; i++) {
		if (addr_port(&e->flow[i].flow.local) != p->to_port || !fits(&e->flow[i], p))
			continue;
		e->flow[i].flow.remote = p->from;
		world_tell_event(p->to, &e->flow[i], SOTTO_EVENT_SOURCE);
		return &e->flow[i];
	}
	return NULL;
}

static void authenticate(const struct parcel *p, struct world_flow *f)
{
	bool *heard = fits_next(f, p) ? &f->next_heard : &f->current_heard;
	bool first = !*heard;

	*heard = true;
	f->authenticated = true;
	f->heard = world.now;
	if (first)
		world_tell_event(p->to, f, SOTTO_EVENT_RX_FIRST);
}

void world_arrive(struct parcel *p)
{
	struct world_flow *f = world_flow_by_addresses(p->to, p->to_port, &p->from);

	p->used = false;
	if (p->kind == SOTTO_PACKET_ZRTP && !p->media) {
		if (!f) {
			f = world_make_flow(p->to, p->to_port, &p->from, SOTTO_FLOW_F_EMBRYONIC);
			world_tell_event(p->to, f, SOTTO_EVENT_FLOW_NEW);
		}
		world_tell_packet(p->to, f, p);
		return;
	}
	if (!f)
		f = roam(p);
	if (!f || !fits(f, p)) {
		world.end[p->to].refused++;
		return;
	}
	authenticate(p, f);
	if (!p->media) {
		world_tell_packet(p->to, f, p);
		return;
	}
	f->flow.stats[SOTTO_A_STATS_RX_UNPROTECTED]++;
	world.end[p->to].understood++;
}

void world_inject(int end, const uint8_t *zrtp, size_t len)
{
	const struct world_flow *f = secure_flow(end);
	struct parcel p = { .kind = SOTTO_PACKET_ZRTP, .to = end, .len = len,
			    .to_port = addr_port(&f->flow.local), .from = f->flow.remote };

	memcpy(p.data, zrtp, len);
	world_arrive(&p);
	world_now_is_due();
}

/* Who a stranger is follows from its number. */
struct stranger {
	struct zrtp_chain chain;
	uint8_t zid[ZRTP_ZID_LEN];
	struct parcel parcel;
};

static void stranger_init(struct stranger *s, int end, uint32_t n)
{
	uint8_t h0[ZRTP_IMAGE_LEN] = { 0 };

	*s = (struct stranger){ .parcel = {
		.kind = SOTTO_PACKET_ZRTP, .to = end, .to_port = WORLD_PORT,
		.from = { .in = { .sin_family = AF_INET, .sin_port = htons(n) } },
	} };
	s->parcel.from.in.sin_addr.s_addr = htonl(0x0a000000 + n);
	memcpy(h0, &n, sizeof(n));
	memcpy(s->zid, &n, sizeof(n));
	s->zid[ZRTP_ZID_LEN - 1] = 1;
	zrtp_chain_init(&s->chain, h0);
}

static void stranger_says(struct stranger *s, uint32_t n, const uint8_t *msg, int len)
{
	assert_true(len > 0);
	s->parcel.len = zrtp_packet_build(s->parcel.data, sizeof(s->parcel.data), n, n, msg, len);
	world_arrive(&s->parcel);
	world_now_is_due();
}

void world_stranger(int end, uint32_t n)
{
	uint8_t msg[ZRTP_HELLO_MAX];
	struct stranger s;
	struct zrtp_hello hello = { .version = (const uint8_t *)ZRTP_VERSION, .zid = s.zid,
				    .client_id = (const uint8_t *)"0123456789abcdef" };

	stranger_init(&s, end, n);
	hello.h3 = s.chain.h[3];
	stranger_says(&s, n, msg, zrtp_hello_build(msg, sizeof(msg), &hello, s.chain.h[2]));
}

void world_stranger_commits(int end, uint32_t n)
{
	static const struct zrtp_suite suite = {
		ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32,
	};
	uint8_t msg[ZRTP_COMMIT_LEN], hvi[ZRTP_HVI_LEN] = { 1 };
	struct zrtp_commit commit = { .form = ZRTP_COMMIT_DH, .hvi = hvi };
	struct stranger s;

	stranger_init(&s, end, n);
	commit.h2 = s.chain.h[2];
	commit.zid = s.zid;
	zrtp_suite_blocks(&suite, commit.blocks);
	stranger_says(&s, n, msg, zrtp_commit_build(msg, sizeof(msg), &commit, s.chain.h[1]));
}
