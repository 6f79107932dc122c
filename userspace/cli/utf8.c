// SPDX-License-Identifier: GPL-2.0-or-later
#include "utf8.h"

/* Leading byte @first: how many follow, what it adds, and the least that may come out. */
static size_t lead(uint8_t first, uint32_t *bits, uint32_t *least)
{
	if (first >= 0xc2 && first <= 0xdf) {
		*bits = first & 0x1f;
		*least = 0x80;
		return 1;
	}
	if (first >= 0xe0 && first <= 0xef) {
		*bits = first & 0x0f;
		*least = 0x800;
		return 2;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*bits = first & 0x07;
		*least = 0x10000;
		return 3;
	}
	return 0;
}

size_t utf8_next(const char *text, uint32_t *c)
{
	const uint8_t *p = (const uint8_t *)text;
	uint32_t bits, least;
	size_t more;

	if (*p < 0x80) {
		*c = *p;
		return 1;
	}
	*c = UTF8_BAD;
	more = lead(*p, &bits, &least);
	if (!more)
		return 1;
	/* The terminating zero is no continuation: this never reads behind it. */
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		bits = bits << 6 | (p[i] & 0x3f);
	}
	if (bits < least || bits > 0x10ffff || (bits >= 0xd800 && bits <= 0xdfff))
		return 1;
	*c = bits;
	return more + 1;
}

bool utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

bool utf8_is_unseen(uint32_t c)
{
	return c == 0x061c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}
