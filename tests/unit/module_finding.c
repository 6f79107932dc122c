// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is taken for a call and what is not, by the module's own rtp.c, dns.c, evidence.c
 * and verdict.h: a mix of other protocols (traffic.c), and calls.
 *
 *	module_finding [PACKETS [SEED]]		of the mix; ten million
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include "evidence.h"
#include "traffic.h"
#include "verdict.h"

#define TRIES		80	/* of a game that counts in its first byte 64 in a row are lost */
#define STREAMS		1000
#define RECEIVED	8	/* packets of a stream that are looked at */
#define FOUND_BY	4
#define PAYLOAD_MAX	1300

static struct sotto_evidence ev;
static unsigned long long packets = 10000000;
static uint64_t seed = 1;

static int setup(void **state)
{
	sotto_evidence_init(&ev);
	return sotto_evidence_ready(&ev);
}

static int teardown(void **state)
{
	sotto_evidence_exit(&ev);
	return 0;
}

/* As judge.c has it: what becomes of a packet without a flow, and whether it makes one. */
static enum judgement judge(const struct sotto_tuple *tuple, enum sotto_dir dir, const u8 *data,
			    unsigned int len, bool strict, bool *call)
{
	enum sotto_class class = sotto_classify(data, len);
	enum judgement judgement = sotto_judge_unknown(strict, dir, class);
	struct sotto_rtp_info info;

	*call = false;
	if (judgement == DROP && sotto_evidence_dns(&ev, tuple, dir, data, len))
		return PASS;
	*call = judgement == AGENT ||
		(class == SOTTO_CLASS_RTP && !sotto_rtp_parse(data, len, &info) &&
		 sotto_evidence_rtp(&ev, tuple, dir, &info, len));
	return judgement;
}

static enum judgement judge_traffic(const struct traffic *t, bool strict, bool *call)
{
	return judge(&t->ends, t->dir, t->data, t->len, strict, call);
}

/* So many exchanges go on at a time, and each that ends makes room for another. */
static struct traffic mix[48];
static unsigned long due[ARRAY_SIZE(mix)];

/* Whose packet comes next? */
static unsigned int next_of_mix(void)
{
	unsigned int next = 0;

	for (unsigned int i = 1; i < ARRAY_SIZE(mix); i++)
		if (due[i] < due[next])
			next = i;
	return next;
}

static void nothing_else_is_taken_for_a_call(void **state)
{
	unsigned long long shaped = 0, begun = 0;
	bool call;

	for (unsigned long long i = 0; i < packets; i++) {
		unsigned int next = next_of_mix();
		struct traffic *one = &mix[next];

		while (!one->kind || !traffic_next(one)) {
			traffic_begin(one, begun, seed << 40 | begun);
			begun++;
		}
		jiffies = due[next];
		due[next] += one->after_ms;
		shaped += one->len && (one->data[0] & 0xc0) == 0x80;
		assert_int_not_equal(judge_traffic(one, false, &call), DROP);
		if (call)
			fail_msg("%s, exchange %llu, packet %u is taken for a call",
				 one->kind->name, begun, one->step);
	}
	print_message("%llu packets, %llu of which begin as RTP does, in %llu exchanges\n", packets,
		      shaped, begun);
	assert_true(shaped > packets / 8);
}

/* What is dropped is said again, as often as a patient program does. */
static void other_exchanges_complete_under_require(void **state)
{
	static struct traffic t;
	bool call;

	for (unsigned int n = 0; n < 200 * traffic_kinds_n; n++) {
		traffic_begin(&t, n, seed << 40 | n);
		if (t.kind->begins_as_rtp)
			continue;
		while (traffic_next(&t)) {
			unsigned int tries = 1;

			while (judge_traffic(&t, true, &call) == DROP) {
				if (++tries > TRIES)
					fail_msg("%s stops at packet %u", t.kind->name, t.step);
				traffic_again(&t);
			}
			assert_false(call);
			/* Nobody repeats a query because of what its number is. */
			if (strstr(t.kind->name, "DNS"))
				assert_int_equal(tries, 1);
		}
	}
}

/* It cannot be told from RTP before it is too late: rather it than a call in clear. */
static void what_always_begins_as_rtp_is_dropped(void **state)
{
	static struct traffic t;
	bool call;

	for (unsigned int n = 0; n < 200 * traffic_kinds_n; n++) {
		traffic_begin(&t, n, seed << 40 | n);
		while (t.kind->begins_as_rtp && traffic_next(&t))
			assert_int_equal(judge_traffic(&t, true, &call), DROP);
	}
}

