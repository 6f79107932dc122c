// SPDX-License-Identifier: GPL-2.0-only
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "kdf.h"
#include "link.h"

int link_suite_init(struct kunit_suite *suite)
{
	return sotto_session_module_init();
}

void link_suite_exit(struct kunit_suite *suite)
{
	sotto_session_module_exit();
}

int link_install(struct test_link *l, struct sotto_session *s, enum sotto_dir dir,
		 enum sotto_profile profile)
{
	const struct sotto_profile_params *params = sotto_profile_params(profile);
	const struct sotto_key_params p = {
		.dir = dir,
		.profile = profile,
		.master = l->master,
		.master_len = params->key_len,
		.salt = l->salt,
		.salt_len = params->salt_len,
	};

	return sotto_session_key_new(s, &p, NULL);
}

void link_rekey_begin(struct kunit *test, struct test_link *l, enum sotto_profile profile)
{
	get_random_bytes(l->master, sizeof(l->master));
	get_random_bytes(l->salt, sizeof(l->salt));
	KUNIT_ASSERT_EQ(test, link_install(l, &l->rx, SOTTO_DIR_RX, profile), 0);
	KUNIT_ASSERT_EQ(test, link_install(l, &l->tx, SOTTO_DIR_TX, profile), 0);
	KUNIT_ASSERT_EQ(test, sotto_session_key_promote(&l->tx, SOTTO_DIR_TX), 0);
}

struct test_link *link_open(struct kunit *test, enum sotto_profile profile)
{
	struct test_link *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, l);
	KUNIT_ASSERT_EQ(test, sotto_session_init(&l->tx, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, sotto_session_init(&l->rx, GFP_KERNEL), 0);
	link_rekey_begin(test, l, profile);
	KUNIT_ASSERT_EQ(test, sotto_session_key_promote(&l->rx, SOTTO_DIR_RX), 0);
	return l;
}

void link_close(struct test_link *l)
{
	sotto_session_destroy(&l->tx);
	sotto_session_destroy(&l->rx);
}

void link_options(struct kunit *test, struct test_link *l, enum sotto_profile profile,
		  const struct sotto_options *options)
{
	sotto_session_options_set(&l->tx, options);
	sotto_session_options_set(&l->rx, options);
	link_rekey_begin(test, l, profile);
	KUNIT_ASSERT_EQ(test, sotto_session_key_promote(&l->rx, SOTTO_DIR_RX), 0);
}

struct test_packet *packet_new(struct kunit *test)
{
	struct test_packet *pkt = kunit_kzalloc(test, sizeof(*pkt), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pkt);
	return pkt;
}

void packet_rtp(struct test_packet *pkt, u16 seq)
{
	pkt->rtcp = false;
	pkt->len = 60;
	memset(pkt->data, 'x', pkt->len);
	pkt->data[0] = 0x80;
	pkt->data[1] = 0x60;
	put_unaligned_be16(seq, pkt->data + 2);
	put_unaligned_be32(LINK_SSRC, pkt->data + 8);
}

/* A receiver report of one block. */
void packet_rtcp(struct test_packet *pkt)
{
	pkt->rtcp = true;
	pkt->len = 32;
	memset(pkt->data, 'r', pkt->len);
	pkt->data[0] = 0x81;
	pkt->data[1] = 201;
	put_unaligned_be16(pkt->len / 4 - 1, pkt->data + 2);
	put_unaligned_be32(LINK_SSRC, pkt->data + 4);
}

int link_protect(struct test_link *l, struct test_packet *pkt, struct sotto_srtp_note *note)
{
	int err;

	rcu_read_lock();
	err = sotto_srtp_protect(&l->tx, pkt->rtcp, pkt->data, &pkt->len,
				 PACKET_ROOM - pkt->len, note);
	rcu_read_unlock();
	return err;
}

int link_unprotect(struct test_link *l, struct test_packet *pkt, struct sotto_srtp_note *note)
{
	int err;

	rcu_read_lock();
	err = sotto_srtp_unprotect(&l->rx, pkt->rtcp, pkt->data, &pkt->len, note);
	rcu_read_unlock();
	return err;
}
