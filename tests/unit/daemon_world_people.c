// SPDX-License-Identifier: GPL-2.0-or-later
/* Persons, their programs, and what both see of calls. */
#include "daemon_world_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "daemon_dir.h"
#include "peers.h"

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

	return line && line->has_flow ? world_flow_by_id(end, line->flow.id) : NULL;
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
	f = world_flow_by_addresses(end, port, &remote);
	fresh = !f;
	if (fresh)
		f = world_make_flow(end, port, &remote, 0);
	grown = f->flow.flags & SOTTO_FLOW_F_EMBRYONIC;
	f->flow.flags = 0;
	f->flow.uid = uid;
	f->flow.has_uid = true;
	if (fresh || grown)
		world_tell_event(end, f, SOTTO_EVENT_FLOW_NEW);
}

void world_program_claims(int end, int whom, uint32_t flags)
{
	struct sotto_addr remote = world.end[whom].wire;
	struct world_flow *f;

	remote.in.sin_port = htons(WORLD_PROGRAM_PORT);
	f = world_make_flow(end, WORLD_PROGRAM_PORT, &remote, flags);
	/* A new flow is told before it has its cookie, one that is taken up with it. */
	if (!(flags & SOTTO_FLOW_F_AGENT))
		f->flow.cookie_len = 2;
	world_tell_event(end, f, SOTTO_EVENT_FLOW_NEW);
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
		world_tell_event(end, f, SOTTO_EVENT_FLOW_STATE);
	}
}

static void stream_stops(int end, uint16_t port)
{
	struct world_flow *f;

	while ((f = world_program_flow(end, port))) {
		world_tell_event(end, f, SOTTO_EVENT_FLOW_GONE);
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
		world_tell_event(end, f, SOTTO_EVENT_CLOSED);
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

void world_program_is_refused(int end)
{
	struct world_flow *f = world_program_flow(end, WORLD_PROGRAM_PORT);

	assert_non_null(f);
	world_tell_event(end, f, SOTTO_EVENT_REFUSED);
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

/* What tests begin with, or end with. */

void world_assert_secured(int end)
{
	const struct world_flow *f = world_flow_of(end);

	assert_non_null(f);
	assert_int_equal(f->flow.tx, SOTTO_STATE_SECURE);
	assert_int_equal(f->flow.rx, SOTTO_STATE_SECURE);
}

void world_assert_ended(int end, enum call_reason reason, enum call_by by)
{
	const struct call *call = world_call(end);

	assert_int_equal(call->progress, CALL_ENDED);
	assert_int_equal(call->reason, reason);
	assert_int_equal(call->by, by);
}

void world_programs_secured(void)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	world_assert_secured(ALICE);
	world_assert_secured(BOB);
}

void world_assert_alarms(enum call_alarm alice, enum call_alarm bob)
{
	assert_int_equal(call_alarm(world_call(ALICE)), alice);
	assert_int_equal(call_alarm(world_call(BOB)), bob);
}

void world_finish(int end)
{
	world_hangup(end);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	assert_null(world_line(ALICE));
	assert_null(world_line(BOB));
}

void world_meet(void)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world_finish(ALICE);
}

static int count(const struct peer *p, void *arg)
{
	++*(int *)arg;
	return 0;
}

int world_rows(int end)
{
	int n = 0;

	assert_int_equal(store_each(world.end[end].store, count, &n), 0);
	return n;
}

void world_spoil_secrets(int end, const char *name)
{
	_cleanup_peer_ struct peer *p = world_peer(end, name);

	memset(p->rs1, 1, sizeof(p->rs1));
	memset(p->rs2, 2, sizeof(p->rs2));
	assert_int_equal(store_put(world.end[end].store, p), 0);
}

void world_assert_no_trace(int end)
{
	char dir[256];

	assert_int_equal(world_flows(end), 0);
	snprintf(dir, sizeof(dir), "%s/calls", world.end[end].dir);
	assert_int_equal(dir_files(dir), 0);
}
