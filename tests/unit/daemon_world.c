// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "chain.h"
#include "clock.h"
#include "daemon_dir.h"
#include "negotiate.h"
#include "packet.h"
#include "peers.h"
#include "wire.h"
#include "worker.h"

#define DELAY_MS	10
#define MEDIA_MS	20
#ifndef PARCELS
#define PARCELS		256
#define NOTICES		64
#endif
#define HELLO_TYPE_AT	16	/* in a ZRTP packet, RFC 6189 5.1 and 5.2 */
#define HELLO_ZID_AT	(12 + 64)
#define WALL_START_US	1800000000000000ULL

struct world world;

struct parcel {
	bool used;
	int to;
	uint16_t to_port;
	uint64_t at;
	struct sotto_addr from;
	enum sotto_packet_kind kind;
	bool media;			/* of a program: no kind */
	struct zrtp_srtp key;		/* what it is protected with */
	size_t len;
	uint8_t data[SOTTO_PAYLOAD_MAX];
};

struct told {
	struct sotto_notice notice;
	uint8_t data[SOTTO_PAYLOAD_MAX];
};

static struct parcel parcels[PARCELS];
static struct told told[ENDS][NOTICES];
static size_t n_told[ENDS], n_read[ENDS];
static char *parent;

/* One kernel per end; its address is all that the daemon knows of it. */
struct kernel {
	int end;
};

static struct kernel kernels[ENDS] = { { ALICE }, { BOB }, { CAROL } };

/* In the place of clock.c. */

uint64_t clock_ms(void)
{
	return world.now;
}

uint64_t clock_wall_us(void)
{
	return WALL_START_US + world.now * 1000;
}

/* What the kernel tells. */

static struct told *tell(int end)
{
	if (!world.end[end].calls || world.end[end].deaf)
		return NULL;
	assert_true(n_told[end] < NOTICES);
	return memset(&told[end][n_told[end]++], 0, sizeof(struct told));
}

/* As the kernel tells it at this moment. */
static struct sotto_flow picture(const struct world_flow *f)
{
	struct sotto_flow flow = f->flow;

	if (f->has_next[SOTTO_DIR_RX] && f->next_heard)
		flow.flags |= SOTTO_FLOW_F_NEXT_HEARD;
	flow.idle_rx_ms = f->authenticated ? world.now - f->heard : SOTTO_IDLE_NEVER;
	flow.idle_tx_ms = f->sent ? world.now - f->sent : SOTTO_IDLE_NEVER;
	return flow;
}

static void tell_event(int end, const struct world_flow *f, enum sotto_event event)
{
	struct told *t = tell(end);

	if (!t)
		return;
	t->notice.event = event;
	t->notice.flow = picture(f);
}

static void tell_packet(int end, const struct world_flow *f, const struct parcel *p)
{
	struct told *t = tell(end);

	if (!t)
		return;
	t->notice.is_packet = true;
	t->notice.flow_id = f->flow.id;
	t->notice.kind = p->kind;
	t->notice.len = p->len;
	memcpy(t->data, p->data, p->len);
}

/* Flows. */

static struct world_flow *flow_by_id(int end, uint64_t id)
{
	for (int i = 0; i < WORLD_FLOWS; i++)
		if (id && world.end[end].flow[i].flow.id == id)
			return &world.end[end].flow[i];
	return NULL;
}

static struct world_flow *flow_by_addresses(int end, uint16_t port,
					    const struct sotto_addr *remote)
{
	for (int i = 0; i < WORLD_FLOWS; i++) {
		const struct sotto_flow *flow = &world.end[end].flow[i].flow;

		if (flow->id && addr_port(&flow->local) == port &&
		    addr_same(&flow->remote, remote))
			return &world.end[end].flow[i];
	}
	return NULL;
}

static uint32_t chance(void)
{
	world.rng = world.rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return world.rng >> 33;
}

