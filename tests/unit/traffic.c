// SPDX-License-Identifier: GPL-2.0-or-later
#include "traffic.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define DNS_PORT	53
#define MDNS_PORT	5353

/* splitmix64 */
uint32_t traffic_random(uint64_t *rng)
{
	uint64_t z = *rng += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z ^ z >> 31) >> 32;
}

static u32 rnd(struct traffic *t)
{
	return traffic_random(&t->rng);
}

static u32 below(struct traffic *t, u32 n)
{
	return rnd(t) % n;
}

static void put8(struct traffic *t, u8 v)
{
	t->data[t->len++] = v;
}

static void put16(struct traffic *t, u16 v)
{
	put8(t, v >> 8);
	put8(t, v);
}

static void put32(struct traffic *t, u32 v)
{
	put16(t, v >> 16);
	put16(t, v);
}

/* Little-endian. */
static void put_le(struct traffic *t, u32 v, unsigned int bytes)
{
	while (bytes--) {
		put8(t, v);
		v >>= 8;
	}
}

static void noise(struct traffic *t, unsigned int n)
{
	for (; n >= 4; n -= 4)
		put32(t, rnd(t));
	while (n--)
		put8(t, rnd(t));
}

static void turns(struct traffic *t)
{
	t->dir = t->step % 2 ? SOTTO_DIR_RX : SOTTO_DIR_TX;
}

/* DNS: one socket asks for several things, at times without waiting. */

static void name(struct traffic *t)
{
	for (unsigned int labels = 1 + below(t, 4); labels; labels--) {
		unsigned int n = 1 + below(t, 20);

		put8(t, n);
		while (n--)
			put8(t, 'a' + below(t, 26));
	}
	put8(t, 0);
}

static void dns_header(struct traffic *t, u16 flags, u16 answers, u16 authorities, u16 more)
{
	put16(t, t->own[t->step / 2 % 4]);
	put16(t, flags);
	put16(t, 1);
	put16(t, answers);
	put16(t, authorities);
	put16(t, more);
}

/* What was asked comes back, so it must be the same. */
static void question(struct traffic *t)
{
	static const u16 types[] = { 1, 28, 33, 35, 12, 16 };
	uint64_t rng = t->rng;

	t->rng = t->own[4] + t->step / 2;
	name(t);
	put16(t, types[below(t, ARRAY_SIZE(types))]);
	put16(t, 1);
	t->rng = rng;
}

static void record(struct traffic *t, u16 type, unsigned int len)
{
	put16(t, 0xc00c);
	put16(t, type);
	put16(t, 1);
	put32(t, below(t, 86400));
	put16(t, len);
	noise(t, len);
}

static void edns(struct traffic *t)
{
	put8(t, 0);
	put16(t, 41);
	put16(t, 1232);
	put32(t, 0);
	put16(t, 0);
}

static void dns_answer(struct traffic *t)
{
	static const u16 flags[] = { 0x8180, 0x8180, 0x8180, 0x8583, 0x8183, 0x8182, 0x8380 };
	u16 flag = flags[below(t, ARRAY_SIZE(flags))];
	unsigned int n = flag == 0x8180 ? 1 + below(t, 6) : 0, soa = (flag & 15) == 3;

	dns_header(t, flag, n, soa, t->own[5]);
	question(t);
	while (n--)
		record(t, 1, below(t, 2) ? 4 : 16);
	if (soa)
		record(t, 6, 40);
	if (t->own[5])
		edns(t);
}

/* Half of the ids are such that they begin as RTP does. */
static void dns_begin(struct traffic *t)
{
	for (int i = 0; i < 4; i++)
		t->own[i] = below(t, 2) ? 0x8000 | below(t, 0x4000) : below(t, 0x10000);
	t->own[4] = rnd(t);
	t->own[5] = below(t, 2);
	t->tuple.rport = htons(DNS_PORT);
	t->steps = 2 * (1 + below(t, 4));
}

static void dns_make(struct traffic *t)
{
	turns(t);
	if (t->dir == SOTTO_DIR_RX) {
		dns_answer(t);
		return;
	}
	dns_header(t, below(t, 2) ? 0x0100 : 0x0120, 0, 0, t->own[5]);
	question(t);
	if (t->own[5])
		edns(t);
}

/* mDNS: of a responder, always with the id 0, and of one that asks once (RFC 6762 6.7). */

static void mdns_begin(struct traffic *t)
{
	dns_begin(t);
	t->tuple.rport = htons(MDNS_PORT);
	t->tuple.raddr.s6_addr32[0] = htonl(0xe00000fb);
	if (below(t, 2)) {
		t->tuple.lport = htons(MDNS_PORT);
		memset(t->own, 0, 4 * sizeof(t->own[0]));
	}
}