/* Calls. */

struct packet {
	unsigned int at_ms;	/* when it arrives */
	unsigned int len;
	u8 data[12 + PAYLOAD_MAX];
};

struct stream {
	uint64_t rng;
	u32 ssrc, ts;
	u16 seq;
	unsigned int at_ms;	/* when it is sent */
	unsigned int n;		/* packets so far */
	unsigned int left;	/* of this picture, or of this silence */
};

static u32 below(struct stream *s, u32 n)
{
	return traffic_random(&s->rng) % n;
}

static void rtp(struct stream *s, struct packet *p, u8 pt, bool marker, unsigned int len)
{
	p->at_ms = s->at_ms;
	p->len = 12 + len;
	p->data[0] = 0x80;
	p->data[1] = pt | marker << 7;
	*(u16 *)(p->data + 2) = htons(s->seq++);
	*(u32 *)(p->data + 4) = htonl(s->ts);
	*(u32 *)(p->data + 8) = htonl(s->ssrc);
	for (unsigned int i = 0; i < len; i++)
		p->data[12 + i] = i;
}

static void pass_time(struct stream *s, unsigned int ms, unsigned int khz)
{
	s->at_ms += ms;
	s->ts += ms * khz;
}

static void g711(struct stream *s, struct packet *p)
{
	rtp(s, p, 8 * (s->ssrc & 1), !s->n, 160);
	pass_time(s, 20, 8);
}

static void g711_30(struct stream *s, struct packet *p)
{
	rtp(s, p, 0, !s->n, 240);
	pass_time(s, 30, 8);
}

static void g711_10(struct stream *s, struct packet *p)
{
	rtp(s, p, 0, !s->n, 80);
	pass_time(s, 10, 8);
}

/* Its clock of 8 kHz is an error that has become the standard (RFC 3551 4.5.2). */
static void g722(struct stream *s, struct packet *p)
{
	rtp(s, p, 9, !s->n, 160);
	pass_time(s, 20, 8);
}

static void opus(struct stream *s, struct packet *p)
{
	rtp(s, p, 111, !s->n, 20 + below(s, 140));
	pass_time(s, 20, 48);
}

static void opus_short(struct stream *s, struct packet *p)
{
	rtp(s, p, 96, false, 20 + below(s, 20));
	s->ts += 120;
	s->at_ms += s->n % 2 ? 3 : 2;
}

/* In silence one packet in 400 ms. */
static void opus_dtx(struct stream *s, struct packet *p)
{
	rtp(s, p, 111, false, 3);
	pass_time(s, s->ssrc & 1 || below(s, 3) ? 400 : 20, 48);
}

/* RFC 3389: speech, and in silence a description of it at long times. */
static void comfort_noise(struct stream *s, struct packet *p)
{
	if (!s->left)
		s->left = 1 + below(s, 6);
	if (!--s->left) {
		rtp(s, p, 13, false, 1 + below(s, 11));
		pass_time(s, 20 * (1 + below(s, 150)), 8);
		return;
	}
	rtp(s, p, 0, false, 160);
	pass_time(s, 20, 8);
}

static void comfort_noise_only(struct stream *s, struct packet *p)
{
	rtp(s, p, 13, false, 1);
	pass_time(s, 20 * (10 + below(s, 200)), 8);
}

/* Pictures in pieces of one time, the first of them with its parameter sets. */
static void h264(struct stream *s, struct packet *p)
{
	unsigned int pieces = s->n ? 1 + below(s, 5) : 3 + below(s, 40);

	if (!s->left)
		s->left = pieces;
	rtp(s, p, 97, s->left == 1, s->n == 0 ? 20 : s->n == 1 ? 8 : s->left == 1 ? 300 : 1200);
	s->at_ms += s->n % 2;
	if (!--s->left) {
		s->at_ms += 33;
		s->ts += 2970 + below(s, 60);
	}
}

struct shape {
	const char *name;
	void (*make)(struct stream *s, struct packet *p);
};

static const struct shape shapes[] = {
	{ "G.711", g711 }, { "G.711, 30 ms", g711_30 }, { "G.711, 10 ms", g711_10 },
	{ "G.722", g722 }, { "Opus", opus }, { "Opus, 2.5 ms", opus_short },
	{ "Opus, DTX", opus_dtx }, { "comfort noise", comfort_noise },
	{ "comfort noise only", comfort_noise_only }, { "H.264", h264 },
};

static int by_arrival(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	return (int)(x->at_ms - y->at_ms);
}