static void make_room(int end)
{
	struct world_flow *f, *embryo[WORLD_FLOWS];
	unsigned int n = 0;

	for (f = world.end[end].flow; f < world.end[end].flow + WORLD_FLOWS; f++)
		if (f->flow.id && f->flow.flags & SOTTO_FLOW_F_EMBRYONIC)
			embryo[n++] = f;
	if (n < WORLD_EMBRYONIC)
		return;
	f = embryo[chance() % n];
	tell_event(end, f, SOTTO_EVENT_FLOW_GONE);
	sodium_memzero(f, sizeof(*f));
}

static struct world_flow *make_flow(int end, uint16_t port, const struct sotto_addr *remote,
				    uint32_t flags)
{
	struct world_flow *f = world.end[end].flow;

	if (flags & SOTTO_FLOW_F_EMBRYONIC)
		make_room(end);
	while (f->flow.id)
		assert_true(++f < world.end[end].flow + WORLD_FLOWS);
	memset(f, 0, sizeof(*f));
	f->flow.id = ++world.last_flow_id;
	f->flow.local = world.end[end].local;
	f->flow.local.in.sin_port = htons(port);
	f->flow.remote = *remote;
	f->flow.tx = f->flow.rx = SOTTO_STATE_HOLD;
	f->flow.action = SOTTO_ACTION_REQUIRE;
	f->flow.flags = flags;
	return f;
}

static int end_of(struct sotto *s)
{
	return ((struct kernel *)s)->end;
}

int sotto_flow_new(struct sotto *s, struct sotto_flow *flow)
{
	uint16_t port = addr_port(&flow->local);
	struct world_flow *f;

	if (flow_by_addresses(end_of(s), port, &flow->remote))
		return -EEXIST;
	f = make_flow(end_of(s), port, &flow->remote, SOTTO_FLOW_F_AGENT);
	memcpy(f->flow.cookie, flow->cookie, sizeof(flow->cookie));
	f->flow.cookie_len = flow->cookie_len;
	*flow = f->flow;
	tell_event(end_of(s), f, SOTTO_EVENT_FLOW_NEW);
	return 0;
}

int sotto_flow_del(struct sotto *s, uint64_t id)
{
	struct world_flow *f = flow_by_id(end_of(s), id);

	if (!f)
		return -ENOENT;
	tell_event(end_of(s), f, SOTTO_EVENT_FLOW_GONE);
	sodium_memzero(f, sizeof(*f));
	return 0;
}

int sotto_flow_get(struct sotto *s, uint64_t id, struct sotto_flow *out)
{
	struct world_flow *f = flow_by_id(end_of(s), id);

	if (!f)
		return -ENOENT;
	*out = picture(f);
	return 0;
}

int sotto_flow_dump(struct sotto *s, int (*cb)(const struct sotto_flow *, void *), void *arg)
{
	struct world_end *e = &world.end[end_of(s)];
	struct sotto_flow flow;
	int r = 0;

	for (int i = 0; i < WORLD_FLOWS && !r; i++) {
		if (!e->flow[i].flow.id)
			continue;
		flow = picture(&e->flow[i]);
		r = cb(&flow, arg);
	}
	return r;
}

/* What waits as "next" is used from now on, and what was used before is wiped. */
static void promote(struct world_end *e, struct world_flow *f, enum sotto_dir dir)
{
	assert_true(f->has_next[dir] || f->has_current[dir]);	/* never secure without a key */
	if (!f->has_next[dir])
		return;
	e->rekeyed += dir == SOTTO_DIR_TX && f->has_current[dir];
	f->current[dir] = f->next[dir];
	f->has_current[dir] = true;
	f->has_next[dir] = false;
	sodium_memzero(&f->next[dir], sizeof(f->next[dir]));
	if (dir == SOTTO_DIR_RX)
		f->current_heard = f->next_heard;
}

