// SPDX-License-Identifier: GPL-2.0-or-later
/* In the place of the kernel, and of libsotto. */
#include "daemon_world_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <sodium.h>

struct told world_told[ENDS][NOTICES];
size_t world_n_told[ENDS], world_n_read[ENDS];
struct kernel world_kernels[ENDS] = { { ALICE }, { BOB }, { CAROL } };

/* What the kernel tells. */

static struct told *tell(int end)
{
	if (!world.end[end].calls || world.end[end].deaf)
		return NULL;
	assert_true(world_n_told[end] < NOTICES);
	return memset(&world_told[end][world_n_told[end]++], 0, sizeof(struct told));
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

void world_tell_event(int end, const struct world_flow *f, enum sotto_event event)
{
	struct told *t = tell(end);

	if (!t)
		return;
	t->notice.event = event;
	t->notice.flow = picture(f);
}

void world_tell_packet(int end, const struct world_flow *f, const struct parcel *p)
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

struct world_flow *world_flow_by_id(int end, uint64_t id)
{
	for (int i = 0; i < WORLD_FLOWS; i++)
		if (id && world.end[end].flow[i].flow.id == id)
			return &world.end[end].flow[i];
	return NULL;
}

struct world_flow *world_flow_by_addresses(int end, uint16_t port,
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

uint32_t world_chance(void)
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
	f = embryo[world_chance() % n];
	world_tell_event(end, f, SOTTO_EVENT_FLOW_GONE);
	sodium_memzero(f, sizeof(*f));
}

struct world_flow *world_make_flow(int end, uint16_t port, const struct sotto_addr *remote,
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

	if (world_flow_by_addresses(end_of(s), port, &flow->remote))
		return -EEXIST;
	f = world_make_flow(end_of(s), port, &flow->remote, SOTTO_FLOW_F_AGENT);
	memcpy(f->flow.cookie, flow->cookie, sizeof(flow->cookie));
	f->flow.cookie_len = flow->cookie_len;
	*flow = f->flow;
	world_tell_event(end_of(s), f, SOTTO_EVENT_FLOW_NEW);
	return 0;
}

int sotto_flow_del(struct sotto *s, uint64_t id)
{
	struct world_flow *f = world_flow_by_id(end_of(s), id);

	if (!f)
		return -ENOENT;
	world_tell_event(end_of(s), f, SOTTO_EVENT_FLOW_GONE);
	sodium_memzero(f, sizeof(*f));
	return 0;
}

int sotto_flow_get(struct sotto *s, uint64_t id, struct sotto_flow *out)
{
	struct world_flow *f = world_flow_by_id(end_of(s), id);

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
	struct world_flow *f = world_flow_by_id(end_of(s), id);

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
	world_tell_event(end_of(s), f, SOTTO_EVENT_FLOW_STATE);
	return 0;
}

int sotto_flow_set_cookie(struct sotto *s, uint64_t id, const void *cookie, size_t len)
{
	struct world_flow *f = world_flow_by_id(end_of(s), id);

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
	struct world_flow *f = world_flow_by_addresses(k->end, addr_port(&flow->local), &flow->remote);

	if (!f)
		return -ENOENT;
	*flow = f->flow;
	return 0;
}

int kernel_key(struct kernel *k, uint64_t flow_id, enum sotto_dir dir,
	       const struct zrtp_srtp *srtp)
{
	struct world_flow *f = world_flow_by_id(k->end, flow_id);

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
