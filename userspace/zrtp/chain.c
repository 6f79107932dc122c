// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash chain that ties the messages of one side together, RFC 6189 9.
 */
#include <string.h>

#include <sodium.h>

#include "chain.h"

void zrtp_chain_next(const uint8_t preimage[ZRTP_IMAGE_LEN], uint8_t out[ZRTP_IMAGE_LEN])
{
	crypto_hash_sha256(out, preimage, ZRTP_IMAGE_LEN);
}

void zrtp_chain_init(struct zrtp_chain *chain, const uint8_t h0[ZRTP_IMAGE_LEN])
{
	memcpy(chain->h[0], h0, ZRTP_IMAGE_LEN);
	for (int i = 1; i < 4; i++)
		zrtp_chain_next(chain->h[i - 1], chain->h[i]);
}

bool zrtp_chain_leads(const uint8_t *preimage, int steps, const uint8_t *image)
{
	uint8_t h[ZRTP_IMAGE_LEN];

	memcpy(h, preimage, ZRTP_IMAGE_LEN);
	while (steps--)
		zrtp_chain_next(h, h);
	return !sodium_memcmp(h, image, ZRTP_IMAGE_LEN);
}

void zrtp_chain_mac(const uint8_t key[ZRTP_IMAGE_LEN], const uint8_t *msg, size_t len,
		    uint8_t out[ZRTP_MAC_LEN])
{
	uint8_t full[crypto_auth_hmacsha256_BYTES];

	_Static_assert(crypto_auth_hmacsha256_KEYBYTES == ZRTP_IMAGE_LEN, "a hash image is the key");
	crypto_auth_hmacsha256(full, msg, len, key);
	memcpy(out, full, ZRTP_MAC_LEN);
}

bool zrtp_chain_mac_valid(const uint8_t key[ZRTP_IMAGE_LEN], const uint8_t *msg, size_t len)
{
	uint8_t mac[ZRTP_MAC_LEN];

	if (len < ZRTP_MAC_LEN)
		return false;
	zrtp_chain_mac(key, msg, len - ZRTP_MAC_LEN, mac);
	return !sodium_memcmp(mac, msg + len - ZRTP_MAC_LEN, ZRTP_MAC_LEN);
}
