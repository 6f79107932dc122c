// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: packets as they come to and go from the port of SIP.
 *
 * The input is a list of packets, each with its length and its way. Besides what the
 * sanitizers see it must hold that what is named can be told to sottod, and that nothing is
 * named before a program here has begun a call or answered one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dialogs.h"
#include "wire.h"

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

static const uint8_t ip[28] = { 0x45, [9] = 17 };

static int parse(const uint8_t *data, size_t len, struct sip_message *m)
{
	uint8_t *exact = malloc(len ? len : 1);	/* one octet too far is seen */
	int r;

	REQUIRE(exact);
	memcpy(exact, data, len);
	r = sip_parse(exact, len, m);
	free(exact);
	return r;
}

static void check_media(const struct sip_media *media)
{
	struct wire_answer a = { .type = WIRE_SIGNALLED, .media = *media }, again;
	uint8_t message[WIRE_MAX];
	size_t len = wire_put_answer(message, &a);

	REQUIRE(len && !wire_get_answer(message, len, &again));
	REQUIRE(!memcmp(&again.media, media, sizeof(*media)));
}

static void pass(struct dialogs *d, bool sent, bool framed, const uint8_t *data, size_t len,
		 bool *believed)
{
	static uint8_t packet[sizeof(ip) + 4096];
	struct sip_media out[SIP_MEDIA_MAX];
	struct sip_message m;
	size_t n;
	int r;

	/* So that what the fuzzer finds is mostly SIP, not IP. */
	if (framed) {
		memcpy(packet, ip, sizeof(ip));
		packet[24] = (8 + len) >> 8;
		packet[25] = 8 + len;
		memcpy(packet + sizeof(ip), data, len);
		data = packet;
		len += sizeof(ip);
	}
	r = parse(data, len, &m);
	REQUIRE(r == 0 || r == -EBADMSG);
	if (r)
		return;
	REQUIRE(m.n <= SIP_MEDIA_MAX && m.status < 700 && m.method <= SIP_UPDATE);
	for (size_t i = 0; i < m.n; i++)
		check_media(&m.media[i]);
	*believed |= sent && (m.status ? m.status / 100 == 2 : m.method == SIP_INVITE);
	n = dialogs_message(d, sent, &m, out);
	REQUIRE(n <= SIP_MEDIA_MAX && (!n || *believed));
	for (size_t i = 0; i < n; i++)
		check_media(&out[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialogs d;
	bool believed = false;

	memset(&d, 0, sizeof(d));
	while (size >= 2) {
		size_t len = (data[0] & 0x0f) << 8 | data[1];
		bool sent = data[0] & 0x80, framed = data[0] & 0x40;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		pass(&d, sent, framed, data, len, &believed);
		data += len;
		size -= len;
	}
	return 0;
}
