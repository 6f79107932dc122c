/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_HASHLOG_H
#define SOTTO_PLUGIN_HASHLOG_H

#include <stddef.h>
#include <stdint.h>

/*
 * The demo's question is whether anything that was handed to the socket is
 * found on the wire. It is answered without writing speech to disk: one line
 * per packet, the SHA-256 of its plaintext in hex, its length, and what it is.
 *
 *	e3b0c442...b855 80 rtp
 *
 * For RTP that is the payload, for RTCP what follows the first 8 bytes: the
 * parts that SRTP encrypts.
 */
struct hashlog;

/**
 * hashlog_open() - append to a log
 * @path: file, made with mode 0600 if it is not there
 * @out: set to the log; the caller frees it with hashlog_close()
 *
 * Return: 0 or a negative errno.
 */
int hashlog_open(const char *path, struct hashlog **out);
void hashlog_close(struct hashlog *h);

/**
 * hashlog_add() - one line
 * @h: log, or NULL to do nothing
 * @kind: "rtp" or "rtcp"
 * @data: plaintext
 * @len: its length in bytes
 *
 * Several threads may call it: a line is one write.
 * Return: 0 or a negative errno.
 */
int hashlog_add(struct hashlog *h, const char *kind, const uint8_t *data, size_t len);

#endif
