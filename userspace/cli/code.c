// SPDX-License-Identifier: GPL-2.0-or-later
#include "code.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#define RANDOM_LEN	10
#define RANDOM_CHARS	16
#define CHECK_CHARS	4
#define CHARS		(RANDOM_CHARS + CHECK_CHARS)
#define GROUP		4
#define BITS		5
#define BYTES		13	/* that CHARS characters take, the last not full */

/* Both ends have to come to the same: these are part of the format. */
static const char code_key[] = "sotto pairing code 1: the secret";
static const char check_key[] = "sotto pairing code 1: the check ";
static const char phrase_salt[] = "sotto phrase 1  ";

_Static_assert(RANDOM_LEN * 8 == RANDOM_CHARS * BITS, "no bit is left over");
_Static_assert(CODE_TEXT_MAX == CHARS + CHARS / GROUP, "dashes between, a zero at the end");
_Static_assert(sizeof(phrase_salt) - 1 == crypto_pwhash_SALTBYTES, "length of a salt");

static const char alphabet[] = "ybndrfg8ejkmcpqxot1uwisza345h769";

/* Random bits and the first bits of a hash of them; fills @bytes behind RANDOM_LEN. */
static void add_check(uint8_t bytes[BYTES])
{
	uint8_t hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof(hash), bytes, RANDOM_LEN, (const uint8_t *)check_key,
			   sizeof(check_key) - 1);
	memcpy(bytes + RANDOM_LEN, hash, BYTES - RANDOM_LEN);
	bytes[BYTES - 1] &= 0xf0;	/* 20 bits */
	sodium_memzero(hash, sizeof(hash));
}

static void make_secret(const uint8_t bytes[BYTES], uint8_t secret[CODE_SECRET_LEN])
{
	crypto_generichash(secret, CODE_SECRET_LEN, bytes, RANDOM_LEN, (const uint8_t *)code_key,
			   sizeof(code_key) - 1);
}

static unsigned int bits_at(const uint8_t bytes[BYTES], size_t i)
{
	size_t at = i * BITS;
	unsigned int two = bytes[at / 8] << 8 | (at / 8 + 1 < BYTES ? bytes[at / 8 + 1] : 0);

	return two >> (16 - BITS - at % 8) & 31;
}

void code_make(char text[CODE_TEXT_MAX], uint8_t secret[CODE_SECRET_LEN])
{
	uint8_t bytes[BYTES];

	randombytes_buf(bytes, RANDOM_LEN);
	add_check(bytes);
	for (size_t i = 0; i < CHARS; i++) {
		*text++ = alphabet[bits_at(bytes, i)];
		if (i % GROUP == GROUP - 1)
			*text++ = '-';
	}
	text[-1] = '\0';
	make_secret(bytes, secret);
	sodium_memzero(bytes, sizeof(bytes));
}

static char unmistaken(char c)
{
	static const char mistaken[] = "0lv2", meant[] = "o1uz";
	const char *at;

	c = tolower((unsigned char)c);
	at = strchr(mistaken, c);
	return at && c ? meant[at - mistaken] : c;
}

static bool take_bits(const char *typed, uint8_t bytes[BYTES])
{
	const char *found;
	size_t n = 0;

	memset(bytes, 0, BYTES);
	for (; *typed; typed++) {
		if (*typed == '-' || isspace((unsigned char)*typed))
			continue;
		found = strchr(alphabet, unmistaken(*typed));
		if (!found || n == CHARS)
			return false;
		for (size_t bit = 0; bit < BITS; bit++)
			if ((found - alphabet) >> (BITS - 1 - bit) & 1)
				bytes[(n * BITS + bit) / 8] |= 0x80 >> (n * BITS + bit) % 8;
		n++;
	}
	return n == CHARS;
}

int code_read(const char *typed, uint8_t secret[CODE_SECRET_LEN])
{
	uint8_t bytes[BYTES], right[BYTES];
	int r = take_bits(typed, bytes) ? 0 : -EINVAL;

	memcpy(right, bytes, sizeof(right));
	add_check(right);
	if (!r && sodium_memcmp(bytes, right, sizeof(bytes)))
		r = -EBADMSG;
	if (!r)
		make_secret(bytes, secret);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(right, sizeof(right));
	return r;
}

/* Lower case, one blank between words. Return: how many characters are no blanks. */
static size_t normalise(const char *typed, char out[PHRASE_MAX], size_t *len)
{
	size_t n = 0, characters = 0;

	for (; *typed && n < PHRASE_MAX - 2; typed++) {
		if (isspace((unsigned char)*typed))
			continue;
		if (n && isspace((unsigned char)typed[-1]))
			out[n++] = ' ';
		characters += (*typed & 0xc0) != 0x80;	/* of UTF-8, its first byte */
		out[n++] = isascii(*typed) ? tolower(*typed) : *typed;
	}
	*len = n;
	return characters;
}

int phrase_stretch(const char *typed, uint8_t secret[CODE_SECRET_LEN])
{
	char phrase[PHRASE_MAX];
	size_t len;
	int r = normalise(typed, phrase, &len) < PHRASE_MIN ? -EINVAL : 0;

	/* Nothing else is known to both ends yet that could be the salt. */
	if (!r && crypto_pwhash(secret, CODE_SECRET_LEN, phrase, len, (const uint8_t *)phrase_salt,
				crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
				crypto_pwhash_ALG_ARGON2ID13))
		r = -ENOMEM;
	sodium_memzero(phrase, sizeof(phrase));
	return r;
}
