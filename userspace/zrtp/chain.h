/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash chain that ties the messages of one side together, RFC 6189 9.
 *
 * Always SHA-256 and HMAC-SHA-256, whatever is negotiated (5.1.2.2). These
 * cannot fail and allocate nothing: they are used before the other side has
 * proven anything.
 */
#ifndef ZRTP_CHAIN_H
#define ZRTP_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

/** struct zrtp_chain - H0 and what follows from it; h[0] stays secret until Confirm */
struct zrtp_chain {
	uint8_t h[4][ZRTP_IMAGE_LEN];
};

/** zrtp_chain_init() - H0 is given, random; H1 to H3 are computed. */
void zrtp_chain_init(struct zrtp_chain *chain, const uint8_t h0[ZRTP_IMAGE_LEN]);

/** zrtp_chain_next() - The image of @preimage. @out may be @preimage. */
void zrtp_chain_next(const uint8_t preimage[ZRTP_IMAGE_LEN], uint8_t out[ZRTP_IMAGE_LEN]);

/** zrtp_chain_leads() - Does hashing @preimage @steps times give @image? */
bool zrtp_chain_leads(const uint8_t *preimage, int steps, const uint8_t *image);

/** zrtp_chain_mac() - The 64-bit MAC that ends Hello, Commit and DHPart. */
void zrtp_chain_mac(const uint8_t key[ZRTP_IMAGE_LEN], const uint8_t *msg, size_t len,
		    uint8_t out[ZRTP_MAC_LEN]);

/** zrtp_chain_mac_valid() - Check the MAC in the last octets of the whole message. */
bool zrtp_chain_mac_valid(const uint8_t key[ZRTP_IMAGE_LEN], const uint8_t *msg, size_t len);

#endif /* ZRTP_CHAIN_H */
