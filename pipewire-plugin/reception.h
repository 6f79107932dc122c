/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_RECEPTION_H
#define SOTTO_PLUGIN_RECEPTION_H

#include <stdint.h>

#include "rtcp.h"

/**
 * struct reception - how well one SSRC arrives, RFC 3550 appendices A.3 and A.8
 *
 * Plain data without locks: one thread uses it.
 */
struct reception {
	uint32_t ssrc;
	uint32_t first_seq;		/* extended by 2^16 cycles, as all of these */
	uint32_t highest_seq;
	uint32_t received;
	uint32_t expected_reported;	/* at the last report */
	uint32_t received_reported;
	uint32_t transit;		/* arrival minus timestamp of the last packet */
	uint32_t jitter16;		/* jitter in 1/16 tick */
	uint32_t lsr;
	uint64_t sr_arrival_us;
	uint32_t other_ssrc;		/* a new SSRC on probation, and its next seq */
	uint16_t other_seq;
	int started;
};

/**
 * reception_packet() - count a packet that arrived
 * @r: state, zeroed before the first packet
 * @ssrc: of the packet
 * @seq: of the packet
 * @timestamp: of the packet
 * @arrival: when it came, on a clock with the same ticks
 *
 * A second SSRC replaces the first after two packets in sequence, so that one
 * stray packet does not disturb a call.
 *
 * Return: 1 if the packet is the first of a stream that replaces another (or of
 * the first one): the caller resets what it keeps per stream; 0 if it belongs
 * to the current stream; -EAGAIN if it belongs to neither and is to be ignored.
 */
int reception_packet(struct reception *r, uint32_t ssrc, uint16_t seq,
		     uint32_t timestamp, uint32_t arrival);

/**
 * reception_sr() - remember a sender report for LSR and DLSR
 * @r: state
 * @sender: SSRC of the report; other than the current stream's is ignored
 * @ntp: its NTP time
 * @now_us: when it came, monotonic, microseconds
 */
void reception_sr(struct reception *r, uint32_t sender, uint64_t ntp, uint64_t now_us);

/**
 * reception_report() - make a report block and begin the next interval
 * @r: state; at least one packet has been counted
 * @now_us: monotonic, microseconds
 * @out: filled
 */
void reception_report(struct reception *r, uint64_t now_us, struct rtcp_report *out);

#endif
