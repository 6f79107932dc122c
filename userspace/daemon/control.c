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
#define VERSION_ANSWER	1000	/* two ends of different versions must not chase each other */

#define FIRST_BYTE	0x80	/* V=2, no padding, subtype 0 */
#define PT_APP		204
#define LENGTH_WORDS	(CONTROL_LEN / 4 - 1)

static void put32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

void control_build(uint8_t out[CONTROL_LEN], const struct control_packet *packet)
{
	memset(out, 0, CONTROL_LEN);
	out[0] = FIRST_BYTE;
	out[1] = PT_APP;
	out[3] = LENGTH_WORDS;
	put32(out + 4, packet->ssrc);
	memcpy(out + 8, SOTTO_CONTROL_NAME, 4);
	out[12] = packet->version;
	out[13] = packet->state.progress;
	out[14] = packet->state.reason;
	out[15] = packet->state.flags;
	put32(out + 16, packet->sequence);
	put32(out + 20, packet->acknowledged);
}

int control_parse(const uint8_t *data, size_t len, struct control_packet *out)
{
	memset(out, 0, sizeof(*out));
	/* Another version may be longer, but says so in the same place. */
	if (len < CONTROL_LEN || data[0] != FIRST_BYTE || data[1] != PT_APP ||
	    memcmp(data + 8, SOTTO_CONTROL_NAME, 4))
		return -EBADMSG;
	out->ssrc = get32(data + 4);
	out->version = data[12];
	if (out->version != CONTROL_VERSION)
		return 0;
	if (len != CONTROL_LEN || data[2] || data[3] != LENGTH_WORDS)
		return -EBADMSG;
	out->state.progress = data[13];
	out->state.reason = data[14];
	out->state.flags = data[15] & CONTROL_F_ALL;
	out->sequence = get32(data + 16);
	out->acknowledged = get32(data + 20);
	if (out->state.progress < CONTROL_CALLING || out->state.progress > CONTROL_ENDED ||
	    !out->sequence)
		return -EBADMSG;
	if (out->state.progress != CONTROL_ENDED)
		out->state.reason = CONTROL_REASON_NONE;
	else if (out->state.reason > CONTROL_REASON_NOT_ALLOWED)
		out->state.reason = CONTROL_REASON_FAILED;
	return 0;
}

void control_init(struct control *c, uint32_t ssrc)
{
	memset(c, 0, sizeof(*c));
	c->ssrc = ssrc;
	c->due = CLOCK_NEVER;
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

int control_receive(struct control *c, uint64_t now, const uint8_t *data, size_t len)
{
	struct control_packet p;
	int r = control_parse(data, len, &p);

	if (r)
		return r;
	if (p.version != CONTROL_VERSION) {
		answer_version(c, now);
		return 0;
	}
	if (p.acknowledged > c->acknowledged && p.acknowledged <= c->own_sequence) {
		c->acknowledged = p.acknowledged;
		/* What was planned as a repetition becomes the sign of life. */
		if (acknowledged(c) && c->due > now)
			c->due = ended(c) ? CLOCK_NEVER : now + SIGN_OF_LIFE;
	}
	if (p.sequence <= c->their_sequence)
		return 0;
	c->their_sequence = p.sequence;
	if (c->own_sequence)
		send_now(c, now);
	if (!memcmp(&c->their, &p.state, sizeof(c->their)))
		return 0;
	c->their = p.state;
	return 1;
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
		c->due = ended(c) ? CLOCK_NEVER : now + SIGN_OF_LIFE;
	}
	return true;
}

bool control_settled(const struct control *c)
{
	return acknowledged(c) && c->due == CLOCK_NEVER;
}
