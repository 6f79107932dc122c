/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two sessions that share a key, and packets to send from one to the other.
 */
#ifndef SOTTO_TESTS_LINK_H
#define SOTTO_TESTS_LINK_H

#include <kunit/test.h>

#include "session.h"
#include "srtp.h"

#define LINK_SSRC	0xcafebabe
#define PACKET_ROOM	512

struct test_packet {
	bool rtcp;
	unsigned int len;
	u8 data[PACKET_ROOM];
};

struct test_link {
	struct sotto_session tx;
	struct sotto_session rx;
	u8 master[32];
	u8 salt[14];
};

/* Suite hooks: the module's core, up and down. */
int link_suite_init(struct kunit_suite *suite);
void link_suite_exit(struct kunit_suite *suite);

/* Both ends with one current key of @profile. The test frees nothing. */
struct test_link *link_open(struct kunit *test, enum sotto_profile profile);
void link_close(struct test_link *l);
/* A fresh key: installed at both ends, current only at the sender. */
void link_rekey_begin(struct kunit *test, struct test_link *l, enum sotto_profile profile);
int link_install(struct test_link *l, struct sotto_session *s, enum sotto_dir dir,
		 enum sotto_profile profile);

/* A fresh key with these options, current at both ends. */
void link_options(struct kunit *test, struct test_link *l, enum sotto_profile profile,
		  const struct sotto_options *options);

struct test_packet *packet_new(struct kunit *test);
void packet_rtp(struct test_packet *pkt, u16 seq);
void packet_rtcp(struct test_packet *pkt);

int link_protect(struct test_link *l, struct test_packet *pkt, struct sotto_srtp_note *note);
int link_unprotect(struct test_link *l, struct test_packet *pkt, struct sotto_srtp_note *note);

#endif /* SOTTO_TESTS_LINK_H */
