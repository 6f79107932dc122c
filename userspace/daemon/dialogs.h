/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which SIP messages are to be believed: those of a call that a program on this machine takes
 * part in. Whoever only sends packets to the port of SIP can neither name media nor take back
 * what has been named: he knows no Call-ID of a call that was begun here, and one that he
 * begins himself counts when somebody here has answered it.
 *
 * In the worker. Pure.
 */
#ifndef SOTTOD_DIALOGS_H
#define SOTTOD_DIALOGS_H

#include "sip.h"

#define DIALOGS_MAX	32	/* begun here; as many are kept that others have begun */

/**
 * struct dialog - a SIP call
 * @used: when it was used last, in messages; 0 for none
 * @ours: begun here, or answered here
 * @media: @n that the far end has named in request @cseq, which nobody here has answered yet
 */
struct dialog {
	uint64_t used;
	bool ours;
	uint8_t call[SIP_CALL_LEN];
	uint32_t cseq;
	size_t n;
	struct sip_media media[SIP_MEDIA_MAX];
};

/** struct dialogs - begins as zeroes */
struct dialogs {
	uint64_t messages;
	struct dialog begun_here[DIALOGS_MAX];
	struct dialog begun_there[DIALOGS_MAX];
};

/**
 * dialogs_message() - A message has passed.
 * @sent: from this machine; else it came to it
 * @out: what the far end's media are, from now on
 *
 * Return: how many there are in @out.
 */
size_t dialogs_message(struct dialogs *d, bool sent, const struct sip_message *m,
		       struct sip_media out[SIP_MEDIA_MAX]);

#endif
