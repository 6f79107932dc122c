/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Confirm1 and Confirm2 sealed and opened, RFC 6189 4.6, 5.7; and SASrelay, which is sealed
 * alike, opened, 5.13.
 */
#ifndef ZRTP_CONFIRM_H
#define ZRTP_CONFIRM_H

#include "keys.h"
#include "message.h"

/**
 * zrtp_confirm_seal() - Build a whole Confirm message.
 * @sender: whose keys are used; it decides between Confirm1 and Confirm2
 *
 * Return: length of the message in @buf, -ENOBUFS, -EIO.
 */
int zrtp_confirm_seal(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		      enum zrtp_role sender, const uint8_t iv[ZRTP_IV_LEN],
		      const struct zrtp_confirm_body *body, uint8_t *buf, size_t size);

/**
 * zrtp_confirm_open() - Check confirm_mac and decrypt.
 *
 * Return: 0; -EACCES for a wrong MAC; -EBADMSG for what is malformed on the
 * wire; -EPROTO for what is malformed although its MAC is right; -EIO.
 */
int zrtp_confirm_open(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		      enum zrtp_role sender, const uint8_t *msg, size_t len,
		      struct zrtp_confirm_body *body);

/** zrtp_relay_open() - As zrtp_confirm_open(), of SASrelay. */
int zrtp_relay_open(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		    enum zrtp_role sender, const uint8_t *msg, size_t len,
		    struct zrtp_relay_body *body);

#endif /* ZRTP_CONFIRM_H */
