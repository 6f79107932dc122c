// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "module_link.h"

void test_key_make(struct test_key *key, enum sotto_profile profile, unsigned int mki_len)
{
	static u32 serial;

	*key = (struct test_key){ .profile = profile, .mki_len = mki_len };
	serial++;
	for (unsigned int i = 0; i < sizeof(key->master); i++)
		key->master[i] = 7 * i + 1;
	memcpy(key->master, &serial, sizeof(serial));
	for (unsigned int i = 0; i < sizeof(key->salt); i++)
		key->salt[i] = 0xa0 + i;
	for (unsigned int i = 0; i < mki_len; i++)
		key->mki[i] = serial + i;
}

int test_key_install(struct sotto_session *s, enum sotto_dir dir, const struct test_key *key)
{
	const struct sotto_profile_params *params = sotto_profile_params(key->profile);
	const struct sotto_key_params p = {
		.dir = dir,
		.profile = key->profile,
		.master = key->master,
		.master_len = params->key_len,
		.salt = key->salt,
		.salt_len = params->salt_len,
		.mki = key->mki_len ? key->mki : NULL,
		.mki_len = key->mki_len,
	};

	return sotto_session_key_new(s, &p, NULL);
}

void test_link_rekey(struct test_link *l, enum sotto_profile profile, unsigned int mki_len)
{
	test_key_make(&l->key, profile, mki_len);
	assert_int_equal(test_key_install(&l->rx, SOTTO_DIR_RX, &l->key), 0);
	assert_int_equal(test_key_install(&l->tx, SOTTO_DIR_TX, &l->key), 0);
	assert_int_equal(sotto_session_key_promote(&l->rx, SOTTO_DIR_RX), 0);
	assert_int_equal(sotto_session_key_promote(&l->tx, SOTTO_DIR_TX), 0);
}

void test_link_open_with(struct test_link *l, enum sotto_profile profile, unsigned int mki_len,
			 const struct sotto_options *options)
{
	assert_int_equal(sotto_session_init(&l->tx, GFP_KERNEL), 0);
	assert_int_equal(sotto_session_init(&l->rx, GFP_KERNEL), 0);
	if (options)
		test_link_options(l, options);
	test_link_rekey(l, profile, mki_len);
}

void test_link_open(struct test_link *l, enum sotto_profile profile, unsigned int mki_len)
{
	test_link_open_with(l, profile, mki_len, NULL);
}

void test_each_profile(const struct sotto_options *options, void (*fn)(struct test_link *l))
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		for (unsigned int mki_len = 0; mki_len <= 4; mki_len += 4) {
			struct test_link l;

			test_link_open_with(&l, profile, mki_len, options);
			fn(&l);
			test_link_close(&l);
		}
	}
}

void test_link_close(struct test_link *l)
{
	sotto_session_destroy(&l->tx);
	sotto_session_destroy(&l->rx);
}

void test_link_options(struct test_link *l, const struct sotto_options *options)
{
	sotto_session_options_set(&l->tx, options);
	sotto_session_options_set(&l->rx, options);
}

static void put_be16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

void test_rtp(struct test_packet *pkt, u32 ssrc, u16 seq, unsigned int payload_len)
{
	u8 *p = pkt->data;

	assert_true(12 + payload_len <= PACKET_ROOM - SOTTO_SRTP_OVERHEAD_MAX);
	pkt->rtcp = false;
	pkt->len = 12 + payload_len;
	p[0] = 0x80;
	p[1] = 0x60;
	put_be16(p + 2, seq);
	put_unaligned_be32(960U * seq, p + 4);
	put_unaligned_be32(ssrc, p + 8);
	memset(p + 12, 'x', payload_len);
}

void test_rtp_ext(struct test_packet *pkt, u16 seq, unsigned int csrcs, u16 profile,
		  const u8 *ext, int ext_len, unsigned int payload_len)
{
	u8 *p = pkt->data + 12;

	test_rtp(pkt, TEST_SSRC, seq, 0);
	pkt->data[0] |= csrcs | (ext_len >= 0 ? 0x10 : 0);
	for (unsigned int i = 0; i < 4 * csrcs; i++)
		*p++ = 'A' + i;
	if (ext_len >= 0) {
		assert_int_equal(ext_len % 4, 0);
		*p++ = profile >> 8;
		*p++ = profile;
		*p++ = ext_len / 4 >> 8;
		*p++ = ext_len / 4;
		for (int i = 0; i < ext_len; i++)
			*p++ = ext[i];
	}
	memset(p, 'x', payload_len);
	pkt->len = p + payload_len - pkt->data;
}

/* A receiver report. */
void test_rtcp(struct test_packet *pkt, u32 ssrc, unsigned int blocks)
{
	pkt->rtcp = true;
	pkt->len = 8 + 24 * blocks;
	memset(pkt->data, 'r', pkt->len);
	pkt->data[0] = 0x80 | blocks;
	pkt->data[1] = 201;
	put_be16(pkt->data + 2, pkt->len / 4 - 1);
	put_unaligned_be32(ssrc, pkt->data + 4);
}

int test_protect(struct sotto_session *s, struct test_packet *pkt, struct sotto_srtp_note *note)
{
	int more = sotto_srtp_overhead(s, pkt->rtcp, pkt->data, pkt->len);
	unsigned int room = more < 0 ? 0 : more, plain_len = pkt->len;
	u8 *exact = malloc(plain_len + room);
	int err;

	assert_non_null(exact);
	assert_true(room <= (pkt->rtcp ? SOTTO_SRTCP_OVERHEAD_MAX : SOTTO_SRTP_OVERHEAD_MAX));
	memcpy(exact, pkt->data, plain_len);
	err = sotto_srtp_protect(s, pkt->rtcp, exact, &pkt->len, room, note);
	if (more < 0)
		assert_int_equal(err, more);
	if (!err)
		assert_int_equal(pkt->len, plain_len + room);
	memcpy(pkt->data, exact, pkt->len);
	free(exact);
	return err;
}

int test_unprotect(struct sotto_session *s, struct test_packet *pkt,
		   struct sotto_srtp_note *note)
{
	u8 *exact = malloc(pkt->len ?: 1);
	int err;

	assert_non_null(exact);
	memcpy(exact, pkt->data, pkt->len);
	err = sotto_srtp_unprotect(s, pkt->rtcp, exact, &pkt->len, note);
	if (!err)
		memcpy(pkt->data, exact, pkt->len);
	free(exact);
	return err;
}

void test_deliver(struct test_link *l, u32 ssrc, u16 seq)
{
	struct test_packet pkt, plain;
	struct sotto_srtp_note note;

	test_rtp(&plain, ssrc, seq, 40);
	pkt = plain;
	assert_int_equal(test_protect(&l->tx, &pkt, &note), 0);
	assert_int_equal(test_unprotect(&l->rx, &pkt, &note), 0);
	assert_int_equal(pkt.len, plain.len);
	assert_memory_equal(pkt.data, plain.data, plain.len);
}

void test_carry(struct test_link *l, const struct test_packet *plain, struct test_packet *wire)
{
	struct sotto_srtp_note note;
	struct test_packet got;

	*wire = *plain;
	assert_int_equal(test_protect(&l->tx, wire, &note), 0);
	got = *wire;
	assert_int_equal(test_unprotect(&l->rx, &got, &note), 0);
	assert_int_equal(got.len, plain->len);
	assert_memory_equal(got.data, plain->data, plain->len);
}

bool test_contains(const struct test_packet *pkt, const void *bytes, size_t len)
{
	return memmem(pkt->data, pkt->len, bytes, len);
}
