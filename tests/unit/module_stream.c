// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/stream.c: no index is used twice, no packet is accepted twice, and what
 * belongs to the SSRC outlives a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "module_link.h"
#include "stream.h"

#define GCM	SOTTO_PROFILE_AEAD_AES_128_GCM
#define CM	SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80
#define SSRC	0xcafebabe

static int send_rtp(struct test_link *l, u32 ssrc, u16 seq, struct sotto_srtp_note *note)
{
	struct test_packet pkt;

	test_rtp(&pkt, ssrc, seq, 20);
	return test_protect(&l->tx, &pkt, note);
}

static const struct sotto_key *current_key(const struct test_link *l)
{
	return l->tx.state->dir[SOTTO_DIR_TX].slot[SOTTO_SLOT_CURRENT];
}

static void an_index_is_sent_once(void **state)
{
	struct sotto_srtp_note note;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	assert_int_equal(send_rtp(&l, SSRC, 100, &note), 0);
	assert_int_equal(send_rtp(&l, SSRC, 100, &note), -EALREADY);
	/* Out of order is not again. */
	assert_int_equal(send_rtp(&l, SSRC, 102, &note), 0);
	assert_int_equal(send_rtp(&l, SSRC, 101, &note), 0);
	assert_int_equal(send_rtp(&l, SSRC, 101, &note), -EALREADY);
	assert_int_equal(send_rtp(&l, SSRC, 102, &note), -EALREADY);
	/* The same number of another SSRC is another index. */
	assert_int_equal(send_rtp(&l, SSRC + 1, 100, &note), 0);
	test_link_close(&l);
}

static void a_jump_backwards_is_told_once(void **state)
{
	struct sotto_srtp_note note;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	assert_int_equal(send_rtp(&l, SSRC, 10000, &note), 0);
	assert_false(note.restart);
	for (u16 seq = 500; seq < 520; seq++) {
		assert_int_equal(send_rtp(&l, SSRC, seq, &note), -EALREADY);
		assert_int_equal(note.restart, seq == 500);
	}
	/* The next time is another restart. */
	assert_int_equal(send_rtp(&l, SSRC, 10001, &note), 0);
	assert_int_equal(send_rtp(&l, SSRC, 500, &note), -EALREADY);
	assert_true(note.restart);
	test_link_close(&l);
}

static void a_restart_inside_the_window_is_told(void **state)
{
	struct sotto_srtp_note note;
	unsigned int told = 0;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	for (u16 seq = 0; seq < 100; seq++)
		assert_int_equal(send_rtp(&l, SSRC, seq, &note), 0);
	for (u16 seq = 0; seq < 100; seq++) {
		assert_int_equal(send_rtp(&l, SSRC, seq, &note), -EALREADY);
		told += note.restart;
	}
	assert_int_equal(told, 1);
	test_link_close(&l);
}

static void duplicates_are_not_a_restart(void **state)
{
	struct sotto_srtp_note note;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	for (u16 seq = 0; seq < 200; seq++) {
		assert_int_equal(send_rtp(&l, SSRC, seq, &note), 0);
		assert_int_equal(send_rtp(&l, SSRC, seq, &note), -EALREADY);
		assert_false(note.restart);
	}
	test_link_close(&l);
}

static void after_a_restart_a_rekey_is_heard(void **state)
{
	struct sotto_srtp_note note;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	test_deliver(&l, SSRC, 10000);
	assert_int_equal(send_rtp(&l, SSRC, 500, &note), -EALREADY);
	test_link_rekey(&l, GCM, 0);
	for (u16 seq = 501; seq < 510; seq++)
		test_deliver(&l, SSRC, seq);
	test_link_close(&l);
}

static void roc_counts_and_survives_a_rekey(void **state)
{
	struct sotto_stream *stream;
	struct test_link l;

	test_link_open(&l, CM, 0);
	/* Three cycles and a bit. */
	for (u32 seq = 0; seq < 3 * 65536 + 10; seq += 1024)
		test_deliver(&l, SSRC, seq);
	test_link_rekey(&l, GCM, 0);
	for (u32 seq = 3 * 65536 + 10; seq < 4 * 65536 + 10; seq += 1024)
		test_deliver(&l, SSRC, seq);

	stream = sotto_stream_find(&l.rx.state->dir[SOTTO_DIR_RX], SSRC);
	assert_non_null(stream);
	assert_int_equal(stream->highest >> 16, 3);
	assert_int_equal(stream->highest,
			 sotto_stream_find(&l.tx.state->dir[SOTTO_DIR_TX], SSRC)->highest);
	test_link_close(&l);
}

