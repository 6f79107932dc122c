// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target for what the PipeWire plugin does with the network's bytes: RTP,
 * RTCP, jitter buffer, decoder. The input is a sequence of datagrams, each after a
 * byte with its length; a length of 0 lets 20 ms of playing pass.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "jitter.h"
#include "reception.h"
#include "rtcp.h"
#include "rtp.h"

struct receiver {
	struct jitter jitter;
	struct reception reception;
	struct decoder *decoder;
};

static void play(struct receiver *r)
{
	float pcm[CODEC_FRAME];
	const uint8_t *data;
	size_t len;

	switch (jitter_get(&r->jitter, &data, &len)) {
	case JITTER_PACKET:
		if (decoder_decode(r->decoder, data, len, pcm))
			decoder_conceal(r->decoder, pcm);
		break;
	case JITTER_CONCEAL:
		decoder_conceal(r->decoder, pcm);
		break;
	case JITTER_WAIT:
		break;
	}
	if (jitter_depth(&r->jitter) > JITTER_SLOTS)
		abort();
}

static void receive(struct receiver *r, const uint8_t *pkt, size_t len)
{
	struct rtcp_report report;
	struct rtcp_seen seen;
	struct rtp_header h;
	const uint8_t *payload;
	size_t payload_len;

	if (rtp_is_rtcp(pkt, len)) {
		if (!rtcp_parse(pkt, len, 1, &seen) && seen.has_info)
			reception_sr(&r->reception, seen.sender, seen.info.ntp, 1);
		return;
	}
	if (rtp_parse(pkt, len, &h, &payload, &payload_len) ||
	    reception_packet(&r->reception, h.ssrc, h.seq, h.timestamp, 0) < 0)
		return;
	jitter_put(&r->jitter, h.seq, payload, payload_len);
	reception_report(&r->reception, 2, &report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct receiver r;

	memset(&r.reception, 0, sizeof(r.reception));
	jitter_init(&r.jitter);
	if (decoder_new(&r.decoder))
		abort();
	while (size > 0) {
		size_t len = *data++;
		uint8_t *pkt;

		size--;
		if (len > size)
			len = size;
		if (len == 0) {
			play(&r);
			continue;
		}
		/* A copy without a byte to spare, so that ASan sees each step too far. */
		pkt = malloc(len);
		if (!pkt)
			abort();
		memcpy(pkt, data, len);
		receive(&r, pkt, len);
		free(pkt);
		data += len;
		size -= len;
	}
	decoder_free(r.decoder);
	return 0;
}