/* What arrives of a stream: up to a tenth is lost, and each takes up to 40 ms longer. */
static void receive(struct packet *p, unsigned int n, uint64_t stream_seed)
{
	struct stream s = { .rng = stream_seed };
	const struct shape *shape = &shapes[stream_seed % ARRAY_SIZE(shapes)];
	unsigned int loss = below(&s, 11), jitter = 1 + below(&s, 40);

	s.ssrc = traffic_random(&s.rng);
	s.ts = traffic_random(&s.rng);
	s.seq = traffic_random(&s.rng);
	for (unsigned int i = 0; i < n; s.n++) {
		shape->make(&s, &p[i]);
		p[i].at_ms += below(&s, jitter);
		i += below(&s, 100) >= loss;
	}
	/* Later ones may overtake only whole ones that are here. */
	qsort(p, n, sizeof(*p), by_arrival);
}

static unsigned int found_at(uint64_t stream_seed, enum sotto_dir dir)
{
	static struct packet p[2 * RECEIVED];
	struct sotto_tuple tuple = { .family = AF_INET, .lport = stream_seed, .rport = 1 + dir };
	unsigned long begun = jiffies;
	bool call = false;
	unsigned int n = 0;

	receive(p, ARRAY_SIZE(p), stream_seed);
	while (!call && n < RECEIVED) {
		jiffies = begun + p[n].at_ms;
		assert_int_equal(judge(&tuple, dir, p[n].data, p[n].len, true, &call), DROP);
		n++;
	}
	jiffies += 1000;
	return call ? n : 0;
}

static void every_call_is_found_by_its_fourth_packet(void **state)
{
	unsigned int at[FOUND_BY + 1] = {};

	for (uint64_t i = 0; i < STREAMS; i++) {
		uint64_t one = seed * STREAMS + i;
		unsigned int n = found_at(one, one & 1 ? SOTTO_DIR_TX : SOTTO_DIR_RX);

		if (!n || n > FOUND_BY)
			fail_msg("%s, seed %llu: found at packet %u",
				 shapes[one % ARRAY_SIZE(shapes)].name, (unsigned long long)one, n);
		at[n]++;
	}
	print_message("found at the second packet %u, third %u, fourth %u\n", at[2], at[3], at[4]);
	assert_int_equal(at[1], 0);
}

/* As many as SIP servers begin at a time: their packets come turn and turn about. */
static void a_thousand_calls_that_begin_together_are_found(void **state)
{
	static struct stream s[1000];
	struct packet p;
	unsigned int missed = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(s); i++)
		s[i] = (struct stream){ .ssrc = 77 * i, .ts = 160 * i, .seq = i };
	for (unsigned int turn = 0; turn < 2; turn++) {
		missed = 0;
		for (unsigned int i = 0; i < ARRAY_SIZE(s); i++) {
			struct sotto_tuple tuple = { .family = AF_INET, .lport = i, .rport = 5 };
			bool call;

			g711(&s[i], &p);
			judge(&tuple, SOTTO_DIR_TX, p.data, p.len, true, &call);
			missed += !call;
		}
		jiffies += 20;
	}
	print_message("%u of 1000 need more than two packets\n", missed);
	assert_true(missed < 50);
}

/* A picture and a voice on one port, both of them from here. */
static void sources_side_by_side_are_found(void **state)
{
	struct stream voice = { .ssrc = 1, .seq = 9 }, picture = { .ssrc = 2, .seq = 60000 };
	struct sotto_tuple tuple = { .family = AF_INET, .lport = 1, .rport = 2 };
	struct packet p;
	bool call = false;
	unsigned int n = 0;

	while (!call && n < 8) {
		if (n++ % 2)
			g711(&voice, &p);
		else
			h264(&picture, &p);
		judge(&tuple, SOTTO_DIR_TX, p.data, p.len, true, &call);
		jiffies += 10;
	}
	assert_int_equal(n, 4);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_else_is_taken_for_a_call, setup, teardown),
		cmocka_unit_test_setup_teardown(other_exchanges_complete_under_require, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_always_begins_as_rtp_is_dropped, setup,
						teardown),
		cmocka_unit_test_setup_teardown(every_call_is_found_by_its_fourth_packet, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_thousand_calls_that_begin_together_are_found,
						setup, teardown),
		cmocka_unit_test_setup_teardown(sources_side_by_side_are_found, setup, teardown),
	};

	if (argc > 1)
		packets = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests_name("module finding", tests, NULL, NULL);
}
