/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIP messages for tests, as they are on the wire from the IP header on. */
#ifndef SIP_PACKET_H
#define SIP_PACKET_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SIP_HASH \
	"fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df"

/* The first lines of an SDP whose media are at @address. */
#define SIP_SDP(address) \
	"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN " address "\r\nt=0 0\r\n"
#define SIP_AUDIO(port)		"m=audio " port " RTP/AVP 0\r\n"
#define SIP_ZRTP(hash)		"a=zrtp-hash:1.10 " hash "\r\n"

/* A packet with this payload. Return: its length. */
static inline size_t sip_packet(uint8_t *out, const void *payload, size_t len)
{
	uint16_t total = htons(28 + len), udp = htons(8 + len);

	memset(out, 0, 28);
	out[0] = 0x45;
	memcpy(out + 2, &total, 2);
	out[9] = 17;
	memcpy(out + 24, &udp, 2);
	memcpy(out + 28, payload, len);
	return 28 + len;
}

/* "INVITE" or "SIP/2.0 200 OK"; @method with a number as CSeq has it. */
static inline size_t sip_message(uint8_t *out, const char *start, const char *call,
				 const char *cseq, const char *body)
{
	char text[3000];
	int len = snprintf(text, sizeof(text), "%s%s\r\nVia: SIP/2.0/UDP 192.0.2.7\r\n"
			   "Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: %zu\r\n\r\n%s", start,
			   strncmp(start, "SIP", 3) ? " sip:bob@192.0.2.7 SIP/2.0" : "", call, cseq,
			   *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);

	return sip_packet(out, text, len);
}

#endif
