/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to become of a packet, and of one that has no flow.
 */
#ifndef SOTTO_VERDICT_H
#define SOTTO_VERDICT_H

#include <linux/sotto.h>

#include "rtp.h"

enum judgement {
	PASS,
	DROP,
	CRYPT,		/* protect or unprotect, or drop */
	AGENT,		/* to the agent, or drop */
};

#define SOTTO_CLASSES	(SOTTO_CLASS_OTHER + 1)

/**
 * sotto_judge_unknown() - Judge a packet that has no flow, under a rule.
 * @strict: the rule says require
 * @dir: out or in
 * @class: of the packet
 *
 * What is not RTP-shaped passes until there is a flow. So does DNS that begins as RTP
 * does (sotto_evidence_dns()), which no table can tell.
 *
 * Context: any. Return: PASS, DROP or AGENT.
 */
static inline enum judgement sotto_judge_unknown(bool strict, enum sotto_dir dir,
						 enum sotto_class class)
{
	/* Columns: RTP, RTCP, ZRTP, bare STUN, TURN data, DTLS, other. */
	static const u8 require[__SOTTO_DIR_MAX][SOTTO_CLASSES] = {
		[SOTTO_DIR_TX]	= { DROP,  DROP,  DROP,  PASS, DROP, PASS, PASS },
		[SOTTO_DIR_RX]	= { DROP,  DROP,  AGENT, PASS, DROP, PASS, PASS },
	};
	static const u8 prefer[__SOTTO_DIR_MAX][SOTTO_CLASSES] = {
		[SOTTO_DIR_TX]	= { PASS,  PASS,  PASS,  PASS, PASS, PASS, PASS },
		[SOTTO_DIR_RX]	= { PASS,  PASS,  AGENT, PASS, PASS, PASS, PASS },
	};

	return strict ? require[dir][class] : prefer[dir][class];
}

#endif /* SOTTO_VERDICT_H */
