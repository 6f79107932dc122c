// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: what the kernel sends to sottod, through libsotto: answers to all that
 * sottod asks, dumps, errors, events and packets, right, wrong, cut short, repeated or lost,
 * in the order and at the times that the input says; meanwhile a person calls and hangs up,
 * and a peer agrees keys with us. What must hold is in sottod_kernel.c and sottod_inside.c.
 */
#include "sottod_bob.h"
#include "sottod_inside.h"
#include "sottod_kernel.h"

#define OPERATIONS_MAX	96

static void watch_line(const struct line *line, void *arg)
{
	REQUIRE(line->id && line->call);
}

static void watch_ask(const struct line *line, enum calls_ask what, void *arg)
{
	REQUIRE(line->id && what <= CALLS_ASK_ALARM);
}

static void watch_peer(uint64_t id, void *arg)
{
}

static void watch_flows(void *arg)
{
}

static const struct calls_watch watch = {
	.added = watch_line,
	.changed = watch_line,
	.removed = watch_line,
	.ask = watch_ask,
	.peer_changed = watch_peer,
	.flows_changed = watch_flows,
};

static struct line *any_line(struct input *in)
{
	struct line *line = calls_first(inside.calls);

	for (int n = take(in) & 3; line && line->next && n > 0; n--)
		line = line->next;
	return line;
}

/* A person does something. */
static void ask(struct input *in)
{
	uint8_t what = take(in);
	struct line *line = any_line(in);
	struct zrtp_sas sas;

	switch (what % 6) {
	case 0:
		calls_dial(inside.calls, INSIDE_UID, INSIDE_PEER, NULL, &line);
		break;
	case 1:
		if (line)
			calls_answer(inside.calls, line, INSIDE_UID);
		break;
	case 2:
		if (line)
			calls_decline(inside.calls, line);
		break;
	case 3:
		if (line)
			calls_hangup(inside.calls, line);
		break;
	case 4:
		if (line && line->call->security.secure &&
		    !zrtp_sas_render(line->call->security.suite.sas_type, line->call->security.sas,
				     &sas))
			calls_verify(inside.calls, line, what & 0x80 ? sas.first : sas.second);
		break;
	default:
		calls_strangers(inside.calls, what & 0x80);
	}
	inside_run();
}

static void restart(void)
{
	inside_kill();
	inside_start(&watch, NULL);
	inside_kernel();
}

static void operate(struct input *in)
{
	uint8_t op = take(in);

	switch (op & 15) {
	case 0:
	case 1:
	case 2:
		ask(in);
		break;
	case 3:
	case 4:
		bob_hears(op & 0x10);
		break;
	case 5:
		bob_calls();
		break;
	case 6:
		inside_pass(op >> 4);
		break;
	case 7:
		inside_pass((op >> 4) * 1000);
		break;
	case 8:
		inside_kill_worker();
		break;
	case 9:
		restart();
		break;
	case 10:
		inside_kernel();
		break;
	default:
		sottod_kernel_notice(in);
		if (op & 0x80)
			return;		/* others come with it */
		inside_run();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input answers = { data, 0 }, in = { data, size };
	size_t n = take(&in) * 2;

	/* How the kernel answers is its own part, or each operation would shift all others. */
	n = n < in.left ? n : in.left;
	answers = (struct input){ in.at, n };
	in.at += n;
	in.left -= n;
	sottod_kernel_reset(&answers);
	inside_begin();
	inside_start(&watch, NULL);
	inside_kernel();
	for (int i = 0; in.left && i < OPERATIONS_MAX; i++)
		operate(&in);
	inside_run();
	inside_end();
	bob_ends();
	return 0;
}