int sotto_flow_set_state(struct sotto *s, uint64_t id, enum sotto_dir dir, enum sotto_state state)
{
	struct world_flow *f = flow_by_id(end_of(s), id);

	if (!f)
		return -ENOENT;
	assert_true(state == SOTTO_STATE_SECURE || state == SOTTO_STATE_HOLD);
	if (state == SOTTO_STATE_SECURE && world.hostile && !f->has_next[dir] &&
	    !f->has_current[dir])
		return -ENOKEY;
	if (state == SOTTO_STATE_SECURE)
		promote(&world.end[end_of(s)], f, dir);
	f->flow.flags &= ~SOTTO_FLOW_F_EMBRYONIC;
	if (dir == SOTTO_DIR_TX)
		f->flow.tx = state;
	else
		f->flow.rx = state;
	tell_event(end_of(s), f, SOTTO_EVENT_FLOW_STATE);
	return 0;
}

int sotto_flow_set_cookie(struct sotto *s, uint64_t id, const void *cookie, size_t len)
{
	struct world_flow *f = flow_by_id(end_of(s), id);

	if (!f)
		return -ENOENT;
	assert_true(len <= SOTTO_COOKIE_MAX);
	memcpy(f->flow.cookie, cookie, len);
	f->flow.cookie_len = len;
	return 0;
}

const char *sotto_event_name(enum sotto_event event)
{
	return "event";
}

/* In the place of kernel.c. */

struct sotto *kernel_requests(const struct kernel *k)
{
	return (struct sotto *)k;
}

const char *kernel_error(const struct kernel *k)
{
	return "the pretended kernel refused";
}

int kernel_find_flow(struct kernel *k, struct sotto_flow *flow)
{
	struct world_flow *f = flow_by_addresses(k->end, addr_port(&flow->local), &flow->remote);

	if (!f)
		return -ENOENT;
	*flow = f->flow;
	return 0;
}

int kernel_key(struct kernel *k, uint64_t flow_id, enum sotto_dir dir,
	       const struct zrtp_srtp *srtp)
{
	struct world_flow *f = flow_by_id(k->end, flow_id);

	if (!f)
		return -ENOENT;
	if (world.end[k->end].takes_no_key)
		return -EEXIST;
	/* The kernel takes no key twice. */
	assert_false(f->has_current[dir] && !memcmp(&f->current[dir], srtp, sizeof(*srtp)));
	f->next[dir] = *srtp;
	f->has_next[dir] = true;
	if (dir == SOTTO_DIR_RX)
		f->next_heard = false;
	return 0;
}

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
	struct parcel *p = parcels;

	if (to < 0 || world.cut || chance() % 100 < world.loss_percent)
		return NULL;
	while (p->used)
		assert_true(++p < parcels + PARCELS);
	memset(p, 0, sizeof(*p));
	p->used = true;
	p->to = to;
	p->to_port = addr_port(&f->flow.remote);
	p->at = world.now + DELAY_MS + (world.jitter_ms ? chance() % world.jitter_ms : 0);
	p->from = world.end[from].wire;
	p->from.in.sin_port = f->flow.local.in.sin_port;
	p->key = f->current[SOTTO_DIR_TX];
	return p;
}

int kernel_send(struct kernel *k, uint64_t flow_id, enum sotto_packet_kind kind, const void *data,
		size_t len)
{
	struct world_flow *f = flow_by_id(k->end, flow_id);
	struct parcel *p;

	if (!f)
		return -ENOENT;
	assert_true(len && len <= SOTTO_PAYLOAD_MAX);
	if (kind == SOTTO_PACKET_ZRTP)
		note_hello(&world.end[k->end], data, len);
	else if (f->flow.tx != SOTTO_STATE_SECURE)
		return -ENOKEY;
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

static void speak(int end)
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
	tell_event(end, f, SOTTO_EVENT_TX_RESTART);
}

void world_key_life(int end)
{
	tell_event(end, secure_flow(end), SOTTO_EVENT_KEY_LIFE);
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
		tell_event(p->to, &e->flow[i], SOTTO_EVENT_SOURCE);
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
		tell_event(p->to, f, SOTTO_EVENT_RX_FIRST);
}

