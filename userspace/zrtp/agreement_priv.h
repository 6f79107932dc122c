/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pair of functions for each family of key agreements. *_public() makes @dh->secret
 * a valid one, of what was random, and @dh->pv of it; *_derive() is zrtp_dh_derive().
 */
#ifndef ZRTP_AGREEMENT_PRIV_H
#define ZRTP_AGREEMENT_PRIV_H

#include "agreement.h"

int zrtp_dh3k_public(struct zrtp_dh *dh);
int zrtp_dh3k_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result);

int zrtp_ec_public(struct zrtp_dh *dh);
int zrtp_ec_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result);

#endif /* ZRTP_AGREEMENT_PRIV_H */
