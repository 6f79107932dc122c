/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PGP word list, the public standard that RFC 6189 5.1.6 points to.
 */
#ifndef ZRTP_SAS_H
#define ZRTP_SAS_H

extern const char *const zrtp_words_even[256];	/* two syllables: first, third, ... octet */
extern const char *const zrtp_words_odd[256];	/* three syllables */

#endif /* ZRTP_SAS_H */
