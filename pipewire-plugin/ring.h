/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_RING_H
#define SOTTO_PLUGIN_RING_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <spa/utils/ringbuffer.h>

#define RING_SAMPLES 32768u	/* 683 ms at 48 kHz, a power of two */

/**
 * struct ring - samples from one thread to one other, without locks
 *
 * One thread calls ring_write(), one other ring_read() and ring_drop().
 * None of them waits, allocates or makes a system call.
 */
struct ring {
	struct spa_ringbuffer index;
	float samples[RING_SAMPLES];
};

static inline void ring_init(struct ring *r)
{
	spa_ringbuffer_init(&r->index);
}

/** ring_wipe() - overwrite the samples; nobody uses the ring any more */
static inline void ring_wipe(struct ring *r)
{
	explicit_bzero(r->samples, sizeof(r->samples));
}

/** ring_level() - samples that can be read now; either side may ask */
static inline uint32_t ring_level(struct ring *r)
{
	uint32_t index;
	int32_t level = spa_ringbuffer_get_read_index(&r->index, &index);

	return level > 0 ? level : 0;
}

/**
 * ring_write() - add samples
 *
 * Return: how many were taken; less than @n when the ring is full.
 */
static inline uint32_t ring_write(struct ring *r, const float *samples, uint32_t n)
{
	uint32_t index;
	uint32_t room = RING_SAMPLES - spa_ringbuffer_get_write_index(&r->index, &index);

	if (n > room)
		n = room;
	spa_ringbuffer_write_data(&r->index, r->samples, sizeof(r->samples),
				  index % RING_SAMPLES * sizeof(float),
				  samples, n * sizeof(float));
	spa_ringbuffer_write_update(&r->index, index + n);
	return n;
}

/**
 * ring_read() - take samples
 *
 * Return: how many there were; the rest of @samples is silence.
 */
static inline uint32_t ring_read(struct ring *r, float *samples, uint32_t n)
{
	uint32_t index;
	int32_t level = spa_ringbuffer_get_read_index(&r->index, &index);
	uint32_t got = level < 0 ? 0 : (uint32_t)level < n ? (uint32_t)level : n;

	spa_ringbuffer_read_data(&r->index, r->samples, sizeof(r->samples),
				 index % RING_SAMPLES * sizeof(float),
				 samples, got * sizeof(float));
	spa_ringbuffer_read_update(&r->index, index + got);
	memset(samples + got, 0, (n - got) * sizeof(float));
	return got;
}

/** ring_drop() - the reader throws away up to @n samples */
static inline void ring_drop(struct ring *r, uint32_t n)
{
	uint32_t index;
	int32_t level = spa_ringbuffer_get_read_index(&r->index, &index);

	if (level > 0)
		spa_ringbuffer_read_update(&r->index, index + SPA_MIN(n, (uint32_t)level));
}

#endif
