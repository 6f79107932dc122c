/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a fuzz target is given, taken piece by piece; behind its end there are zeros. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

/* Up to @max octets, how many says the input. Return: how many. */
static inline size_t take_some(struct input *in, void *out, size_t max)
{
	size_t n = take(in) | (max > UINT8_MAX ? take(in) << 8 : 0);

	n = n < max ? n : max;
	n = n < in->left ? n : in->left;
	memcpy(out, in->at, n);
	in->at += n;
	in->left -= n;
	return n;
}

#endif