static void mdns_make(struct traffic *t)
{
	dns_make(t);
	if (t->dir == SOTTO_DIR_RX)
		t->ends.raddr.s6_addr32[0] = htonl(0x0a000000 + below(t, 1000));
}

/* QUIC, version 1 (RFC 9000), and with its fixed bit greased (RFC 9287). */

static void quic_begin(struct traffic *t)
{
	t->own[0] = below(t, 2);	/* greased */
	t->own[1] = rnd(t);
	t->own[2] = rnd(t);
	t->steps = 12 + below(t, 20);
}

static void quic_make(struct traffic *t)
{
	static const u8 types[] = { 0x00, 0x00, 0x20, 0x20 };
	u8 fixed = t->own[0] && t->step > 1 && below(t, 2) ? 0 : 0x40;

	t->dir = t->step < 4 ? t->step % 2 : below(t, 2);
	if (t->step < 4) {
		put8(t, 0x80 | fixed | types[t->step] | below(t, 16));
		put32(t, 1);
		put8(t, 8);
		put32(t, t->own[1]);
		put32(t, t->own[2]);
		noise(t, 1187);
		return;
	}
	put8(t, fixed | below(t, 64));
	put32(t, t->own[1 + t->dir]);
	noise(t, 20 + below(t, 1200));
}

/* WireGuard: a handshake, data both ways, sometimes a cookie. */

static void wireguard_begin(struct traffic *t)
{
	t->own[0] = rnd(t);
	t->own[1] = rnd(t);
	t->steps = 4 + below(t, 30);
}

static void wireguard_make(struct traffic *t)
{
	static const unsigned int len[] = { 0, 148, 92, 64 };
	unsigned int type = t->step == 0 ? 1 : t->step == 1 ? 2 : below(t, 50) ? 4 : 3;

	t->dir = t->step < 2 ? t->step : below(t, 2);
	put_le(t, type, 4);
	put32(t, t->own[t->dir]);
	if (type == 4) {
		put_le(t, t->step - 2, 4);
		put_le(t, 0, 4);
		noise(t, 16 + 16 * below(t, 85));
	} else {
		noise(t, len[type] - 8);
	}
}

/* STUN and TURN; what a relay carries here is DTLS, or a STUN check. */

static void stun_header(struct traffic *t, u16 type, u16 len)
{
	put16(t, type);
	put16(t, len);
	put32(t, 0x2112a442);
	for (int i = 0; i < 3; i++)
		put32(t, t->own[i] + t->step / 2);
}

static void stun_begin(struct traffic *t)
{
	for (int i = 0; i < 4; i++)
		t->own[i] = rnd(t);
	t->steps = 2 * (1 + below(t, 8));
}

static void stun_make(struct traffic *t)
{
	turns(t);
	stun_header(t, t->dir == SOTTO_DIR_TX ? 0x0001 : 0x0101, 12 + 8);
	put16(t, t->dir == SOTTO_DIR_TX ? 0x0024 : 0x0020);
	put16(t, 8);
	noise(t, 8);
	put16(t, 0x8028);
	put16(t, 4);
	noise(t, 4);
}

static void turn_make(struct traffic *t)
{
	static const u16 methods[] = { 0x0003, 0x0008, 0x0009, 0x0004 };
	unsigned int n;

	turns(t);
	if (t->step < 8) {
		stun_header(t, methods[t->step / 2] | (t->dir == SOTTO_DIR_TX ? 0 : 0x0100), 12);
		put16(t, 0x0016);
		put16(t, 8);
		noise(t, 8);
		return;
	}
	n = 4 * (8 + below(t, 100));
	put16(t, 0x4000 + t->own[3] % 0x1000);
	put16(t, n);
	put8(t, below(t, 2) ? 0x17 : 0x00);
	noise(t, n - 1);
}

static void turn_begin(struct traffic *t)
{
	stun_begin(t);
	t->steps = 8 + below(t, 30);
}

/* DTLS: 1.2, and 1.3 with its short records. */

static void dtls_begin(struct traffic *t)
{
	t->own[0] = below(t, 2);
	t->steps = 6 + below(t, 30);
}

static void dtls_make(struct traffic *t)
{
	unsigned int n = 40 + below(t, 1100);

	turns(t);
	if (t->own[0] && t->step > 3) {
		put8(t, 0x2c | below(t, 4));
		put16(t, rnd(t));
		put16(t, n);
	} else {
		put8(t, t->step < 4 ? 22 : t->step < 6 ? 20 : 23);
		put16(t, 0xfefd);
		put16(t, t->step < 6 ? 0 : 1);
		put16(t, 0);
		put32(t, t->step);
		put16(t, n);
	}
	noise(t, n);
}