static void arrive(struct parcel *p)
{
	struct world_flow *f = flow_by_addresses(p->to, p->to_port, &p->from);

	p->used = false;
	if (p->kind == SOTTO_PACKET_ZRTP && !p->media) {
		if (!f) {
			f = make_flow(p->to, p->to_port, &p->from, SOTTO_FLOW_F_EMBRYONIC);
			tell_event(p->to, f, SOTTO_EVENT_FLOW_NEW);
		}
		tell_packet(p->to, f, p);
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
		tell_packet(p->to, f, p);
		return;
	}
	f->flow.stats[SOTTO_A_STATS_RX_UNPROTECTED]++;
	world.end[p->to].understood++;
}

/* The worker. */

void world_kill_worker(int end)
{
	struct world_end *e = &world.end[end];

	if (!e->worker)
		return;
	worker_free(e->worker);
	close(e->worker_fd);
	e->worker = NULL;
	if (!e->calls)
		return;
	/* As the keeper of the process finds it. */
	calls_run(e->calls);
	assert_non_null(calls_worker_fault(e->calls));
	calls_use_worker(e->calls, -1);
	calls_run(e->calls);
}

void world_start_worker(int end)
{
	struct world_end *e = &world.end[end];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);	/* it must not wait for us */
	e->worker_fd = pair[1];
	e->worker_hangs = false;
	calls_use_worker(e->calls, pair[0]);
	assert_int_equal(worker_new(&e->worker, e->worker_fd, WIRE_LOCKS_ALL), 0);
}

