// SPDX-License-Identifier: GPL-2.0-or-later
#include "control.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <linux/sotto.h>

#include "clock.h"

/* Documentation/control-channel.rst, "Sending". */
#define REPEAT_FIRST	200	/* ms */
#define REPEAT_MAX	1600
#define SIGN_OF_LIFE	5000
#define TICK		1000	/* on which those of all calls are sent together */
#define VERSION_ANSWER	1000	/* two ends of different versions must not chase each other */

static void put32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

void control_build(uint8_t out[CONTROL_LEN], const struct control_packet *packet)
{
	memset(out, 0, CONTROL_LEN);
	out[0] = CONTROL_FIRST_BYTE;
	out[1] = CONTROL_PT_APP;
	out[3] = CONTROL_LENGTH_WORDS;
	put32(out + 4, packet->ssrc);
	memcpy(out + 8, SOTTO_CONTROL_NAME, 4);
	out[12] = packet->version;
	out[13] = packet->state.progress;
	out[14] = packet->state.reason;
	out[15] = packet->state.flags;
	put32(out + 16, packet->sequence);
	put32(out + 20, packet->acknowledged);
}

void control_init(struct control *c, uint32_t ssrc)
{
	memset(c, 0, sizeof(*c));
	c->ssrc = ssrc;
	c->due = CLOCK_NEVER;
}

/* However many calls there are, that wakes us once a second. */
static uint64_t next_sign_of_life(uint64_t now)
{
	return (now + SIGN_OF_LIFE) / TICK * TICK;
}

static void send_now(struct control *c, uint64_t now)
{
	c->due = now;
	c->interval = REPEAT_FIRST;
}

void control_say(struct control *c, uint64_t now, const struct control_state *state)
{
	if (c->own_sequence && !memcmp(&c->own, state, sizeof(c->own)))
		return;
	c->own = *state;
	c->own_sequence++;
	send_now(c, now);
}

void control_resume(struct control *c, uint64_t now)
{
	if (c->own_sequence)
		send_now(c, now);
}

static bool acknowledged(const struct control *c)
{
	return c->acknowledged == c->own_sequence;
}

static bool ended(const struct control *c)
{
	return c->own.progress == CONTROL_ENDED;
}

static void answer_version(struct control *c, uint64_t now)
{
	if (!c->own_sequence || (c->version_answered && now - c->version_answered < VERSION_ANSWER))
		return;
	c->version_answered = now;
	send_now(c, now);
}

bool control_receive(struct control *c, uint64_t now, const struct control_packet *p)
{
	if (p->version != CONTROL_VERSION) {
		answer_version(c, now);
		return false;
	}
	if (p->acknowledged > c->acknowledged && p->acknowledged <= c->own_sequence) {
		c->acknowledged = p->acknowledged;
		/* What was planned as a repetition becomes the sign of life. */
		if (acknowledged(c) && c->due > now)
			c->due = ended(c) ? CLOCK_NEVER : next_sign_of_life(now);
	}
	if (p->sequence <= c->their_sequence)
		return false;
	c->their_sequence = p->sequence;
	if (c->own_sequence)
		send_now(c, now);
	if (!memcmp(&c->their, &p->state, sizeof(c->their)))
		return false;
	c->their = p->state;
	return true;
}

bool control_next(struct control *c, uint64_t now, uint8_t out[CONTROL_LEN])
{
	struct control_packet p = {
		.ssrc = c->ssrc,
		.version = CONTROL_VERSION,
		.state = c->own,
		.sequence = c->own_sequence,
		.acknowledged = c->their_sequence,
	};

	if (now < c->due)
		return false;
	control_build(out, &p);
	if (!acknowledged(c)) {
		c->due = now + c->interval;
		c->interval = c->interval * 2 < REPEAT_MAX ? c->interval * 2 : REPEAT_MAX;
	} else {
		c->due = ended(c) ? CLOCK_NEVER : next_sign_of_life(now);
	}
	return true;
}

bool control_settled(const struct control *c)
{
	return acknowledged(c) && c->due == CLOCK_NEVER;
}
