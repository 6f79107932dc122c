/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two people agree on before their first call. Pure but for randomness: no bus.
 *
 * A code is made here: 80 random bits and 20 to find a wrong character by, in the 32
 * characters of the SAS, "ybnd-rfg8-ejkm-cpqx-ot1u". A phrase is what they think of
 * themselves. Both ends make the same secret of it, which is auxsecret of RFC 6189 4.3.
 */
#ifndef CLI_CODE_H
#define CLI_CODE_H

#include <stddef.h>
#include <stdint.h>

#define CODE_SECRET_LEN	32
#define CODE_TEXT_MAX	25	/* five groups of four, and a zero */
#define PHRASE_MIN	16	/* characters, blanks not counted */
#define PHRASE_MAX	512	/* bytes as typed */

/* The caller wipes what is filled by these. */

/** code_make() - A fresh one. */
void code_make(char text[CODE_TEXT_MAX], uint8_t secret[CODE_SECRET_LEN]);

/**
 * code_read() - What a person has typed.
 *
 * Case, blanks, dashes and the look-alikes that the alphabet leaves out (0 for o, l for 1,
 * v for u, 2 for z) are forgiven.
 *
 * Return: 0; -EINVAL if it is no code; -EBADMSG if a character of it is wrong.
 */
int code_read(const char *typed, uint8_t secret[CODE_SECRET_LEN]);

/**
 * phrase_stretch() - Argon2id, 256 MiB: takes about a second, and each guess too.
 *
 * Case of ASCII and how many blanks there are make no difference.
 *
 * Return: 0; -EINVAL if it is shorter than PHRASE_MIN; -ENOMEM.
 */
int phrase_stretch(const char *typed, uint8_t secret[CODE_SECRET_LEN]);

#endif