static bool has_mail(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* To and fro until neither has anything to say. */
static void run_worker(int end)
{
	struct world_end *e = &world.end[end];

	calls_run(e->calls);
	while (e->worker && !e->worker_hangs &&
	       (has_mail(e->worker_fd) || worker_deadline(e->worker) <= world.now)) {
		assert_int_equal(worker_step(e->worker, world.now), 0);
		calls_run(e->calls);
		assert_null(calls_worker_fault(e->calls));
	}
}

/* Time. */

static void run_end(int end)
{
	struct told t;

	while (world.end[end].calls && n_told[end]) {
		t = told[end][n_read[end]++];
		t.notice.data = t.data;
		if (n_read[end] == n_told[end])
			n_read[end] = n_told[end] = 0;
		calls_kernel_events.notice(&t.notice, world.end[end].calls);
		run_worker(end);
	}
	if (!world.end[end].calls)
		return;
	run_worker(end);
	/* Or the event loop would spin. */
	assert_true(calls_deadline(world.end[end].calls) > world.now);
}

void world_overrun(int end)
{
	n_read[end] = n_told[end] = 0;
	world.end[end].deaf = false;
	calls_kernel_events.resync(world.end[end].calls);
	run_worker(end);
}

static bool something_told(void)
{
	return n_told[ALICE] || n_told[BOB] || n_told[CAROL];
}

static void now_is_due(void)
{
	do {
		for (int i = 0; i < PARCELS; i++)
			if (parcels[i].used && parcels[i].at <= world.now)
				arrive(&parcels[i]);
		for (int end = 0; end < ENDS; end++)
			run_end(end);
	} while (something_told());
}

void world_inject(int end, const uint8_t *zrtp, size_t len)
{
	const struct world_flow *f = secure_flow(end);
	struct parcel p = { .kind = SOTTO_PACKET_ZRTP, .to = end, .len = len,
			    .to_port = addr_port(&f->flow.local), .from = f->flow.remote };

	memcpy(p.data, zrtp, len);
	arrive(&p);
	now_is_due();
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
	arrive(&s->parcel);
	now_is_due();
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

static uint64_t next_time(uint64_t end_of_run)
{
	uint64_t next = end_of_run, due;

	for (int i = 0; i < PARCELS; i++)
		if (parcels[i].used && parcels[i].at < next)
			next = parcels[i].at;
	for (int i = 0; i < ENDS; i++) {
		due = world.end[i].calls ? calls_deadline(world.end[i].calls) : CLOCK_NEVER;
		if (due < next)
			next = due;
		due = world.end[i].worker && !world.end[i].worker_hangs ?
		      worker_deadline(world.end[i].worker) : CLOCK_NEVER;
		if (due < next)
			next = due;
	}
	due = world.now - world.now % MEDIA_MS + MEDIA_MS;
	return world.media && due < next ? due : next;
}

static void all_speak(void)
{
	if (!world.media || world.now % MEDIA_MS)
		return;
	for (int end = 0; end < ENDS; end++)
		speak(end);
}

static bool run(bool (*is)(void), uint64_t ms)
{
	uint64_t end = world.now + ms;

	for (;;) {
		now_is_due();
		if (is && is())
			return true;
		if (world.now >= end)
			return !is;
		world.now = next_time(end);
		world.steps++;
		all_speak();
	}
}

void world_run(uint64_t ms)
{
	run(NULL, ms);
}

void world_until(bool (*is)(void), uint64_t ms)
{
	assert_true(run(is, ms));
}

/* What is told of calls. */

static void on_added(const struct line *line, void *arg)
{
	((struct world_end *)arg)->added++;
}

static void on_changed(const struct line *line, void *arg)
{
}

static void on_removed(const struct line *line, void *arg)
{
	((struct world_end *)arg)->removed++;
}

static void on_ask(const struct line *line, enum calls_ask what, void *arg)
{
	((struct world_end *)arg)->asked[what]++;
}

static void on_peer(uint64_t id, void *arg)
{
}

static void on_flows(void *arg)
{
}

static const struct calls_watch watch = {
	.added = on_added,
	.changed = on_changed,
	.removed = on_removed,
	.ask = on_ask,
	.peer_changed = on_peer,
	.flows_changed = on_flows,
};

void world_start(int end)
{
	struct world_end *e = &world.end[end];

	assert_int_equal(seal_load(&e->seal, e->dir), 0);
	assert_int_equal(store_open(&e->store, e->dir, e->seal), 0);
	assert_int_equal(record_open(&e->record, e->dir, e->seal), 0);
	assert_int_equal(calls_new(&e->calls, e->store, e->record, WORLD_PORT, &watch, e), 0);
	world_start_worker(end);
	assert_int_equal(calls_use_kernel(e->calls, &kernels[end]), 0);
}

void world_kill(int end)
{
	struct world_end *e = &world.end[end];

	calls_free(e->calls);
	e->calls = NULL;
	world_kill_worker(end);
	n_read[end] = n_told[end] = 0;
	record_close(e->record);
	store_close(e->store);
	seal_free(e->seal);
}

static void forget_file(const struct world_end *e, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", e->dir, name);
	assert_true(!remove(path) || errno == ENOENT);
}

void world_reinstall(int end)
{
	world_kill(end);
	forget_file(&world.end[end], "peers.db");
	forget_file(&world.end[end], "sotto.key");
	world_unplug(end);
	world_start(end);
}

void world_unplug(int end)
{
	sodium_memzero(world.end[end].flow, sizeof(world.end[end].flow));
}

static void set_addr(struct sotto_addr *addr, uint8_t last)
{
	memset(addr, 0, sizeof(*addr));
	addr->in.sin_family = AF_INET;
	addr->in.sin_port = htons(WORLD_PORT);
	addr->in.sin_addr.s_addr = htonl(0x7f000100 + last);
}

void world_readdress(int end, uint8_t last)
{
	set_addr(&world.end[end].wire, last);
}

int world_setup(void **state)
{
	if (sodium_init() < 0 || dir_setup((void **)&parent))
		return -1;
	memset(&world, 0, sizeof(world));
	memset(parcels, 0, sizeof(parcels));
	world.now = 1000000;
	world.rng = 1;
	for (int i = 0; i < ENDS; i++) {
		struct world_end *e = &world.end[i];

		snprintf(e->dir, sizeof(e->dir), "%s/%d", parent, i);
		if (mkdir(e->dir, 0700))
			return -1;
		set_addr(&e->local, 1 + i);
		e->wire = e->local;
		world_start(i);
	}
	return 0;
}

int world_teardown(void **state)
{
	for (int i = 0; i < ENDS; i++)
		if (world.end[i].calls)
			world_kill(i);
	return dir_teardown((void **)&parent);
}

static bool is_history(const struct call *call)
{
	return call_is_missed(call) &&
	       world.now + CALL_MISSED_MS >= call->remove + CALL_LINGER_MS;
}

unsigned int world_missed(int end)
{
	unsigned int n = 0;

	for (struct line *line = calls_first(world.end[end].calls); line; line = line->next)
		n += call_is_missed(line->call);
	return n;
}

struct line *world_line(int end)
{
	struct line *newest = NULL;

	for (struct line *line = calls_first(world.end[end].calls); line; line = line->next)
		if (line->call->shown && !is_history(line->call))
			newest = line;
	return newest;
}

struct call *world_call(int end)
{
	struct line *line = world_line(end);

	assert_non_null(line);
	return line->call;
}

struct world_flow *world_flow_of(int end)
{
	struct line *line = world_line(end);

	return line && line->has_flow ? flow_by_id(end, line->flow.id) : NULL;
}

unsigned int world_flows(int end)
{
	unsigned int n = 0;

	for (int i = 0; i < WORLD_FLOWS; i++)
		n += world.end[end].flow[i].flow.id != 0;
	return n;
}

void world_program_starts_at(int end, int whom, uint16_t port, uint32_t uid)
{
	struct sotto_addr remote = world.end[whom].wire;
	struct world_flow *f;
	bool fresh, grown;

	remote.in.sin_port = htons(port);
	f = flow_by_addresses(end, port, &remote);
	fresh = !f;
	if (fresh)
		f = make_flow(end, port, &remote, 0);
	grown = f->flow.flags & SOTTO_FLOW_F_EMBRYONIC;
	f->flow.flags = 0;
	f->flow.uid = uid;
	f->flow.has_uid = true;
	if (fresh || grown)
		tell_event(end, f, SOTTO_EVENT_FLOW_NEW);
}

void world_program_claims(int end, int whom, uint32_t flags)
{
	struct sotto_addr remote = world.end[whom].wire;
	struct world_flow *f;

	remote.in.sin_port = htons(WORLD_PROGRAM_PORT);
	f = make_flow(end, WORLD_PROGRAM_PORT, &remote, flags);
	/* A new flow is told before it has its cookie, one that is taken up with it. */
	if (!(flags & SOTTO_FLOW_F_AGENT))
		f->flow.cookie_len = 2;
	tell_event(end, f, SOTTO_EVENT_FLOW_NEW);
	f->flow.cookie_len = 2;
}

void world_program_starts(int end, int whom)
{
	world_program_starts_at(end, whom, WORLD_PROGRAM_PORT, WORLD_UID + end);
}

void world_picture_starts(int end, int whom)
{
	world_program_starts_at(end, whom, WORLD_PICTURE_PORT, WORLD_UID + end);
}

struct world_flow *world_program_flow(int end, uint16_t port)
{
	for (int i = 0; i < WORLD_FLOWS; i++) {
		struct world_flow *f = &world.end[end].flow[i];

		if (f->flow.id && addr_port(&f->flow.local) == port)
			return f;
	}
	return NULL;
}

void world_program_is(int end, enum sotto_state state)
{
	for (int i = 0; i < WORLD_FLOWS; i++) {
		struct world_flow *f = &world.end[end].flow[i];

		if (!f->flow.id || addr_port(&f->flow.local) != WORLD_PROGRAM_PORT)
			continue;
		f->flow.tx = state;
		f->flow.rx = state;
		tell_event(end, f, SOTTO_EVENT_FLOW_STATE);
	}
}

static void stream_stops(int end, uint16_t port)
{
	struct world_flow *f;

	while ((f = world_program_flow(end, port))) {
		tell_event(end, f, SOTTO_EVENT_FLOW_GONE);
		sodium_memzero(f, sizeof(*f));
	}
}

static void stream_closes(int end, uint16_t port)
{
	for (int i = 0; i < WORLD_FLOWS; i++) {
		struct world_flow *f = &world.end[end].flow[i];

		if (!f->flow.id || addr_port(&f->flow.local) != port)
			continue;
		f->flow.flags |= SOTTO_FLOW_F_CLOSED;
		tell_event(end, f, SOTTO_EVENT_CLOSED);
	}
}

void world_program_closes(int end)
{
	stream_closes(end, WORLD_PROGRAM_PORT);
}

void world_picture_closes(int end)
{
	stream_closes(end, WORLD_PICTURE_PORT);
}

void world_program_stops(int end)
{
	stream_stops(end, WORLD_PROGRAM_PORT);
}

void world_picture_stops(int end)
{
	stream_stops(end, WORLD_PICTURE_PORT);
}

unsigned int world_calls(int end)
{
	unsigned int n = 0;

	for (struct line *line = calls_first(world.end[end].calls); line; line = line->next)
		n += line->call->shown && line->call->progress != CALL_ENDED;
	return n;
}

/* Persons. */

uint64_t world_pair(int end, const char *name, int whom)
{
	char address[ADDR_TEXT_MAX];
	char *addresses[] = { address, NULL };
	uint64_t id;

	addr_format(&world.end[whom].wire, address);
	assert_true(peers_pair(world.end[end].store, WORLD_UID + end, name, addresses, WORLD_PORT,
			       &id) >= 0);
	return id;
}

int world_dial(int end, const char *name)
{
	struct line *line;
	int r = calls_dial(world.end[end].calls, WORLD_UID + end, name, NULL, &line);

	calls_run(world.end[end].calls);
	return r;
}

void world_pair_both(void)
{
	world_pair(ALICE, "Bob", BOB);
	world_pair(BOB, "Alice", ALICE);
}

void world_ring(int from, const char *name, int to)
{
	assert_int_equal(world_dial(from, name), 0);
	world_run(2000);
	assert_true(world_call(from)->security.secure);
	assert_true(world_call(to)->security.secure);
	assert_int_equal(world_call(from)->progress, CALL_CALLING);
	assert_int_equal(world_call(to)->progress, CALL_RINGING);
}

void world_answer(int end)
{
	assert_int_equal(calls_answer(world.end[end].calls, world_line(end), WORLD_UID + end), 0);
	world_run(500);
}

void world_hangup(int end)
{
	assert_int_equal(calls_hangup(world.end[end].calls, world_line(end)), 0);
	world_run(500);
}

void world_talk(int from, const char *name, int to)
{
	world_ring(from, name, to);
	world_answer(to);
	assert_int_equal(world_call(from)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(to)->progress, CALL_ACTIVE);
}

int world_verify(int end, int other)
{
	struct call *speaker = world_call(other);
	struct zrtp_sas sas;
	int r;

	assert_int_equal(zrtp_sas_render(speaker->security.suite.sas_type, speaker->security.sas,
					 &sas), 0);
	r = calls_verify(world.end[end].calls, world_line(end),
			 speaker->security.role == ZRTP_ROLE_INITIATOR ? sas.first : sas.second);
	world_run(500);
	return r;
}

struct peer *world_peer(int end, const char *name)
{
	struct peer *p = peer_new();

	assert_non_null(p);
	assert_int_equal(store_find_name(world.end[end].store, WORLD_UID + end, name, p), 0);
	return p;
}
