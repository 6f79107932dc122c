// SPDX-License-Identifier: GPL-2.0-or-later
#include "reception.h"

#include <errno.h>
#include <string.h>

#define LOST_MAX 0x7fffff

static void begin(struct reception *r, uint32_t ssrc, uint16_t seq, uint32_t transit)
{
	memset(r, 0, sizeof(*r));
	r->started = 1;
	r->ssrc = ssrc;
	r->first_seq = seq;
	r->highest_seq = seq;
	r->received = 1;
	r->transit = transit;
}

int reception_packet(struct reception *r, uint32_t ssrc, uint16_t seq,
		     uint32_t timestamp, uint32_t arrival)
{
	uint32_t transit = arrival - timestamp;
	int32_t d;
	int16_t ahead;

	if (!r->started) {
		begin(r, ssrc, seq, transit);
		return 1;
	}
	if (ssrc != r->ssrc) {
		if (ssrc == r->other_ssrc && seq == r->other_seq) {
			begin(r, ssrc, seq, transit);
			return 1;
		}
		r->other_ssrc = ssrc;
		r->other_seq = seq + 1;
		return -EAGAIN;
	}

	ahead = (int16_t)(seq - (uint16_t)r->highest_seq);
	if (ahead > 0)
		r->highest_seq += ahead;
	r->received++;

	d = (int32_t)(transit - r->transit);
	r->transit = transit;
	r->jitter16 += (uint32_t)(d < 0 ? -(int64_t)d : d) - ((r->jitter16 + 8) >> 4);
	return 0;
}

void reception_sr(struct reception *r, uint32_t sender, uint64_t ntp, uint64_t now_us)
{
	if (!r->started || sender != r->ssrc)
		return;
	r->lsr = ntp >> 16 & 0xffffffff;
	r->sr_arrival_us = now_us;
}

void reception_report(struct reception *r, uint64_t now_us, struct rtcp_report *out)
{
	uint32_t expected = r->highest_seq - r->first_seq + 1;
	uint32_t expected_now = expected - r->expected_reported;
	uint32_t received_now = r->received - r->received_reported;
	int64_t lost = (int64_t)expected - r->received;

	memset(out, 0, sizeof(*out));
	out->ssrc = r->ssrc;
	if (expected_now > received_now)
		out->fraction_lost = (expected_now - received_now) * UINT64_C(255) / expected_now;
	/* Duplicates can make it negative; it saturates at both ends. */
	out->lost = lost > LOST_MAX ? LOST_MAX : lost < -LOST_MAX - 1 ? -LOST_MAX - 1 : lost;
	out->highest_seq = r->highest_seq;
	out->jitter = r->jitter16 >> 4;
	if (r->lsr) {
		out->lsr = r->lsr;
		out->dlsr = (now_us - r->sr_arrival_us) * 65536 / 1000000;
	}
	r->expected_reported = expected;
	r->received_reported = r->received;
}
