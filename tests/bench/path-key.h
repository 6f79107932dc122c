/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bench-path and rtpengine-control agree about: a stream, and a key for it that
 * protects nothing.
 */
#ifndef BENCH_PATH_KEY_H
#define BENCH_PATH_KEY_H

#define PATH_PORT		7000
#define PATH_SSRC		0x50110000
#define PATH_PAYLOAD_TYPE	96

#define PATH_MASTER_LEN		16
#define PATH_KEY_LEN		30
/* rtpengine's master key and salt, one behind the other. */
#define PATH_KEY		"a key of sixteen, a salt of 14"

#endif /* BENCH_PATH_KEY_H */
