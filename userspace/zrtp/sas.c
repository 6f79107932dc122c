// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What two people read to each other, RFC 6189 5.1.6.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "bytes.h"
#include "sas.h"
#include "zrtp.h"

#define B32_HALF_LEN	2

static const char base32_alphabet[] = "ybndrfg8ejkmcpqxot1uwisza345h769";

static char base32(uint32_t bits, int position)
{
	return base32_alphabet[bits >> (27 - 5 * position) & 31];
}

int zrtp_sas_render(enum zrtp_sas_type type, const uint8_t sas_value[4], struct zrtp_sas *out)
{
	uint32_t bits = get_be32(sas_value);

	memset(out, 0, sizeof(*out));
	switch (type) {
	case ZRTP_SAS_B32:	/* leftmost 20 bits */
		for (int i = 0; i < B32_HALF_LEN; i++) {
			out->first[i] = base32(bits, i);
			out->second[i] = base32(bits, B32_HALF_LEN + i);
		}
		return 0;
	case ZRTP_SAS_B256:	/* leftmost 16 bits */
		snprintf(out->first, sizeof(out->first), "%s", zrtp_words_even[sas_value[0]]);
		snprintf(out->second, sizeof(out->second), "%s", zrtp_words_odd[sas_value[1]]);
		return 0;
	}
	return -EINVAL;
}

static char unmistaken(char c)
{
	switch (c) {
	case '0': return 'o';
	case 'l': return '1';
	case 'v': return 'u';
	case '2': return 'z';
	default: return c;
	}
}

/* Lower case without surrounding blanks, zero-padded. False when it does not fit. */
static bool normalise(const char *text, bool b32, char out[ZRTP_SAS_HALF_MAX])
{
	size_t len;

	memset(out, 0, ZRTP_SAS_HALF_MAX);
	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (!len || len >= ZRTP_SAS_HALF_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		out[i] = tolower((unsigned char)text[i]);
		if (b32)
			out[i] = unmistaken(out[i]);
	}
	return true;
}

bool zrtp_sas_half_equal(const char *half, const char *typed)
{
	char a[ZRTP_SAS_HALF_MAX], b[ZRTP_SAS_HALF_MAX];
	bool b32 = strlen(half) == B32_HALF_LEN;	/* no word is that short */

	if (!normalise(half, b32, a) || !normalise(typed, b32, b))
		return false;
	return !sodium_memcmp(a, b, sizeof(a));
}
