// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exchanges over a bad network, each made from a seed: loss up to 40 %, repetition,
 * reordering, delay up to 2 s, one or both ends starting.
 *
 * Usage: zrtp_network [--exchanges N] [--first SEED]
 *        zrtp_network --seed SEED	this one alone, and its ladder diagram
 *
 * What must hold at every moment of each exchange:
 *
 *	Two ends that are both secure have the same keys, SAS and suite and opposite roles.
 *	None is secure while the other has given up without an error of RFC 6189's list.
 *	None is secure and has failed.
 *	What is said again is said in the same octets (RFC 6189 6).
 *
 * In one of eight the network goes down for good at some moment: those that have not agreed
 * by then must give up by themselves. When all is over, no end waits for ever beside one that is secure, and who knew each
 * other met again without an alarm. Of
 * the other exchanges those with up to 20 % loss end secure at both ends in 99.9 %.
 *
 * A failure prints its seed and its ladder diagram.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zrtp_sim.h"

#define EXCHANGES	10000
#define CALL_MS		60000
#define AFTERWARDS_MS	15000	/* longer than any timer, and than anything stays in the air */
#define DELAY_MAX	2000
#define LOSS_MAX	40
#define SURE_LOSS	20
#define PRINTED_MAX	3

enum kind { KIND_STRANGERS, KIND_ACQUAINTED, KIND_PRESHARED, KIND_MULTISTREAM, KINDS };

static const char *const kind_names[KINDS] = {
	"strangers", "acquainted", "Preshared mode", "Multistream mode",
};

/* What has been said first, by whom; and what is wrong, once something is. */
struct memory {
	uint8_t msg[2][ZRTP_MESSAGES][ZRTP_PACKET_MAX];
	size_t len[2][ZRTP_MESSAGES];
	const char *wrong;
};

struct exchange {
	enum kind kind;
	enum zrtp_agreement agreement;
	bool both;
	unsigned int loss_percent;
	unsigned int later;	/* ms after which the other one begins as well */
	uint64_t cut;		/* ms after which nothing comes through any more */
};

struct tally {
	unsigned int run, secure, sure, sure_secure, failures;
};

static bool same_as_before(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct memory *memory = sim->arg;
	struct zrtp_packet pkt;
	uint8_t *msg;

	if (zrtp_packet_parse(packet, *len, &pkt))
		return true;	/* sim_act() has seen to it that it can be read */
	msg = memory->msg[from][pkt.type];
	/* A Commit of another form: Preshared mode has given way to DH. */
	if (!memory->len[from][pkt.type] ||
	    (pkt.type == ZRTP_MSG_COMMIT && memory->len[from][pkt.type] != pkt.msg_len)) {
		memcpy(msg, pkt.msg, pkt.msg_len);
		memory->len[from][pkt.type] = pkt.msg_len;
	} else if (memory->len[from][pkt.type] != pkt.msg_len ||
		   memcmp(msg, pkt.msg, pkt.msg_len)) {
		memory->wrong = "a message was said again in other octets";
	}
	return true;
}

/* RFC 6189 5.9 */
static bool is_listed(enum zrtp_error code)
{
	static const unsigned int codes[] = {
		0x10, 0x20, 0x30, 0x40, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x61, 0x62, 0x63,
		0x70, 0x80, 0x90, 0x91, 0xa0, 0xb0, 0x100,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static const char *wrong_now(const struct sim *sim)
{
	const struct memory *memory = sim->arg;

	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i], *other = &sim->end[!i];

		if (e->secure && e->failed)
			return "secure and failed";
		if (e->failed && !is_listed(e->error))
			return other->secure ? "secure beside one that gave up without an error "
					       "of the RFC" :
					       "gave up without an error of the RFC";
	}
	if (sim->end[ALICE].secure && sim->end[BOB].secure && !sim_agreed(sim))
		return "both secure with different keys, SAS, suite or role";
	return memory->wrong;
}

static const char *wrong_at_last(const struct sim *sim, enum kind kind)
{
	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i], *other = &sim->end[!i];

		if (e->secure && !other->secure && !other->failed)
			return "secure beside one that waits for ever";
		if (!e->secure)
			continue;
		if (e->secured.secure.multistream != (kind == KIND_MULTISTREAM))
			return "secure in another mode";
		if ((kind == KIND_ACQUAINTED || kind == KIND_PRESHARED) &&
		    (!e->secured.secure.secrets_matched || e->secured.secure.secrets_mismatch))
			return "an alarm between two that know each other";
	}
	return NULL;
}

static bool wrong_or_settled(const struct sim *sim)
{
	if (wrong_now(sim))
		return true;
	for (int i = 0; i < 2; i++)
		if (!sim->end[i].secure && !sim->end[i].failed)
			return false;
	return true;
}

static bool wrong(const struct sim *sim)
{
	return wrong_now(sim);
}

/* X255 mostly: the others cost more, and differ in the length of what is sent. */
static enum zrtp_agreement draw_agreement(struct sim *sim)
{
	static const enum zrtp_agreement others[] = {
		ZRTP_KA_DH3K, ZRTP_KA_EC25, ZRTP_KA_EC38, ZRTP_KA_X448,
	};

	return sim_random(sim) % 8 ? ZRTP_KA_X255 : others[sim_random(sim) % 4];
}

static void weather(struct sim *sim)
{
	static const unsigned int longest[] = { 5, 50, 200, 700, DELAY_MAX };
	unsigned int delay_max = longest[sim_random(sim) % 5];

	sim->loss_percent = sim_random(sim) % (LOSS_MAX + 1);
	sim->dup_percent = sim_random(sim) % 31;
	sim->delay_ms = sim_random(sim) % 2 ? sim_random(sim) % delay_max : 0;
	sim->jitter_ms = delay_max - sim->delay_ms + 1;	/* reorders whatever is nearer than that */
	sim->media_ms = sim_random(sim) % 2 ? 200 : 0;
}

