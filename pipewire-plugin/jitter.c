// SPDX-License-Identifier: GPL-2.0-or-later
#include "jitter.h"

#include <limits.h>
#include <string.h>

/* Room below the first packet, so that what overtook it is not negative. */
#define FIRST_CYCLE	UINT64_C(0x10000)

static struct jitter_slot *slot_of(struct jitter *j, uint64_t seq)
{
	return &j->slots[seq % JITTER_SLOTS];
}

static bool is_here(struct jitter *j, uint64_t seq)
{
	const struct jitter_slot *s = slot_of(j, seq);

	return s->full && s->seq == seq;
}

static void new_window(struct jitter *j)
{
	j->window = 0;
	j->window_min = UINT_MAX;
}

void jitter_init(struct jitter *j)
{
	memset(j, 0, sizeof(*j));
	new_window(j);
}

void jitter_restart(struct jitter *j)
{
	for (size_t i = 0; i < JITTER_SLOTS; i++) {
		j->slots[i].full = false;
		j->slots[i].seq = 0;
	}
	j->started = false;
	j->stray = false;
	j->starved = 0;
	new_window(j);
	j->restarts++;
}

static void begin(struct jitter *j, uint16_t seq)
{
	j->started = true;
	j->gathering = true;
	j->next = FIRST_CYCLE + seq;
	j->highest = j->next;
}

unsigned int jitter_depth(const struct jitter *j)
{
	return j->started && j->highest >= j->next ? j->highest - j->next + 1 : 0;
}

/* Leave out the frame that would be next. */
static void drop_next(struct jitter *j)
{
	if (is_here(j, j->next)) {
		slot_of(j, j->next)->full = false;
		j->dropped++;
	}
	j->next++;
}

static enum jitter_put put_stray(struct jitter *j, uint16_t seq, const uint8_t *data, size_t len)
{
	if (j->stray && seq == j->stray_next) {
		jitter_restart(j);
		return jitter_put(j, seq, data, len);
	}
	j->stray = true;
	j->stray_next = seq + 1;
	return JITTER_STRAY;
}

enum jitter_put jitter_put(struct jitter *j, uint16_t seq, const uint8_t *data, size_t len)
{
	struct jitter_slot *s;
	uint64_t ext;
	int16_t ahead;

	if (len > CODEC_MAX_PACKET)
		return JITTER_TOO_LONG;
	if (!j->started)
		begin(j, seq);

	ahead = (int16_t)(seq - (uint16_t)j->highest);
	if (ahead >= JITTER_SLOTS || ahead <= -JITTER_SLOTS)
		return put_stray(j, seq, data, len);
	j->stray = false;
	ext = j->highest + ahead;
	s = slot_of(j, ext);

	if (s->seq == ext) {
		j->duplicates++;
		return JITTER_DUPLICATE;
	}
	if (ext < j->next && j->gathering) {
		/* Nothing has been played: begin with the one that was overtaken. */
		j->next = ext;
	} else if (ext < j->next) {
		j->late++;
		return JITTER_LATE;
	}
	while (ext >= j->next + JITTER_SLOTS)
		drop_next(j);

	if (ext < j->highest)
		j->reordered++;
	else
		j->highest = ext;
	s->seq = ext;
	s->full = true;
	s->len = len;
	memcpy(s->data, data, len);
	return JITTER_QUEUED;
}

/* Delay that was never needed for a whole window is taken back. */
static void trim(struct jitter *j)
{
	unsigned int depth = jitter_depth(j);

	while (depth > JITTER_MAX_DEPTH) {
		drop_next(j);
		depth--;
	}
	if (depth < j->window_min)
		j->window_min = depth;
	if (++j->window < JITTER_TRIM_AFTER)
		return;
	if (j->window_min > JITTER_START)
		drop_next(j);
	new_window(j);
}

static enum jitter_get starve(struct jitter *j)
{
	if (++j->starved >= JITTER_OUTAGE)
		jitter_restart(j);
	return JITTER_CONCEAL;
}

enum jitter_get jitter_get(struct jitter *j, const uint8_t **data, size_t *len)
{
	struct jitter_slot *s;

	if (j->gathering && jitter_depth(j) >= JITTER_START)
		j->gathering = false;
	if (!j->started || j->gathering)
		return j->played ? JITTER_CONCEAL : JITTER_WAIT;

	trim(j);
	if (jitter_depth(j) == 0)
		return starve(j);

	/* What an outage cost was concealed while it lasted: do not pay twice. */
	for (; j->starved > 0 && !is_here(j, j->next); j->starved--)
		j->next++;
	j->starved = 0;
	if (!is_here(j, j->next)) {
		j->next++;
		return JITTER_CONCEAL;
	}

	s = slot_of(j, j->next++);
	s->full = false;
	j->played = true;
	*data = s->data;
	*len = s->len;
	return JITTER_PACKET;
}
