// SPDX-License-Identifier: GPL-2.0-or-later
/* The Hello hash as a text, RFC 6189 8. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "message.h"
#include "negotiate.h"
#include "zrtp.h"

int zrtp_hello_hash_format(const uint8_t hash[ZRTP_HELLO_HASH_LEN], char *buf, size_t len)
{
	char hex[2 * ZRTP_HELLO_HASH_LEN + 1];
	int n;

	sodium_bin2hex(hex, sizeof(hex), hash, ZRTP_HELLO_HASH_LEN);
	n = snprintf(buf, len, "%s %s", ZRTP_VERSION, hex);
	return (size_t)n < len ? 0 : -ENOBUFS;
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

int zrtp_hello_hash_parse(const char *text, uint8_t out[ZRTP_HELLO_HASH_LEN])
{
	size_t token, digits, n;

	text = skip_blanks(text);
	token = strcspn(text, " \t\r\n");
	if (!token || !text[token])
		return -EBADMSG;
	/* A value of another version is one of several: the peer lists ours as well, if it can. */
	if (token < ZRTP_VERSION_COMPARED || token > ZRTP_VERSION_LEN ||
	    zrtp_version_compare((const uint8_t *)text))
		return -EPROTONOSUPPORT;
	text = skip_blanks(text + token);
	digits = strspn(text, "0123456789abcdefABCDEF");
	if (digits != 2 * ZRTP_HELLO_HASH_LEN || text[digits + strspn(text + digits, " \t\r\n")])
		return -EBADMSG;
	return sodium_hex2bin(out, ZRTP_HELLO_HASH_LEN, text, digits, NULL, &n, NULL) ? -EBADMSG : 0;
}
