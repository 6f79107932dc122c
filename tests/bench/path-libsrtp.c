// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two programs that protect by libsrtp2 themselves.
 */
#include <err.h>
#include <string.h>

#include "libsrtp_end.h"
#include "path.h"

static struct libsrtp_end sender, receiver;

void path_libsrtp_open(const struct path *p)
{
	struct libsrtp_key key = {};

	memcpy(key.key_and_salt, p->key, sizeof(p->key));
	if (srtp_init())
		errx(2, "libsrtp2 does not start");
	if (libsrtp_end_open(&sender, p->profile, &key, false) ||
	    libsrtp_end_open(&receiver, p->profile, &key, true))
		errx(2, "libsrtp2 does not take this profile");
}

void path_libsrtp_protect(uint8_t *data, int *len)
{
	srtp_err_status_t e = libsrtp_end_protect(&sender, false, data, len);

	if (e)
		errx(1, "libsrtp2 does not protect: %d", e);
}

void path_libsrtp_unprotect(uint8_t *data, int *len)
{
	srtp_err_status_t e = libsrtp_end_unprotect(&receiver, false, data, len);

	if (e)
		errx(1, "libsrtp2 does not unprotect: %d", e);
}
