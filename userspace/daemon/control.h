/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control channel, Documentation/control-channel.rst: the packet, and the
 * synchronisation of one end's state with the other's. Pure: no I/O, no clock.
 */
#ifndef SOTTOD_CONTROL_H
#define SOTTOD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_LEN		32
#define CONTROL_VERSION		1
#define CONTROL_FIRST_BYTE	0x80	/* V=2, no padding, subtype 0 */
#define CONTROL_PT_APP		204
#define CONTROL_LENGTH_WORDS	(CONTROL_LEN / 4 - 1)

enum control_progress {
	CONTROL_CALLING = 1,
	CONTROL_RINGING,
	CONTROL_ACTIVE,
	CONTROL_ENDED,
};

enum control_reason {
	CONTROL_REASON_NONE,
	CONTROL_REASON_HANGUP,
	CONTROL_REASON_DECLINED,
	CONTROL_REASON_BUSY,
	CONTROL_REASON_NO_ANSWER,
	CONTROL_REASON_FAILED,
	CONTROL_REASON_NOT_ALLOWED,
};

#define CONTROL_F_VERIFIED	(1U << 0)	/* the person there has compared the SAS */
#define CONTROL_F_WRONG		(1U << 1)	/* the person there typed a wrong half */
#define CONTROL_F_ALL		(CONTROL_F_VERIFIED | CONTROL_F_WRONG)

/**
 * struct control_state - what one end says of itself
 * @progress: enum control_progress, 0 before anything was said
 * @reason: enum control_reason, only with CONTROL_ENDED
 * @flags: CONTROL_F_*
 */
struct control_state {
	uint8_t progress;
	uint8_t reason;
	uint8_t flags;
};

/**
 * struct control_packet - the packet in host byte order
 * @sequence: number of @state, from 1 on
 * @acknowledged: highest sequence that the sender has received, 0 for none
 */
struct control_packet {
	uint32_t ssrc;
	uint8_t version;
	struct control_state state;
	uint32_t sequence;
	uint32_t acknowledged;
};

/** control_build() - Pure; writes exactly CONTROL_LEN bytes. */
void control_build(uint8_t out[CONTROL_LEN], const struct control_packet *packet);

/**
 * control_parse() - Pure.
 *
 * An unknown reason reads as failed, unknown flags as unset. Of another version
 * only @version and @ssrc are filled.
 *
 * Return: 0, or -EBADMSG.
 */
int control_parse(const uint8_t *data, size_t len, struct control_packet *out);

/**
 * struct control - one call's channel; the call owns it
 *
 * Plain data without pointers: it is kept in the record of a running call.
 *
 * @own: what we say
 * @their: what they last said
 * @ssrc: ours
 * @own_sequence: number of @own, 0 before anything was said
 * @their_sequence: number of @their
 * @acknowledged: highest of our sequences that they have
 * @due: when the next packet leaves, monotonic ms
 * @interval: ms after that one until the next
 * @version_answered: when another version was last answered
 */
struct control {
	struct control_state own;
	struct control_state their;
	uint32_t ssrc;
	uint32_t own_sequence;
	uint32_t their_sequence;
	uint32_t acknowledged;
	uint64_t due;
	uint64_t interval;
	uint64_t version_answered;
};

/** control_init() - A channel that says nothing yet. @ssrc: random, not the media's */
void control_init(struct control *c, uint32_t ssrc);

/** control_say() - Say this from now on; nothing happens when it is said already. */
void control_say(struct control *c, uint64_t now, const struct control_state *state);

/** control_receive() - An authenticated packet has come. Return: has @c->their changed? */
bool control_receive(struct control *c, uint64_t now, const struct control_packet *packet);

/** control_next() - Is a packet due? Then it is written and the next one planned. */
bool control_next(struct control *c, uint64_t now, uint8_t out[CONTROL_LEN]);

/** control_settled() - They have all that we said, and we have told them so. */
bool control_settled(const struct control *c);

/** control_resume() - After a restart: say it all again at once. */
void control_resume(struct control *c, uint64_t now);

#endif
