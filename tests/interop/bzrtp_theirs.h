/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libbzrtp behind an interface of ours: its header defines names that zrtp.h
 * defines too, so no file can include both.
 */
#ifndef BZRTP_THEIRS_H
#define BZRTP_THEIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THEIR_SAS_MAX	64

/** struct their_offer - the one algorithm of each kind that they offer, wire names */
struct their_offer {
	char hash[5], cipher[5], auth_tag[5], agreement[5], sas_type[5];
};

struct their_end {
	void *context;
	void *cache;		/* SQLite; outlives the calls */
	void (*send)(void *arg, const uint8_t *data, size_t len);
	void *arg;
	uint8_t aux[32];	/* auxsecret; set before the call */
	size_t aux_len;
	bool aux_matched;
	uint8_t tx_key[32], tx_salt[14], rx_key[32], rx_salt[14];
	uint8_t key_len, salt_len;
	bool short_tag;		/* HS32 was agreed on, not HS80 */
	char sas[THEIR_SAS_MAX];
	bool secure;
	bool more_secure;	/* the second stream, if there is one */
	bool has_more;
	uint32_t ssrc;		/* of the stream that packets are for */
	bool cache_mismatch;
	bool verified;
};

enum their_kind { THEIR_HASH, THEIR_CIPHER, THEIR_AUTH_TAG, THEIR_AGREEMENT, THEIR_SAS };

/** they_know() - Has the installed libbzrtp the algorithm with that wire name? */
bool they_know(enum their_kind kind, const char *name);

/** their_open() - @cache: SQLite file of retained secrets, or ":memory:" */
void their_open(struct their_end *t, const char *cache);
void their_close(struct their_end *t);
/** their_start() - A new engine that says Hello. @now in ms. */
void their_start(struct their_end *t, const struct their_offer *offer, uint64_t now);
/** their_more() - A second stream of the same call, which says Hello. */
void their_more(struct their_end *t, uint64_t now);
/** their_stream() - The same, as an end of its own: @more has its packets, keys and time. */
void their_stream(struct their_end *t, struct their_end *more, uint64_t now);
/** their_packet() - For the stream that was begun last. */
void their_packet(struct their_end *t, uint8_t *data, size_t len);
void their_tick(struct their_end *t, uint64_t now);
/** their_hello_hash() - As their signalling would carry it: version and digits. */
void their_hello_hash(struct their_end *t, char *out, size_t size);
/** their_expect_hello() - What the signalling says of ours. */
void their_expect_hello(struct their_end *t, const char *text);
/** their_sas_is_right() - The person compared it. */
void their_sas_is_right(struct their_end *t);

/** their_sas_words(), their_sas_base32() - libbzrtp's own rendering of a SAS. */
void their_sas_words(uint32_t bits, char *out, int size);
void their_sas_base32(uint32_t bits, char *out, int size);

#endif /* BZRTP_THEIRS_H */
