// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zrtp-cost AGREEMENT ROLE TIMES: so many exchanges between one engine of ours, in that
 * role, and one libbzrtp, for callgrind to count either: zrtp_session_*() or their_*().
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bzrtp_link.h"

int main(int argc, char **argv)
{
	struct zrtp_suite suite = {
		ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32,
	};
	static struct link link;
	enum zrtp_role role;

	if (argc != 4)
		errx(2, "usage: zrtp-cost X255|DH3k initiator|responder TIMES");
	if (!strcmp(argv[1], "DH3k"))
		suite.agreement = ZRTP_KA_DH3K;
	role = strcmp(argv[2], "initiator") ? ZRTP_ROLE_RESPONDER : ZRTP_ROLE_INITIATOR;
	for (int i = atoi(argv[3]); i; i--) {
		/* Without retained secrets: each is a first call. */
		link_open(&link);
		link_call(&link, &suite, role, i);
		if (!link.us.secure || !link.them.secure || link.us.secured.secure.role != role ||
		    memcmp(link.us.tx.key, link.them.rx_key, link.us.tx.key_len))
			errx(1, "the exchange has failed");
		link_close(&link);
	}
	return 0;
}
