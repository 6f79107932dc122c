/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ought to become of a packet, by the state table of architecture.rst and
 * RFC 7983, written without a look at the module.
 */
#ifndef SOTTO_FUZZ_KERNEL_MODEL_H
#define SOTTO_FUZZ_KERNEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/sotto.h>

enum model_class {
	MODEL_RTP,
	MODEL_RTCP,
	MODEL_ZRTP,
	MODEL_STUN,	/* bare */
	MODEL_OTHER,	/* what a secure flow lets neither in nor out */
};

/* Under which of these a packet is counted, each the sum of some of the kernel's counters. */
enum model_bucket {
	RX_TAKEN,	/* authenticated */
	RX_PASSED,
	RX_TO_AGENT,
	RX_CLASS,
	RX_CSUM,
	RX_REFUSED,	/* malformed, forged, replayed */
	RX_AT_FAULT,	/* what must not happen here: no memory, no key, no socket */
	TX_SEALED,
	TX_PASSED,
	TX_CLASS,
	TX_REFUSED,	/* malformed, repeated, one SSRC too many */
	TX_AT_FAULT,

	/* private: */
	__MODEL_BUCKETS
};

struct model_counts {
	uint64_t n[__MODEL_BUCKETS];
};

extern const char *const model_bucket_names[__MODEL_BUCKETS];

enum model_class model_classify(const uint8_t *data, size_t len);
/* Of RTP, or what SRTCP leaves in clear; 0: malformed. */
size_t model_header_len(enum model_class class, const uint8_t *data, size_t len);
/* An APP packet named SOTO. */
bool model_is_control(const uint8_t *data, size_t len);
/* The kernel's counters of one flow, by bucket. */
void model_sum(const uint64_t stats[SOTTO_A_STATS_MAX + 1], struct model_counts *out);

#endif /* SOTTO_FUZZ_KERNEL_MODEL_H */
