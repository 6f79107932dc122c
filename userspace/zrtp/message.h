/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ZRTP messages, RFC 6189 5.1 to 5.16: bytes to structs and back.
 *
 * Pure functions over (pointer, length). A parser accepts exactly the lengths
 * that the RFC allows and fills views that point into its input; it decides
 * nothing about meaning. A builder writes a whole message, its MAC too when it
 * ends in one, and returns its length, or -ENOBUFS.
 */
#ifndef ZRTP_MESSAGE_H
#define ZRTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zrtp.h"

#define ZRTP_MESSAGE_HEADER_LEN	12	/* preamble, length, type block */
#define ZRTP_VERSION		"1.10"
#define ZRTP_VERSION_LEN	4
#define ZRTP_VERSION_COMPARED	3	/* RFC 6189 4.1.1: the last octet is ignored */
#define ZRTP_BLOCK_LEN		4	/* algorithm type blocks */
#define ZRTP_IMAGE_LEN		32	/* hash images H0..H3 */
#define ZRTP_HVI_LEN		32
#define ZRTP_MAC_LEN		8
#define ZRTP_SECRET_ID_LEN	8
#define ZRTP_IV_LEN		16
#define ZRTP_SASHASH_LEN	32
#define ZRTP_ENDPOINT_HASH_LEN	8
#define ZRTP_PV_MAX		384	/* DH3k */

#define ZRTP_HELLO_MAX		(88 + 5 * ZRTP_ALGOS_MAX * ZRTP_BLOCK_LEN)
#define ZRTP_COMMIT_LEN		116	/* DH form, the longest */
#define ZRTP_MULT_BLOCK		"Mult"	/* in Hello and Commit, the agreement of 4.4.3 */
#define ZRTP_PRSH_BLOCK		"Prsh"	/* and of 4.4.2 */
#define ZRTP_KEY_ID_LEN		8	/* in Commit of the latter */
#define ZRTP_DHPART_OVERHEAD	84	/* 21 words besides the public value */
#define ZRTP_DHPART_MAX		(ZRTP_DHPART_OVERHEAD + ZRTP_PV_MAX)
#define ZRTP_CONFIRM_CLEAR_LEN	36	/* up to the encrypted part */
#define ZRTP_CONFIRM_BODY_LEN	40	/* encrypted part without a signature */
#define ZRTP_CONFIRM_LEN	(ZRTP_CONFIRM_CLEAR_LEN + ZRTP_CONFIRM_BODY_LEN)
#define ZRTP_SIGNATURE_MAX	(511 * 4)
#define ZRTP_CONFIRM_BODY_MAX	(ZRTP_CONFIRM_BODY_LEN + ZRTP_SIGNATURE_MAX)
#define ZRTP_ERROR_LEN		16
#define ZRTP_GOCLEAR_LEN	20
#define ZRTP_PING_ACK_LEN	36

/* The order of the type blocks in Hello and Commit. */
enum zrtp_kind {
	ZRTP_KIND_HASH,
	ZRTP_KIND_CIPHER,
	ZRTP_KIND_AUTH_TAG,
	ZRTP_KIND_AGREEMENT,
	ZRTP_KIND_SAS,
	ZRTP_KINDS
};

enum zrtp_message {
	ZRTP_MSG_HELLO,
	ZRTP_MSG_HELLO_ACK,
	ZRTP_MSG_COMMIT,
	ZRTP_MSG_DHPART1,
	ZRTP_MSG_DHPART2,
	ZRTP_MSG_CONFIRM1,
	ZRTP_MSG_CONFIRM2,
	ZRTP_MSG_CONF2ACK,
	ZRTP_MSG_ERROR,
	ZRTP_MSG_ERROR_ACK,
	ZRTP_MSG_GOCLEAR,
	ZRTP_MSG_CLEAR_ACK,
	ZRTP_MSG_SASRELAY,
	ZRTP_MSG_RELAY_ACK,
	ZRTP_MSG_PING,
	ZRTP_MSG_PING_ACK,
	ZRTP_MESSAGES
};

/**
 * struct zrtp_hello - RFC 6189 5.2
 * @blocks: per kind, @counts type blocks of 4 octets each
 */
struct zrtp_hello {
	const uint8_t *version;
	const uint8_t *client_id;
	const uint8_t *h3;
	const uint8_t *zid;
	bool signature, mitm, passive;
	const uint8_t *blocks[ZRTP_KINDS];
	uint8_t counts[ZRTP_KINDS];
	const uint8_t *mac;
};

/* Which of the three forms of RFC 6189 5.4, told by the key agreement block. */
enum zrtp_commit_form { ZRTP_COMMIT_DH, ZRTP_COMMIT_MULT, ZRTP_COMMIT_PRSH };

/**
 * struct zrtp_commit - RFC 6189 5.4
 * @blocks: the chosen algorithms
 * @hvi: the commitment; NULL in the other two forms
 * @nonce: in the other two forms
 * @key_id: in the Prsh form
 */