/* Games. Their counters are what comes nearest to RTP. */

static void game_begin(struct traffic *t)
{
	for (int i = 0; i < 8; i++)
		t->own[i] = rnd(t);
	t->steps = 20 + below(t, 60);
	t->own[6] = 7 + below(t, 60);	/* ms from one packet to the next */
}

/* A counter in the order of a PC, the other end's counter, a port that tells players apart. */
static void netchan_make(struct traffic *t)
{
	turns(t);
	t->after_ms = t->own[6];
	/* Nothing is repeated: what was lost is told anew in the next. */
	put_le(t, t->own[0] % 100000 + t->own[5]++, 4);
	put_le(t, t->own[1] % 100000 + t->own[5], 4);
	put_le(t, t->own[2], 2);
	put_le(t, 0x0100, 2);
	noise(t, 30 + below(t, 400));
}

/* Peer and the flag "time is sent", that time in ms, then a reliable command. */
static void enet_make(struct traffic *t)
{
	turns(t);
	t->after_ms = t->own[6];
	put16(t, 0x8000 | t->own[0] % 0x4000);
	put16(t, t->own[1] + t->step * t->own[6]);
	put8(t, 0x86);
	put8(t, 0);
	put16(t, t->step / 2 + 1);
	put16(t, 64);
	put16(t, t->own[2]);
	noise(t, 62);
}

/* Flags, a counter of 24 bits, reliability, bits, message and order counters. */
static void raknet_make(struct traffic *t)
{
	turns(t);
	t->after_ms = t->own[6];
	put8(t, 0x84);
	put_le(t, t->own[0] % 70000 + t->step / 2, 3);
	put8(t, 0x60);
	put16(t, 8 * 100);
	put_le(t, t->own[0] % 70000 + t->step / 2, 3);
	put_le(t, t->own[1] % 70000 + t->step / 2, 3);
	put8(t, 0);
	noise(t, 100);
}

/*
 * One that some studio has made itself: a counter in network order, a time, a session.
 * What a clock of RTP cannot show is all that there is against it.
 */
static void studio_make(struct traffic *t)
{
	unsigned int us = t->own[3] % 2;

	turns(t);
	t->after_ms = t->own[6] + below(t, 2);
	t->own[4] += us ? t->after_ms * 1000 + below(t, 100) : t->after_ms;
	put32(t, (0x80000000 | t->own[0] % 0x40000000) + t->step / 2);
	put32(t, t->own[4]);
	put32(t, t->own[2]);
	noise(t, 30 + below(t, 400));
}

/* Nothing but noise; a sender that misses an answer makes another packet. */
static void random_begin(struct traffic *t)
{
	t->steps = 2 + below(t, 60);
}

static void random_make(struct traffic *t)
{
	turns(t);
	noise(t, below(t, 600));
}

const struct traffic_kind traffic_kinds[] = {
	{ "DNS", dns_begin, dns_make },
	{ "mDNS", mdns_begin, mdns_make },
	{ "QUIC", quic_begin, quic_make },
	{ "WireGuard", wireguard_begin, wireguard_make },
	{ "STUN", stun_begin, stun_make },
	{ "TURN", turn_begin, turn_make },
	{ "DTLS", dtls_begin, dtls_make },
	{ "game that counts as a PC does", game_begin, netchan_make },
	{ "game over ENet", game_begin, enet_make, true },
	{ "game over RakNet", game_begin, raknet_make, true },
	{ "game that counts as RTP does", game_begin, studio_make, true },
	{ "random", random_begin, random_make },
};

const unsigned int traffic_kinds_n = ARRAY_SIZE(traffic_kinds);

static void make(struct traffic *t)
{
	t->ends = t->tuple;
	t->len = 0;
	t->after_ms = 5 + below(t, 30);
	t->kind->make(t);
}

void traffic_begin(struct traffic *t, unsigned int n, uint64_t seed)
{
	memset(t, 0, offsetof(struct traffic, data));
	t->kind = &traffic_kinds[n % traffic_kinds_n];
	t->rng = seed;
	t->tuple.family = AF_INET;
	t->tuple.laddr.s6_addr32[0] = htonl(0x0a000001);
	t->tuple.raddr.s6_addr32[0] = rnd(t);
	t->tuple.lport = htons(1024 + below(t, 64000));
	t->tuple.rport = htons(1024 + below(t, 64000));
	t->kind->begin(t);
}

bool traffic_next(struct traffic *t)
{
	if (t->step == t->steps)
		return false;
	make(t);
	t->step++;
	return true;
}

void traffic_again(struct traffic *t)
{
	t->step--;
	make(t);
	t->step++;
}