static void replay_windows_belong_to_the_key(void **state)
{
	struct test_packet pkt, old;
	struct sotto_srtp_note note;
	struct test_link l;

	test_link_open(&l, CM, 0);
	test_deliver(&l, SSRC, 7);
	test_rtp(&old, SSRC, 8, 20);
	assert_int_equal(test_protect(&l.tx, &old, &note), 0);
	pkt = old;
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);

	/* The same index under the next key is another packet. */
	test_key_make(&l.key, CM, 0);
	assert_int_equal(test_key_install(&l.rx, SOTTO_DIR_RX, &l.key), 0);
	assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &l.key), 0);
	assert_int_equal(sotto_session_key_promote(&l.tx, SOTTO_DIR_TX), 0);
	test_deliver(&l, SSRC, 7);
	/* The old one is still a replay of itself. */
	pkt = old;
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -EALREADY);
	test_link_close(&l);
}

/* Both have authenticated the same packet; the second to come is the replay. */
static void two_cpus_accept_a_packet_once(void **state)
{
	struct sotto_stream *stream;
	const struct sotto_key *key;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	test_deliver(&l, SSRC, 1);
	key = l.rx.state->dir[SOTTO_DIR_RX].slot[SOTTO_SLOT_CURRENT];
	stream = sotto_stream_find(&l.rx.state->dir[SOTTO_DIR_RX], SSRC);
	for (unsigned int rtcp = 0; rtcp < 2; rtcp++) {
		u64 guess[SOTTO_GUESSES_MAX];
		bool newest;

		local_bh_disable();
		if (rtcp)
			assert_int_equal(sotto_stream_rx_rtcp(stream, key, 2), 0);
		else
			assert_int_equal(sotto_stream_rx_rtp(stream, key, 2, guess), 1);
		assert_int_equal(sotto_stream_rx_accept(stream, key, rtcp, 2, &newest), 0);
		assert_true(newest);
		assert_int_equal(sotto_stream_rx_accept(stream, key, rtcp, 2, &newest), -EALREADY);
		local_bh_enable();
	}
	test_link_close(&l);
}

static void a_packet_before_the_window_is_refused(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet late;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	test_deliver(&l, SSRC, 0);
	test_rtp(&late, SSRC, 1, 20);
	assert_int_equal(test_protect(&l.tx, &late, &note), 0);
	for (u16 seq = 2; seq < 2 + SOTTO_WINDOW_DEFAULT; seq++)
		test_deliver(&l, SSRC, seq);
	assert_int_equal(test_unprotect(&l.rx, &late, &note), -EALREADY);
	test_link_close(&l);
}

static u32 srtcp_index(const struct test_packet *pkt)
{
	return get_unaligned_be32(pkt->data + pkt->len - 4);
}

static void srtcp_indices_count_from_0_per_ssrc_and_key(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	for (unsigned int key = 0; key < 3; key++) {
		for (u32 i = 0; i < 20; i++) {
			test_rtcp(&pkt, SSRC + i % 2, 1);
			assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
			assert_int_equal(srtcp_index(&pkt), 1U << 31 | i / 2);
			assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		}
		test_link_rekey(&l, GCM, 0);
	}
	test_link_close(&l);
}

static void indices_end_and_do_not_begin_anew(void **state)
{
	struct sotto_srtp_note note;
	struct sotto_stream *stream;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	test_deliver(&l, SSRC, 1);
	test_rtcp(&pkt, SSRC, 1);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);

	stream = sotto_stream_find(&l.tx.state->dir[SOTTO_DIR_TX], SSRC);
	stream->highest = SOTTO_INDEX_MAX - 1;
	assert_int_equal(send_rtp(&l, SSRC, 0xffff, &note), 0);
	assert_int_equal(send_rtp(&l, SSRC, 0, &note), -EKEYEXPIRED);
	assert_true(note.exhausted);

	stream->by_key[current_key(&l)->place].rtcp_next = SOTTO_RTCP_INDEX_MAX;
	for (unsigned int i = 0; i < 3; i++) {
		test_rtcp(&pkt, SSRC, 1);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), i ? -EKEYEXPIRED : 0);
		assert_int_equal(note.exhausted, i > 0);
	}
	test_link_close(&l);
}