struct zrtp_commit {
	enum zrtp_commit_form form;
	const uint8_t *h2;
	const uint8_t *zid;
	const uint8_t *blocks[ZRTP_KINDS];
	const uint8_t *hvi;
	const uint8_t *nonce;
	const uint8_t *key_id;
	const uint8_t *mac;
};

/** struct zrtp_secret_ids - non-invertible hashes of the shared secrets, 4.3.1 */
struct zrtp_secret_ids {
	uint8_t rs1[ZRTP_SECRET_ID_LEN];
	uint8_t rs2[ZRTP_SECRET_ID_LEN];
	uint8_t aux[ZRTP_SECRET_ID_LEN];
	uint8_t pbx[ZRTP_SECRET_ID_LEN];
};

/** struct zrtp_dhpart - DHPart1 and DHPart2, RFC 6189 5.5, 5.6 */
struct zrtp_dhpart {
	const uint8_t *h1;
	struct zrtp_secret_ids ids;
	const uint8_t *pv;
	size_t pv_len;
	const uint8_t *mac;
};

/**
 * struct zrtp_confirm - Confirm1, Confirm2 and SASrelay as they are on the wire, 5.7, 5.13
 * @body: the encrypted part, covered by @mac
 */
struct zrtp_confirm {
	const uint8_t *mac;
	const uint8_t *iv;
	const uint8_t *body;
	size_t body_len;
};

/** struct zrtp_confirm_body - what is inside, after decryption */
struct zrtp_confirm_body {
	uint8_t h0[ZRTP_IMAGE_LEN];
	bool enrollment, verified, allow_clear, disclosure;
	uint32_t expiry_s;
	uint16_t signature_words;	/* of a signature that was skipped, its type included */
};

/**
 * struct zrtp_relay_body - what is inside of SASrelay, RFC 6189 5.13; else as Confirm
 * @scheme: SAS type block
 */
struct zrtp_relay_body {
	bool verified, allow_clear, disclosure;
	uint8_t scheme[ZRTP_BLOCK_LEN];
	uint8_t sashash[ZRTP_SASHASH_LEN];
	uint16_t signature_words;
};

/** struct zrtp_ping - RFC 6189 5.15 */
struct zrtp_ping {
	const uint8_t *version;
	const uint8_t *endpoint_hash;
};

/** zrtp_message_type() - Check preamble and length field, name the type. 0 or -EBADMSG. */
int zrtp_message_type(const uint8_t *msg, size_t len, enum zrtp_message *type);

/** zrtp_message_name() - For traces: "DHPart1". */
const char *zrtp_message_name(enum zrtp_message type);

/*
 * Each returns 0 or -EBADMSG; @msg has passed zrtp_message_type().
 */
int zrtp_hello_version(const uint8_t *msg, size_t len, const uint8_t **version);
int zrtp_hello_parse(const uint8_t *msg, size_t len, struct zrtp_hello *out);
int zrtp_commit_parse(const uint8_t *msg, size_t len, struct zrtp_commit *out);
int zrtp_dhpart_parse(const uint8_t *msg, size_t len, size_t pv_len, struct zrtp_dhpart *out);
int zrtp_confirm_parse(const uint8_t *msg, size_t len, struct zrtp_confirm *out);
int zrtp_confirm_body_parse(const uint8_t *body, size_t len, struct zrtp_confirm_body *out);
int zrtp_relay_body_parse(const uint8_t *body, size_t len, struct zrtp_relay_body *out);
int zrtp_error_parse(const uint8_t *msg, size_t len, uint32_t *code);
int zrtp_goclear_parse(const uint8_t *msg, size_t len, const uint8_t **mac);
int zrtp_ping_parse(const uint8_t *msg, size_t len, struct zrtp_ping *out);

/*
 * @key of the first three is the hash image that keys the message's MAC.
 */
int zrtp_hello_build(uint8_t *buf, size_t size, const struct zrtp_hello *hello, const uint8_t *key);
int zrtp_commit_build(uint8_t *buf, size_t size, const struct zrtp_commit *commit,
		      const uint8_t *key);
int zrtp_dhpart_build(uint8_t *buf, size_t size, enum zrtp_message type,
		      const struct zrtp_dhpart *part, const uint8_t *key);
int zrtp_confirm_build(uint8_t *buf, size_t size, enum zrtp_message type,
		       const struct zrtp_confirm *confirm);
int zrtp_confirm_body_build(uint8_t *buf, size_t size, const struct zrtp_confirm_body *body);
int zrtp_error_build(uint8_t *buf, size_t size, uint32_t code);
int zrtp_goclear_build(uint8_t *buf, size_t size, const uint8_t mac[ZRTP_MAC_LEN]);
int zrtp_ping_ack_build(uint8_t *buf, size_t size, const uint8_t *own_hash,
			const uint8_t *ping_hash, uint32_t ping_ssrc);
/** zrtp_ack_build() - The messages that are a type block and nothing else. */
int zrtp_ack_build(uint8_t *buf, size_t size, enum zrtp_message type);

#endif /* ZRTP_MESSAGE_H */
