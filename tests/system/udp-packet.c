// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "udp-packet.h"

#define STUN_COOKIE	0x2112a442
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static size_t put_content(const struct udp_packet_params *p, uint8_t *at)
{
	size_t text = strlen(p->payload);

	for (size_t i = 0; i < p->payload_len; i++)
		at[i] = text ? p->payload[i % text] : 0;
	return p->payload_len;
}

/* RFC 3550 5.1 */
static size_t make_rtp(const struct udp_packet_params *p, uint8_t *out)
{
	out[0] = 0x80;
	out[1] = p->pt;
	put16(out + 2, p->seq);
	put32(out + 4, p->ts);
	put32(out + 8, p->ssrc);
	return 12 + put_content(p, out + 12);
}

/* RFC 3550 6.7: an APP packet; its content in whole words. */
static size_t make_app(const struct udp_packet_params *p, const char *name, uint8_t *out)
{
	size_t len = 12 + put_content(p, out + 12);

	while (len % 4)
		out[len++] = 0;
	out[0] = 0x80;
	out[1] = 204;
	put16(out + 2, len / 4 - 1);
	put32(out + 4, p->ssrc);
	memcpy(out + 8, name, 4);
	return len;
}

/* RFC 3550 6.4.2: an empty receiver report, and behind it what can be recognised. */
static size_t make_rtcp(const struct udp_packet_params *p, uint8_t *out)
{
	out[0] = 0x80;
	out[1] = 201;
	put16(out + 2, 1);
	put32(out + 4, p->ssrc);
	return 8 + make_app(p, "TEST", out + 8);
}

static size_t make_control(const struct udp_packet_params *p, uint8_t *out)
{
	return make_app(p, "SOTO", out);
}

/* RFC 6189 5: what the kernel goes by; the message within is nobody's. */
static size_t make_zrtp(const struct udp_packet_params *p, uint8_t *out)
{
	out[0] = 0x10;
	out[1] = 0;
	put16(out + 2, p->seq);
	memcpy(out + 4, "ZRTP", 4);
	put32(out + 8, p->ssrc);
	return 12 + put_content(p, out + 12);
}

/* RFC 8489 5; @len bytes of attributes are there already. */
static size_t make_stun(uint16_t type, size_t len, uint8_t *out)
{
	put16(out, type);
	put16(out + 2, len);
	put32(out + 4, STUN_COOKIE);
	memset(out + 8, 't', 12);
	return 20 + len;
}

static size_t make_binding(const struct udp_packet_params *p, uint8_t *out)
{
	return make_stun(0x0001, 0, out);
}

/* RFC 8489 14.14: as long as RTP with the same content, if that is in whole words. */
static size_t make_software(const struct udp_packet_params *p, uint8_t *out)
{
	size_t len = 12 + p->payload_len;

	if (len < 24 || len % 4)
		return 0;
	put16(out + 20, 0x8022);
	put16(out + 22, len - 24);
	memset(out + 24, 't', len - 24);
	return make_stun(0x0001, len - 20, out);
}

/* RFC 8656 11.3: a Send indication whose DATA is RTP. */
static size_t make_send(const struct udp_packet_params *p, uint8_t *out)
{
	size_t len = make_rtp(p, out + 24);

	put16(out + 20, 0x0013);
	put16(out + 22, len);
	while (len % 4)
		out[24 + len++] = 0;
	return make_stun(0x0016, 4 + len, out);
}

/* RFC 8656 12.4 */
static size_t make_channel(const struct udp_packet_params *p, uint8_t *out)
{
	size_t len = make_rtp(p, out + 4);

	put16(out, 0x4000);
	put16(out + 2, len);
	return 4 + len;
}

/* RFC 6347 4.1: one handshake record. */
static size_t make_record(const struct udp_packet_params *p, uint16_t epoch, uint8_t *out)
{
	size_t len = put_content(p, out + 13);

	out[0] = 22;
	put16(out + 1, 0xfefd);
	put16(out + 3, epoch);
	put16(out + 5, 0);
	put32(out + 7, p->seq);
	put16(out + 11, len);
	return 13 + len;
}

static size_t make_dtls(const struct udp_packet_params *p, uint8_t *out)
{
	return make_record(p, 0, out);
}

static size_t make_finished(const struct udp_packet_params *p, uint8_t *out)
{
	return make_record(p, 1, out);
}

/* In no range that RFC 7983 gives away. */
static size_t make_other(const struct udp_packet_params *p, uint8_t *out)
{
	out[0] = 0xff;
	return 1 + put_content(p, out + 1);
}

const char udp_packet_kinds[] =
	"rtp rtcp rtcp-soto zrtp stun stun-software stun-data turn-channel dtls dtls-finished other";

static const struct {
	const char *name;
	size_t (*make)(const struct udp_packet_params *p, uint8_t *out);
} kinds[] = {
	{ "rtp", make_rtp },
	{ "rtcp", make_rtcp },
	{ "rtcp-soto", make_control },
	{ "zrtp", make_zrtp },
	{ "stun", make_binding },
	{ "stun-software", make_software },
	{ "stun-data", make_send },
	{ "turn-channel", make_channel },
	{ "dtls", make_dtls },
	{ "dtls-finished", make_finished },
	{ "other", make_other },
};

static size_t make_hex(const char *hex, uint8_t *out)
{
	size_t len = 0;
	unsigned int byte;

	for (; *hex; hex += 2) {
		if (len == UDP_PACKET_MAX || !hex[1] || sscanf(hex, "%2x", &byte) != 1)
			return 0;
		out[len++] = byte;
	}
	return len;
}

size_t udp_packet_make(const struct udp_packet_params *p, uint8_t *out)
{
	/* The longest header is that of STUN with RTP in it. */
	if (p->payload_len > UDP_PACKET_MAX - 40)
		return 0;
	if (!strncmp(p->kind, "hex:", 4))
		return make_hex(p->kind + 4, out);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(p->kind, kinds[i].name))
			return kinds[i].make(p, out);
	return 0;
}
