/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_RTCP_H
#define SOTTO_PLUGIN_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTCP_HEADER_LEN	8	/* up to and with the sender's SSRC: SRTCP leaves it clear */
#define RTCP_MAX_LEN	320	/* SR, one report block, CNAME of 255 bytes */
#define RTCP_MAX_CNAME	255

/**
 * struct rtcp_sender_info - RFC 3550 section 6.4.1
 * @ntp: wall clock as 32.32 seconds since 1900
 * @timestamp: the same instant on the media clock
 * @packets: RTP packets sent on this SSRC
 * @octets: their payload bytes
 */
struct rtcp_sender_info {
	uint64_t ntp;
	uint32_t timestamp;
	uint32_t packets;
	uint32_t octets;
};

/**
 * struct rtcp_report - one reception report block, RFC 3550 section 6.4.1
 * @ssrc: whose packets are reported on
 * @fraction_lost: of 256, since the last report
 * @lost: since the beginning, -2^23..2^23-1
 * @highest_seq: with the cycles in the upper half
 * @jitter: in ticks of the media clock
 * @lsr: middle 32 bits of the last SR's NTP time, 0 if there was none
 * @dlsr: 1/65536 s since that SR came
 */
struct rtcp_report {
	uint32_t ssrc;
	uint8_t fraction_lost;
	int32_t lost;
	uint32_t highest_seq;
	uint32_t jitter;
	uint32_t lsr;
	uint32_t dlsr;
};

/**
 * struct rtcp_seen - what a compound packet says to us
 * @sender: SSRC of its first packet
 * @has_info: it is from a sender, @info is filled
 * @has_report: it reports on us, @report is filled
 */
struct rtcp_seen {
	uint32_t sender;
	bool has_info;
	struct rtcp_sender_info info;
	bool has_report;
	struct rtcp_report report;
};

/**
 * rtcp_build() - write a compound packet: SR or RR, then SDES with the CNAME
 * @ssrc: ours
 * @info: what was sent, or NULL for an RR (RFC 3550 section 6.1)
 * @report: on the other end's stream, or NULL if nothing came yet
 * @cname: ours, 1..%RTCP_MAX_CNAME bytes
 * @out: at least %RTCP_MAX_LEN bytes, owned by the caller
 *
 * Return: the packet's length, or 0 if @cname is empty or too long.
 */
size_t rtcp_build(uint32_t ssrc, const struct rtcp_sender_info *info,
		  const struct rtcp_report *report, const char *cname, uint8_t *out);

/**
 * rtcp_parse() - read a compound packet (RFC 3550 section 6.1, appendix A.2)
 * @pkt: the packet as received
 * @len: its length in bytes
 * @ours: our SSRC, to find the report on us
 * @seen: filled on success
 *
 * Packets other than SR and RR inside the compound are checked and skipped.
 * Return: 0, or -EBADMSG.
 */
int rtcp_parse(const uint8_t *pkt, size_t len, uint32_t ours, struct rtcp_seen *seen);

/**
 * rtcp_interval_ms() - time to the next report (RFC 3550 section 6.2)
 * @random: 32 random bits
 *
 * Return: 2500..7499 ms, so that the two ends do not fall into step.
 */
unsigned int rtcp_interval_ms(uint32_t random);

#endif
