// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel_model.h"

const char *const model_bucket_names[__MODEL_BUCKETS] = {
	[RX_TAKEN] = "rx authenticated", [RX_PASSED] = "rx passed", [RX_TO_AGENT] = "rx agent",
	[RX_CLASS] = "rx class", [RX_CSUM] = "rx checksum", [RX_REFUSED] = "rx refused",
	[RX_AT_FAULT] = "rx at fault", [TX_SEALED] = "tx protected", [TX_PASSED] = "tx passed",
	[TX_CLASS] = "tx class", [TX_REFUSED] = "tx refused", [TX_AT_FAULT] = "tx at fault",
};

static unsigned int get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* RFC 8489 5 and 14: one whole message of ours and no DATA (RFC 8656) in it. */
static bool is_bare_stun(const uint8_t *data, size_t len)
{
	static const uint8_t cookie[] = { 0x21, 0x12, 0xa4, 0x42 };
	size_t at = 20;

	if (len < 20 || len % 4 || get16(data + 2) + 20 != len || memcmp(data + 4, cookie, 4))
		return false;
	for (; at + 4 <= len; at += 4 + (get16(data + at + 2) + 3) / 4 * 4)
		if (get16(data + at) == 0x0013)
			return false;
	return at == len;
}

enum model_class model_classify(const uint8_t *data, size_t len)
{
	if (!len)
		return MODEL_OTHER;
	if (data[0] <= 3)
		return is_bare_stun(data, len) ? MODEL_STUN : MODEL_OTHER;
	if (data[0] >= 16 && data[0] <= 19)
		return len >= 8 && !memcmp(data + 4, "ZRTP", 4) ? MODEL_ZRTP : MODEL_OTHER;
	if (data[0] < 128 || data[0] > 191)
		return MODEL_OTHER;
	return len > 1 && data[1] >= 192 && data[1] <= 223 ? MODEL_RTCP : MODEL_RTP;
}

size_t model_header_len(enum model_class class, const uint8_t *data, size_t len)
{
	size_t header = 12;

	if (class == MODEL_RTCP)
		return len >= 8 && get16(data + 2) >= 1 && 4u * (get16(data + 2) + 1) <= len ? 8 : 0;
	if (len < header)
		return 0;
	header += 4 * (data[0] & 15);
	if (data[0] & 0x10)
		header += header + 4 <= len ? 4 + 4 * get16(data + header + 2) : len;
	return header <= len ? header : 0;
}

bool model_is_control(const uint8_t *data, size_t len)
{
	return len >= 12 && data[0] >> 6 == 2 && data[1] == 204 && !memcmp(data + 8, "SOTO", 4);
}

void model_sum(const uint64_t stats[SOTTO_A_STATS_MAX + 1], struct model_counts *out)
{
	static const struct {
		enum sotto_attr_stats stat;
		enum model_bucket bucket;
	} sums[] = {
		{ SOTTO_A_STATS_RX_UNPROTECTED, RX_TAKEN },
		{ SOTTO_A_STATS_RX_CLEAR, RX_PASSED },
		{ SOTTO_A_STATS_RX_AGENT, RX_TO_AGENT },
		{ SOTTO_A_STATS_DROP_RX_AGENT, RX_TO_AGENT },
		{ SOTTO_A_STATS_DROP_RX_CLASS, RX_CLASS },
		{ SOTTO_A_STATS_DROP_RX_CSUM, RX_CSUM },
		{ SOTTO_A_STATS_DROP_RX_MALFORMED, RX_REFUSED },
		{ SOTTO_A_STATS_DROP_RX_AUTH, RX_REFUSED },
		{ SOTTO_A_STATS_DROP_RX_REPLAY, RX_REFUSED },
		{ SOTTO_A_STATS_DROP_RX_STREAMS, RX_REFUSED },
		{ SOTTO_A_STATS_DROP_RX_SOURCE, RX_REFUSED },
		{ SOTTO_A_STATS_DROP_RX_HOLD, RX_AT_FAULT },
		{ SOTTO_A_STATS_DROP_RX_DEAD, RX_AT_FAULT },
		{ SOTTO_A_STATS_DROP_RX_ERROR, RX_AT_FAULT },
		{ SOTTO_A_STATS_DROP_RX_NO_SOCKET, RX_AT_FAULT },
		{ SOTTO_A_STATS_TX_PROTECTED, TX_SEALED },
		{ SOTTO_A_STATS_TX_CLEAR, TX_PASSED },
		{ SOTTO_A_STATS_DROP_TX_CLASS, TX_CLASS },
		{ SOTTO_A_STATS_DROP_TX_MALFORMED, TX_REFUSED },
		{ SOTTO_A_STATS_DROP_TX_REPEAT, TX_REFUSED },
		{ SOTTO_A_STATS_DROP_TX_STREAMS, TX_REFUSED },
		{ SOTTO_A_STATS_DROP_TX_HOLD, TX_AT_FAULT },
		{ SOTTO_A_STATS_DROP_TX_DEAD, TX_AT_FAULT },
		{ SOTTO_A_STATS_DROP_TX_TOO_BIG, TX_AT_FAULT },
		{ SOTTO_A_STATS_DROP_TX_ERROR, TX_AT_FAULT },
	};

	*out = (struct model_counts){};
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		out->n[sums[i].bucket] += stats[sums[i].stat];
}
