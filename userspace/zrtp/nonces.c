// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nonces that the streams of a call have used. A file of its own: sottod keeps them
 * for its calls, and links nothing else of the protocol.
 */
#include <string.h>

#include "nonces.h"

bool zrtp_master_has_spent(const struct zrtp_master *master, const uint8_t nonce[ZRTP_NONCE_LEN])
{
	for (int i = 0; i < master->n_nonces; i++)
		if (!memcmp(master->nonces[i], nonce, ZRTP_NONCE_LEN))
			return true;
	return false;
}

void zrtp_master_spend(struct zrtp_master *master, const uint8_t nonce[ZRTP_NONCE_LEN])
{
	if (zrtp_master_has_spent(master, nonce))
		return;
	if (master->n_nonces == ZRTP_NONCES_KEPT)
		memmove(master->nonces[0], master->nonces[1],
			sizeof(master->nonces) - sizeof(master->nonces[0]));
	else
		master->n_nonces++;
	memcpy(master->nonces[master->n_nonces - 1], nonce, ZRTP_NONCE_LEN);
}
