// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel_packets.h"

static void put16(uint8_t *at, unsigned int v)
{
	at[0] = v >> 8;
	at[1] = v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static void fill(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = MARKER[i % (sizeof(MARKER) - 1)];
}

void streams_begin(struct streams *s, struct dice *d)
{
	for (unsigned int i = 0; i < SSRCS; i++) {
		s->ssrc[i] = roll64(d);
		s->seq[i] = roll64(d);
	}
}

/* RFC 8285: one-byte or two-byte elements, or an extension of no known kind. */
static size_t put_extension(struct dice *d, uint8_t *at)
{
	static const uint16_t kinds[] = { 0xbede, 0x1000, 0x100f, 0xc0de, 0x1234 };
	unsigned int words = roll(d, 6);

	put16(at, kinds[roll(d, 5)]);
	put16(at + 2, words);
	roll_bytes(d, at + 4, 4 * words);
	return 4 + 4 * words;
}

void make_rtp(struct streams *s, struct dice *d, struct made *out)
{
	unsigned int i = roll(d, SSRCS), csrcs = chance(d, 20) ? roll(d, 16) : 0;
	size_t payload = chance(d, 10) ? roll(d, 1100) : roll(d, 200);
	uint8_t *at = out->data;

	*out = (struct made){};
	at[0] = 0x80 | csrcs;
	at[1] = roll(d, 2) << 7 | roll(d, 64);	/* no type that looks like RTCP */
	put16(at + 2, s->seq[i]++);
	put32(at + 4, roll64(d));
	put32(at + 8, s->ssrc[i]);
	out->len = 12;
	roll_bytes(d, at + 12, 4 * csrcs);
	out->len += 4 * csrcs;
	if (chance(d, 20)) {
		at[0] |= 0x10;
		out->len += put_extension(d, at + out->len);
	}
	fill(at + out->len, payload);
	out->len += payload;
	if (payload && chance(d, 10)) {
		at[0] |= 0x20;
		at[out->len - 1] = 1 + roll(d, payload > 255 ? 255 : payload);
	}
}

/* A report, and often more behind it; or an APP packet, the agents' or not. */
void make_rtcp(struct streams *s, struct dice *d, bool control, struct made *out)
{
	unsigned int words = control ? 2 + roll(d, 20) : 1 + roll(d, 12);
	uint8_t *at = out->data;

	*out = (struct made){ .rtcp = true, .control = control };
	at[0] = 0x80 | roll(d, 32);
	at[1] = control ? 204 : 200 + roll(d, 4);
	put16(at + 2, words);
	put32(at + 4, s->ssrc[roll(d, SSRCS)]);
	fill(at + 8, 4 * words - 4);
	if (control)
		memcpy(at + 8, "SOTO", 4);
	out->len = 4 + 4 * words;
	if (!control && chance(d, 50)) {
		at += out->len;
		words = 1 + roll(d, 8);
		at[0] = 0x80;
		at[1] = 202 + roll(d, 6);
		put16(at + 2, words);
		fill(at + 4, 4 * words);
		out->len += 4 + 4 * words;
	}
}

void make_other(struct dice *d, struct made *out)
{
	uint8_t *at = out->data;

	*out = (struct made){ .len = 20 + 4 * roll(d, 50) };
	roll_bytes(d, at, out->len);
	switch (roll(d, 6)) {
	case 0:	/* ZRTP */
		at[0] = 0x10;
		at[1] = 0;
		memcpy(at + 4, "ZRTP", 4);
		break;
	case 1:	/* STUN, bare, or of attributes that fill it */
		put16(at, roll(d, 0x400));
		put16(at + 2, out->len - 20);
		put32(at + 4, 0x2112a442);
		for (size_t n = 20; n < out->len; n += 4)
			put32(at + n, chance(d, 3) ? 0x00130000 : 0x80220000);
		break;
	case 2:	/* DTLS */
		at[0] = 20 + roll(d, 44);
		put16(at + 11, out->len - 13);
		break;
	case 3:	/* channel data with RTP in it */
		at[0] = 64 + roll(d, 16);
		put16(at + 2, out->len - 4);
		at[4] = 0x80;
		break;
	case 4:
		out->len = roll(d, 24);
		break;
	default:
		break;
	}
}

void mutate(struct dice *d, struct made *m)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0xbf, 0x90, 0xa0, 0x10, 204 };
	unsigned int times = 1 + roll(d, 3);

	/* Where one change undoes another nothing has changed. */
	if (!m->len || chance(d, 60))
		times = 1;
	for (unsigned int i = 0; i < times; i++) {
		size_t at = m->len ? roll(d, chance(d, 50) && m->len > 16 ? 16 : m->len) : 0;

		switch (m->len ? roll(d, 6) : 1) {
		case 0:
			m->len = roll(d, m->len);
			break;
		case 1:
			if (m->len + 40 > MADE_MAX)
				break;
			roll_bytes(d, m->data + m->len, 40);
			m->len += 1 + roll(d, 40);
			break;
		case 2:
			m->data[at] = odd[roll(d, sizeof(odd))];
			break;
		case 3:
			m->len -= 1 + roll(d, m->len < 16 ? m->len : 16);
			break;
		default:
			m->data[at] ^= 1 << roll(d, 8);
			break;
		}
	}
}
