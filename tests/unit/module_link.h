/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sessions that share a key, and packets to send from one to the other.
 */
#ifndef SOTTO_MODULE_LINK_H
#define SOTTO_MODULE_LINK_H

#include "kshim.h"
#include "kdf.h"
#include "session.h"
#include "srtp.h"

#define PACKET_ROOM	2048
#define TEST_SSRC	0xcafebabe

struct test_packet {
	bool rtcp;
	unsigned int len;
	u8 data[PACKET_ROOM];
};

/* A master key with its salt; no two are equal. */
struct test_key {
	enum sotto_profile profile;
	u8 master[SOTTO_KEY_LEN_MAX];
	u8 salt[SOTTO_SALT_LEN_MAX];
	unsigned int mki_len;
	u8 mki[SOTTO_MKI_MAX];
};

struct test_link {
	struct sotto_session tx;	/* sends */
	struct sotto_session rx;	/* receives */
	struct test_key key;		/* the newest */
};

void test_key_make(struct test_key *key, enum sotto_profile profile, unsigned int mki_len);
int test_key_install(struct sotto_session *s, enum sotto_dir dir, const struct test_key *key);

/* Both ends with one current key. */
void test_link_open(struct test_link *l, enum sotto_profile profile, unsigned int mki_len);
/* The same, with options that both ends have. */
void test_link_open_with(struct test_link *l, enum sotto_profile profile, unsigned int mki_len,
			 const struct sotto_options *options);
/* Runs @fn on such a link for every profile, without MKI and with one. */
void test_each_profile(const struct sotto_options *options, void (*fn)(struct test_link *l));
/* A fresh key at both ends, current at once. */
void test_link_rekey(struct test_link *l, enum sotto_profile profile, unsigned int mki_len);
void test_link_close(struct test_link *l);
/* Both ends with these options; the key that follows has them. */
void test_link_options(struct test_link *l, const struct sotto_options *options);

void test_rtp(struct test_packet *pkt, u32 ssrc, u16 seq, unsigned int payload_len);
/* From TEST_SSRC with CSRCs "ABCD..." and, if @ext_len is not negative, an extension. */
void test_rtp_ext(struct test_packet *pkt, u16 seq, unsigned int csrcs, u16 profile,
		  const u8 *ext, int ext_len, unsigned int payload_len);
void test_rtcp(struct test_packet *pkt, u32 ssrc, unsigned int blocks);

/* Protects and unprotects in memory of exactly the length that the contract asks for. */
int test_protect(struct sotto_session *s, struct test_packet *pkt, struct sotto_srtp_note *note);
int test_unprotect(struct sotto_session *s, struct test_packet *pkt,
		   struct sotto_srtp_note *note);

/* Sends and receives one RTP packet and checks that it arrives as it was. */
void test_deliver(struct test_link *l, u32 ssrc, u16 seq);

/* The same of any packet; leaves what was on the wire. */
void test_carry(struct test_link *l, const struct test_packet *plain, struct test_packet *wire);
bool test_contains(const struct test_packet *pkt, const void *bytes, size_t len);

#endif /* SOTTO_MODULE_LINK_H */
