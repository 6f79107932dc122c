/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of one peer. Pure: no storage here.
 */
#ifndef SOTTOD_PEER_H
#define SOTTOD_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "zrtp.h"

#define PEER_NAME_MAX		65	/* 64 bytes of UTF-8 and a zero */
#define PEER_HINTS_MAX		8
#define PEER_CODE_LEN		32
#define PEER_NEVER_EXPIRES	UINT64_MAX
#define PEER_PACKED_LEN		512	/* one size for all, so that it tells nothing */

/**
 * struct peer - one row
 * @id: row, never used again; 0 for one that is not stored yet
 * @uid: whose peer it is
 * @name: given by Pair(); empty for somebody whom we have talked to but who has
 *	no name yet
 * @hints: where people say that the peer is
 * @last: source of the last authenticated packet; AF_UNSPEC for none
 * @own_zid: what we show to this peer
 * @peer_zid: what the peer shows to us, if @has_zid
 * @tentative: it is not known that the other end has stored @rs1 as well
 * @expires: when @rs1 and @rs2 are void, seconds since 1970
 * @verified: the SAS was compared or, if @by_code, the code that both ends had agreed on
 *	was the same
 * @verified_since: seconds since 1970, if @verified
 * @last_call: seconds since 1970, 0 for none
 * @mismatch: alarm that stands until the SAS is compared
 * @strongest: the best of each part of the suites seen, if @has_suite
 * @code: what both persons have agreed on before the first call, if @has_code: auxsecret,
 *	RFC 6189 4.3. It goes once both ends are known to have a retained secret instead
 * @code_weak: a person has chosen it, so that it may be guessed once it has been used
 *
 * Holds secrets: lives in memory from peer_new(), which is locked and wiped.
 */
struct peer {
	uint64_t id;
	uint32_t uid;
	char name[PEER_NAME_MAX];
	struct sotto_addr hints[PEER_HINTS_MAX];
	size_t n_hints;
	struct sotto_addr last;
	uint8_t own_zid[ZRTP_ZID_LEN];
	uint8_t peer_zid[ZRTP_ZID_LEN];
	bool has_zid;
	uint8_t rs1[ZRTP_SECRET_LEN];
	uint8_t rs2[ZRTP_SECRET_LEN];
	bool has_rs1;
	bool has_rs2;
	bool tentative;
	uint64_t expires;
	bool verified;
	uint64_t verified_since;
	uint64_t last_call;
	bool mismatch;
	bool auto_answer;
	struct zrtp_suite strongest;
	bool has_suite;
	uint8_t code[PEER_CODE_LEN];
	bool has_code;
	bool code_weak;
	bool by_code;
};

/** peer_new() - An empty one with a random own ZID, or NULL; free with peer_free(). */
struct peer *peer_new(void);
void peer_free(struct peer *p);
void peer_freep(struct peer **p);

#define _cleanup_peer_ __attribute__((cleanup(peer_freep)))

/**
 * peer_name_valid() - 1 to 64 bytes of UTF-8 without control characters or outer blanks
 *
 * PERSON or PERSON/DEVICE: each device of a person is a row of its own, with ZIDs, secrets
 * and addresses of its own.
 */
bool peer_name_valid(const char *name);

/** peer_same_person() - Are these names of the same person, whatever the device? */
bool peer_same_person(const char *a, const char *b);

/** peer_has_host() - Is this one of the addresses where we look for the peer? Proves nothing. */
bool peer_has_host(const struct peer *p, const struct sotto_addr *addr);

/** peer_secrets() - What the ZRTP engine needs; the caller wipes @out. @now: s since 1970 */
void peer_secrets(const struct peer *p, uint64_t now, struct zrtp_peer *out);

/** peer_agree_code() - @code is what to meet with; NULL: none any more. */
void peer_agree_code(struct peer *p, const uint8_t *code, bool weak);

/** peer_pack() - For the store; little endian, the same on every machine. */
void peer_pack(const struct peer *p, uint8_t out[PEER_PACKED_LEN]);

/** peer_unpack() - Return: 0, or -EBADMSG. @p keeps its id. */
int peer_unpack(struct peer *p, const uint8_t in[PEER_PACKED_LEN]);

/** suite_weaker() - Is @a weaker than @b in any respect? */
bool suite_weaker(const struct zrtp_suite *a, const struct zrtp_suite *b);

/**
 * suite_raise() - @best is the strongest of each part by now, @seen among them.
 *
 * By part, since of two suites neither need be the stronger: whoever has been seen with
 * both a longer key and a longer tag, though never at once, gets no alarm only if neither
 * has become shorter.
 */
void suite_raise(struct zrtp_suite *best, const struct zrtp_suite *seen);

#endif