static void fair_weather(struct sim *sim)
{
	sim->loss_percent = 0;
	sim->dup_percent = 0;
	sim->delay_ms = 10;
	sim->jitter_ms = 0;
	sim->media_ms = 0;
}

/* What comes before: for all but strangers a call in fair weather. Return: it went well. */
static bool prepare(struct sim *sim, uint64_t seed, struct exchange *x)
{
	x->kind = sim_random(sim) % KINDS;
	x->agreement = draw_agreement(sim);
	x->both = sim_random(sim) % 2;
	x->later = sim_random(sim) % 2 ? sim_random(sim) % 1000 : 0;
	x->cut = sim_random(sim) % 8 ? CALL_MS : 0;
	for (int i = 0; i < 2; i++) {
		sim->end[i].config.agreements[0] = x->agreement;
		sim->end[i].config.preshared = x->kind == KIND_PRESHARED;
	}
	sim_engines(sim, seed);
	if (x->kind == KIND_STRANGERS)
		return true;
	fair_weather(sim);
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	if (!sim_agreed(sim))
		return false;
	if (x->kind == KIND_MULTISTREAM) {
		sim_more(sim, seed);
	} else {
		sim_store(sim);
		/* Now and then one end wants DH again. */
		for (int i = 0; i < 2; i++)
			sim->end[i].peer.preshare = x->kind == KIND_PRESHARED &&
						    sim_random(sim) % 4;
		sim_engines(sim, seed);
	}
	return true;
}

static const char *meet(struct sim *sim, struct exchange *x)
{
	int first = sim_random(sim) % 2;

	weather(sim);
	x->loss_percent = sim->loss_percent;
	if (!x->cut)	/* somewhere within the eight legs of an exchange, if none is lost */
		x->cut = sim_random(sim) % (8 * (sim->delay_ms + sim->jitter_ms)) + 1;
	sim->hook = same_as_before;
	sim_start(sim, first);
	if (x->both) {
		sim_run_until(sim, sim->now + x->later, wrong_or_settled);
		/* Who is in the midst of it by now has nothing to begin any more. */
		if (!zrtp_session_start(sim->end[!first].session, sim->now,
					&sim->end[!first].peer))
			sim_act(sim, !first);
	}
	if (!sim_run_until(sim, sim->now + x->cut, wrong_or_settled) && x->cut < CALL_MS) {
		ladder_tell(&sim->ladder, sim->now, ALICE, "the network goes down");
		sim->loss_percent = 100;
		sim_run_until(sim, sim->now + CALL_MS, wrong_or_settled);
	}
	/* What is still in the air must not change what was agreed. */
	sim_run_until(sim, sim->now + AFTERWARDS_MS, wrong);
	return wrong_now(sim) ?: wrong_at_last(sim, x->kind);
}

static void describe(const struct sim *sim, const struct exchange *x, uint64_t seed)
{
	fprintf(stderr, "seed %llu: %s, agreement %d, loss %u%%, repeated %u%%, delay %u to %u ms, "
		"%s, %s\n", (unsigned long long)seed, kind_names[x->kind], x->agreement,
		x->loss_percent, sim->dup_percent, sim->delay_ms,
		sim->delay_ms + sim->jitter_ms - 1, x->both ? "both start" : "one starts",
		sim->media_ms ? "SRTP flows" : "no SRTP");
}

static void run(uint64_t seed, bool draw, struct tally *tally)
{
	static struct memory memory;
	static struct sim sim;
	struct exchange x;
	const char *what;
	bool sure;

	memset(&memory, 0, sizeof(memory));
	sim_init(&sim, seed);
	sim.arg = &memory;
	what = prepare(&sim, seed, &x) ? meet(&sim, &x) : "not secure in fair weather";
	sure = x.cut == CALL_MS && x.loss_percent <= SURE_LOSS;
	tally->run++;
	tally->secure += sim_agreed(&sim);
	tally->sure += sure;
	tally->sure_secure += sure && sim_agreed(&sim);
	tally->failures += what != NULL;
	if (what && tally->failures <= PRINTED_MAX)
		fprintf(stderr, "not ok - %s:\n", what);
	else if (sure && !sim_agreed(&sim) && tally->sure - tally->sure_secure <= PRINTED_MAX)
		fprintf(stderr, "not secure at both ends:\n");
	else if (!draw)
		goto out;
	describe(&sim, &x, seed);
	sim_print(&sim);
out:
	sim_free(&sim);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "exchanges", required_argument, NULL, 'e' },
		{ "first", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 }
	};
	unsigned long exchanges = EXCHANGES, first = 1;
	struct tally tally = { 0 };
	bool draw = false, enough;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'e':
			exchanges = strtoul(optarg, NULL, 10);
			break;
		case 's':
			draw = true;
			exchanges = 1;
			/* fall through */
		case 'f':
			first = strtoul(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	}
	for (unsigned long i = 0; i < exchanges; i++)
		run(first + i, draw, &tally);
	printf("%u exchanges, %u secure at both ends; with up to %d %% loss %u of %u; %u wrong\n",
	       tally.run, tally.secure, SURE_LOSS, tally.sure_secure, tally.sure, tally.failures);
	if (draw)
		return tally.failures > 0;
	enough = tally.sure && 1000ULL * tally.sure_secure >= 999ULL * tally.sure;
	if (!enough)
		printf("not ok - that is less than 99.9 %%\n");
	return tally.failures || !enough;
}
