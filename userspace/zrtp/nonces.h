/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZRTP_NONCES_H
#define ZRTP_NONCES_H

#include <stdbool.h>

#include "zrtp.h"

/** zrtp_master_has_spent() - Was the nonce used on a stream of the call? RFC 6189 4.4.3. */
bool zrtp_master_has_spent(const struct zrtp_master *master, const uint8_t nonce[ZRTP_NONCE_LEN]);

#endif