static void streams_are_bounded(void **state)
{
	struct sotto_srtp_note note;
	struct sotto_stream *stream;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	for (u32 i = 0; i < SOTTO_STREAMS_MAX; i++)
		test_deliver(&l, i, 1);
	assert_int_equal(send_rtp(&l, SOTTO_STREAMS_MAX, 1, &note), -ENOSPC);
	/* Those that there are go on, and still know their indices. */
	for (u32 i = 0; i < SOTTO_STREAMS_MAX; i++) {
		assert_int_equal(send_rtp(&l, i, 1, &note), -EALREADY);
		test_deliver(&l, i, 2);
	}

	/* The receiver is bounded by itself: its table is not the sender's. */
	local_bh_disable();
	stream = sotto_stream_get(&l.rx.state->dir[SOTTO_DIR_RX], SOTTO_STREAMS_MAX);
	local_bh_enable();
	assert_int_equal(PTR_ERR(stream), -ENOSPC);
	test_link_close(&l);
}

static void forged_ssrcs_take_no_stream(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	for (u32 i = 0; i < 1000; i++) {
		test_rtp(&pkt, i << 8, 1, 40);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -EBADMSG);
	}
	assert_int_equal(l.rx.state->dir[SOTTO_DIR_RX].stream_count, 0);
	test_link_close(&l);
}

static void a_rekey_makes_room_for_new_ssrcs(void **state)
{
	struct test_link l;

	test_link_open(&l, GCM, 0);
	for (u32 round = 0; round < 4; round++) {
		for (u32 i = 0; i < SOTTO_STREAMS_MAX; i++)
			test_deliver(&l, round << 16 | i, 1);
		test_link_rekey(&l, GCM, 0);
	}
	assert_int_equal(l.tx.state->dir[SOTTO_DIR_TX].stream_count, SOTTO_STREAMS_MAX);
	test_link_close(&l);
}

/* A packet that found its key or its stream before they were replaced. */
static void what_was_replaced_allots_no_index(void **state)
{
	struct sotto_session_dir *dir;
	struct sotto_srtp_note note;
	struct sotto_stream *stream;
	struct sotto_key old = {};
	struct test_link l;
	bool newest;
	u64 index;

	test_link_open(&l, GCM, 0);
	dir = &l.tx.state->dir[SOTTO_DIR_TX];
	old.generation = current_key(&l)->generation;
	old.place = current_key(&l)->place;
	test_deliver(&l, SSRC, 1);
	/* Two keys on, its place is another's. */
	test_link_rekey(&l, GCM, 0);
	test_link_rekey(&l, GCM, 0);
	assert_int_equal(current_key(&l)->place, old.place);
	test_deliver(&l, SSRC, 2);
	stream = sotto_stream_find(dir, SSRC);
	local_bh_disable();
	assert_int_equal(sotto_stream_tx_rtp(stream, &old, 3, &index, &note), -ENOKEY);
	assert_int_equal(sotto_stream_tx_rtcp(stream, &old, &index, &note), -ENOKEY);
	assert_int_equal(sotto_stream_rx_accept(stream, &old, false, 3, &newest), -ENOKEY);
	local_bh_enable();
	/* And the newer key still knows what it has sent. */
	assert_int_equal(send_rtp(&l, SSRC, 2, &note), -EALREADY);

	stream->evicted = true;
	assert_int_equal(send_rtp(&l, SSRC, 3, &note), -ENOSPC);
	test_link_close(&l);
}

static int module_init(void **state)
{
	return sotto_session_module_init();
}

static int module_exit(void **state)
{
	sotto_session_module_exit();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_is_sent_once),
		cmocka_unit_test(a_jump_backwards_is_told_once),
		cmocka_unit_test(a_restart_inside_the_window_is_told),
		cmocka_unit_test(duplicates_are_not_a_restart),
		cmocka_unit_test(after_a_restart_a_rekey_is_heard),
		cmocka_unit_test(roc_counts_and_survives_a_rekey),
		cmocka_unit_test(replay_windows_belong_to_the_key),
		cmocka_unit_test(two_cpus_accept_a_packet_once),
		cmocka_unit_test(a_packet_before_the_window_is_refused),
		cmocka_unit_test(srtcp_indices_count_from_0_per_ssrc_and_key),
		cmocka_unit_test(indices_end_and_do_not_begin_anew),
		cmocka_unit_test(streams_are_bounded),
		cmocka_unit_test(forged_ssrcs_take_no_stream),
		cmocka_unit_test(a_rekey_makes_room_for_new_ssrcs),
		cmocka_unit_test(what_was_replaced_allots_no_index),
	};

	return cmocka_run_group_tests_name("module stream", tests, module_init, module_exit);
}
