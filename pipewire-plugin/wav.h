/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_WAV_H
#define SOTTO_PLUGIN_WAV_H

#include <stddef.h>

/**
 * wav_read() - read a WAV file as mono at 48 kHz
 * @path: RIFF file with 16-bit PCM, any rate and number of channels
 * @samples: set to the samples, -1..1; the caller frees them
 * @n: set to their number
 *
 * Channels are averaged, other rates interpolated linearly: enough for speech.
 * Return: 0, -EBADMSG for what is no such file, or another negative errno.
 */
int wav_read(const char *path, float **samples, size_t *n);

/**
 * wav_write() - write mono 16-bit PCM at 48 kHz
 * @path: file, replaced
 * @samples: -1..1, clipped
 * @n: how many
 *
 * Return: 0 or a negative errno.
 */
int wav_write(const char *path, const float *samples, size_t n);

#endif
