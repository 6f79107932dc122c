// SPDX-License-Identifier: GPL-2.0-or-later
#include "packetizer.h"

#include <sodium.h>
#include <string.h>

int packetizer_init(struct packetizer *p, unsigned int bitrate,
		    uint8_t payload_type, uint32_t ssrc)
{
	int error;

	memset(p, 0, sizeof(*p));
	error = encoder_new(bitrate, &p->encoder);
	if (error)
		return error;
	p->next.payload_type = payload_type;
	p->next.ssrc = ssrc;
	/* Below 2^15, so that the receiver's first guess of the ROC is right (RFC 3711 3.3.1). */
	p->next.seq = randombytes_random() & 0x7fff;
	p->next.timestamp = randombytes_random();
	return 0;
}

void packetizer_clear(struct packetizer *p)
{
	encoder_free(p->encoder);
	p->encoder = NULL;
}

int packetizer_frame(struct packetizer *p, const float *pcm, uint8_t *packet, size_t *len)
{
	size_t payload_len = encoder_packet_len(p->encoder);
	int error;

	rtp_build(&p->next, packet);
	error = encoder_encode(p->encoder, pcm, packet + RTP_HEADER_LEN);
	p->next.seq++;
	p->next.timestamp += CODEC_FRAME;
	if (error)
		return error;
	p->packets++;
	p->octets += payload_len;
	*len = RTP_HEADER_LEN + payload_len;
	return 0;
}

void packetizer_skip(struct packetizer *p, uint64_t frames)
{
	p->next.timestamp += (uint32_t)frames * CODEC_FRAME;
}
