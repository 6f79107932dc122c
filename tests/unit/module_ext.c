// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/ext.c in whole packets: header extensions encrypted by element (RFC 6904), or
 * whole with the CSRCs (Cryptex, RFC 9335).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto.h"
#include "module_link.h"
#include "session_priv.h"
#include "vectors.h"

#define GCM	SOTTO_PROFILE_AEAD_AES_128_GCM
#define CM	SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80
#define SSRC	TEST_SSRC

static const struct sotto_options plain_options = { .window = SOTTO_WINDOW_DEFAULT };

static u64 rng_state;

static u32 rng(void)
{
	rng_state = rng_state * 6364136223846793005 + 1442695040888963407;
	return rng_state >> 33;
}

/* Vectors. */

static void packets_are_those_of_the_rfcs(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_packet_vectors); i++) {
		const struct sotto_packet_vector *v = &sotto_packet_vectors[i];
		struct sotto_options options = { .window = 128, .cryptex = v->cryptex };
		struct test_key key = { .profile = v->profile };
		struct test_packet pkt = { .len = v->plain_len };
		struct sotto_srtp_note note;
		struct sotto_session tx, rx;

		for (unsigned int n = 0; n < ARRAY_SIZE(v->enc_ext) && v->enc_ext[n]; n++)
			sotto_ext_ids_add(&options.enc_ext, v->enc_ext[n]);
		memcpy(key.master, v->master, sizeof(key.master));
		memcpy(key.salt, v->salt, sizeof(key.salt));
		assert_int_equal(sotto_session_init(&tx, GFP_KERNEL), 0);
		assert_int_equal(sotto_session_init(&rx, GFP_KERNEL), 0);
		sotto_session_options_set(&rx, &options);
		sotto_session_options_set(&tx, &options);
		assert_int_equal(test_key_install(&rx, SOTTO_DIR_RX, &key), 0);
		/* The same key again, for the next vector: another flow would be refused. */
		sotto_session_module_exit();
		assert_int_equal(sotto_session_module_init(), 0);
		assert_int_equal(test_key_install(&tx, SOTTO_DIR_TX, &key), 0);
		assert_int_equal(sotto_session_key_promote(&tx, SOTTO_DIR_TX), 0);

		memcpy(pkt.data, v->plain, v->plain_len);
		assert_int_equal(test_protect(&tx, &pkt, &note), 0);
		assert_int_equal(pkt.len, v->wire_len);
		if (memcmp(pkt.data, v->wire, v->wire_len))
			fail_msg("%s", v->source);
		assert_int_equal(test_unprotect(&rx, &pkt, &note), 0);
		assert_int_equal(pkt.len, v->plain_len);
		assert_memory_equal(pkt.data, v->plain, v->plain_len);
		sotto_session_destroy(&tx);
		sotto_session_destroy(&rx);
	}
}

/* Cryptex. */

static const u8 one_byte[] = { 0x12, 'o', 'n', 'e', 0x21, 'i', 'd', 0 };
static const u8 two_byte[] = { 1, 3, 't', 'w', 'o', 2, 0, 0 };

static void header_is_hidden(struct test_link *l)
{
	struct test_packet plain, wire;
	u16 seq = 0;

	for (unsigned int csrcs = 0; csrcs < 16; csrcs += 5) {
		test_rtp_ext(&plain, seq++, csrcs, 0xbede, one_byte, sizeof(one_byte), 30);
		test_carry(l, &plain, &wire);
		assert_memory_equal(wire.data + 12 + 4 * csrcs, "\xc0\xde\x00\x02", 4);
		assert_false(test_contains(&wire, "one", 3));
		assert_false(test_contains(&wire, "id\0", 3));
		assert_false(csrcs && test_contains(&wire, "ABCD", 4));
		assert_false(test_contains(&wire, "xxxx", 4));

		test_rtp_ext(&plain, seq++, csrcs, 0x1000, two_byte, sizeof(two_byte), 0);
		test_carry(l, &plain, &wire);
		assert_memory_equal(wire.data + 12 + 4 * csrcs, "\xc2\xde\x00\x02", 4);
		assert_false(test_contains(&wire, "two", 3));
	}
	/* With nothing to hide it is a packet as ever. */
	test_rtp_ext(&plain, seq++, 0, 0, NULL, -1, 30);
	test_carry(l, &plain, &wire);
	assert_memory_equal(wire.data, plain.data, 12);
}

static void cryptex_hides_csrcs_and_extension(void **state)
{
	struct sotto_options options = { .window = 128, .cryptex = SOTTO_CRYPTEX_ON };

	test_each_profile(&options, header_is_hidden);
	options.cryptex = SOTTO_CRYPTEX_REQUIRE;
	test_each_profile(&options, header_is_hidden);
}

static void csrcs_alone_are_marked(struct test_link *l)
{
	struct sotto_srtp_note note;
	struct test_packet pkt, want;

	test_rtp_ext(&pkt, 1, 2, 0, NULL, -1, 30);
	test_rtp_ext(&want, 1, 2, 0xbede, NULL, 0, 30);
	assert_int_equal(test_protect(&l->tx, &pkt, &note), 0);
	assert_memory_equal(pkt.data + 20, "\xc0\xde\0\0", 4);
	assert_false(test_contains(&pkt, "ABCD", 4));
	/* The empty extension is left: RFC 9335 5.2. */
	assert_int_equal(test_unprotect(&l->rx, &pkt, &note), 0);
	assert_int_equal(pkt.len, want.len);
	assert_memory_equal(pkt.data, want.data, want.len);
}

static void cryptex_gives_csrcs_an_empty_extension(void **state)
{
	const struct sotto_options options = { .window = 128, .cryptex = SOTTO_CRYPTEX_ON };

	test_each_profile(&options, csrcs_alone_are_marked);
}

static void cryptex_sends_no_extension_that_it_cannot_hide(void **state)
{
	/* Of another kind, with bits that have no place, and what we would not undo. */
	static const u16 profiles[] = { 0, 0x1234, 0x1001, 0x100f, 0xbedf, 0xc0de, 0xc2de };
	const struct sotto_options options = { .window = 128, .cryptex = SOTTO_CRYPTEX_ON };
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open_with(&l, GCM, 0, &options);
	for (unsigned int i = 0; i < ARRAY_SIZE(profiles); i++) {
		test_rtp_ext(&pkt, i, 0, profiles[i], one_byte, sizeof(one_byte), 20);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), -EINVAL);
		assert_true(test_contains(&pkt, "one", 3));
	}
	test_link_close(&l);
}

static void cryptex_is_required_or_not(void **state)
{
	struct sotto_options options = { .window = 128, .cryptex = SOTTO_CRYPTEX_ON };
	struct sotto_srtp_note note;
	struct test_packet pkt, plain;
	struct test_link l;

	for (unsigned int require = 0; require < 2; require++) {
		test_link_open_with(&l, CM, 0, &options);
		sotto_session_destroy(&l.tx);
		assert_int_equal(sotto_session_init(&l.tx, GFP_KERNEL), 0);
		/* A sender without Cryptex. */
		sotto_session_module_exit();
		assert_int_equal(sotto_session_module_init(), 0);
		assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &l.key), 0);
		assert_int_equal(sotto_session_key_promote(&l.tx, SOTTO_DIR_TX), 0);

		test_rtp_ext(&plain, 1, 0, 0xbede, one_byte, sizeof(one_byte), 20);
		for (unsigned int csrcs = 0; csrcs < 2; csrcs++) {
			pkt = plain;
			if (csrcs)
				test_rtp_ext(&pkt, 2, 1, 0, NULL, -1, 20);
			assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
			assert_int_equal(test_unprotect(&l.rx, &pkt, &note), require ? -EINVAL : 0);
		}
		/* With a bare header there is nothing to require. */
		test_deliver(&l, SSRC, 3);
		test_link_close(&l);
		options.cryptex = SOTTO_CRYPTEX_REQUIRE;
	}
}

/* Forged marks and lengths leave nothing behind, and nothing is read that is not there. */
static void every_bit_counts(struct test_link *l)
{
	struct sotto_srtp_note note;
	struct test_packet good, bad;

	test_rtp_ext(&good, 1, 2, 0xbede, one_byte, sizeof(one_byte), 7);
	assert_int_equal(test_protect(&l->tx, &good, &note), 0);
	for (unsigned int bit = 0; bit < 8 * good.len; bit++) {
		int err;

		bad = good;
		bad.data[bit / 8] ^= 1 << bit % 8;
		err = test_unprotect(&l->rx, &bad, &note);
		assert_true(err == -EBADMSG || err == -EINVAL);
	}
	for (bad = good, bad.len = 0; bad.len < good.len; bad.len++) {
		struct test_packet cut = bad;
		int err = test_unprotect(&l->rx, &cut, &note);

		assert_true(err == -EBADMSG || err == -EINVAL);
	}
	assert_int_equal(test_unprotect(&l->rx, &good, &note), 0);
	assert_true(note.first);
}

static void a_flipped_bit_does_not_authenticate(void **state)
{
	struct sotto_options options = { .window = 128, .cryptex = SOTTO_CRYPTEX_ON };

	test_each_profile(&options, every_bit_counts);
	options.cryptex = SOTTO_CRYPTEX_OFF;
	sotto_ext_ids_add(&options.enc_ext, 1);
	test_each_profile(&options, every_bit_counts);
}

/* RFC 6904. */

/*
 * The whole keystream under a mask, as the RFC has it. Return: false if an element does
 * not fit.
 */
static bool model_ext(const struct test_key *key, const struct sotto_ext_ids *ids, bool two,
		      const u8 *ext, unsigned int len, u64 index, u8 *out)
{
	struct sotto_session_keys keys;
	u8 mask[1024] = {}, stream[1024], iv[16];
	unsigned int at = 0;

	sotto_kdf_ext(sotto_profile_params(key->profile), key->master, key->salt, &keys);
	sotto_cm_iv(iv, keys.salt, SSRC, index);
	sotto_aes_keystream(keys.key, sotto_profile_params(key->profile)->key_len, iv, stream, len);
	while (at < len) {
		unsigned int head = two ? 2 : 1, id, n;

		if (!ext[at]) {
			at++;
			continue;
		}
		id = two ? ext[at] : ext[at] >> 4;
		if (!two && (id == 0 || id == 15))
			break;
		if (two && at + 1 == len)
			return false;
		n = two ? ext[at + 1] : (ext[at] & 15) + 1;
		if (at + head + n > len)
			return false;
		if (sotto_ext_ids_has(ids, id))
			memset(mask + at + head, 0xff, n);
		at += head + n;
	}
	for (unsigned int i = 0; i < len; i++)
		out[i] = ext[i] ^ (stream[i] & mask[i]);
	return true;
}

/* Anything that a program may put there: elements, padding between them, and noise. */
static unsigned int random_ext(u8 *ext, bool two)
{
	unsigned int len = 4 * (rng() % 40), at = 0;

	memset(ext, 0, len);
	while (at < len) {
		unsigned int n = two ? rng() % 20 : 1 + rng() % 16;

		if (rng() % 4 == 0) {
			at++;	/* padding */
			continue;
		}
		if (at + 2 + n > len && rng() % 4)
			break;
		if (two) {
			ext[at++] = 1 + rng() % 20;
			if (at < len)
				ext[at++] = n;
		} else {
			ext[at++] = (1 + rng() % 15) << 4 | (n - 1);
		}
		for (; n && at < len; n--)
			ext[at++] = rng();
	}
	return len;
}

static void ext_is_that_of_the_model(struct test_link *l)
{
	struct sotto_options options;
	unsigned int refused = 0;

	sotto_session_options_get(&l->tx, &options);
	for (unsigned int i = 0; i < 2000; i++) {
		bool two = rng() % 2;
		u8 ext[256], want[256];
		unsigned int len = random_ext(ext, two);
		struct test_packet plain, wire, got;
		struct sotto_srtp_note note;
		bool fits;

		fits = model_ext(&l->key, &options.enc_ext, two, ext, len, i, want);
		test_rtp_ext(&plain, i, i % 3, two ? 0x1000 | i % 16 : 0xbede, ext, len, i % 50);
		wire = plain;
		if (!fits) {
			assert_int_equal(test_protect(&l->tx, &wire, &note), -EINVAL);
			refused++;
			continue;
		}
		assert_int_equal(test_protect(&l->tx, &wire, &note), 0);
		assert_memory_equal(wire.data + 16 + 4 * (i % 3), want, len);
		got = wire;
		assert_int_equal(test_unprotect(&l->rx, &got, &note), 0);
		assert_int_equal(got.len, plain.len);
		assert_memory_equal(got.data, plain.data, plain.len);
	}
	assert_true(refused > 20 && refused < 1500);
}

static void chosen_elements_are_encrypted(void **state)
{
	struct sotto_options options = plain_options;

	rng_state = 3;
	for (u8 id = 1; id < 20; id += 2)
		sotto_ext_ids_add(&options.enc_ext, id);
	test_each_profile(&options, ext_is_that_of_the_model);
}

static void other_extensions_have_no_elements(void **state)
{
	struct sotto_options options = plain_options;
	struct test_packet plain, wire;
	struct test_link l;

	sotto_ext_ids_add(&options.enc_ext, 1);
	test_link_open_with(&l, CM, 0, &options);
	test_rtp_ext(&plain, 1, 0, 0x1234, one_byte, sizeof(one_byte), 20);
	test_carry(&l, &plain, &wire);
	assert_true(test_contains(&wire, "one", 3));
	test_rtp_ext(&plain, 2, 0, 0, NULL, -1, 20);
	test_carry(&l, &plain, &wire);
	test_link_close(&l);
}

static void a_packet_has_cryptex_or_rfc_6904(void **state)
{
	struct sotto_options options = { .window = 128, .cryptex = SOTTO_CRYPTEX_ON };
	struct test_packet plain, wire;
	struct test_link l;
	u8 both[8];

	sotto_ext_ids_add(&options.enc_ext, 1);
	test_link_open_with(&l, CM, 0, &options);
	test_rtp_ext(&plain, 1, 0, 0xbede, one_byte, sizeof(one_byte), 20);
	test_carry(&l, &plain, &wire);
	memcpy(both, wire.data + 16, sizeof(both));

	/* As with Cryptex alone: the same key and packet in a session without the other. */
	sotto_session_destroy(&l.tx);
	assert_int_equal(sotto_session_init(&l.tx, GFP_KERNEL), 0);
	options.enc_ext = (struct sotto_ext_ids){};
	sotto_session_options_set(&l.tx, &options);
	sotto_session_module_exit();
	assert_int_equal(sotto_session_module_init(), 0);
	assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &l.key), 0);
	assert_int_equal(sotto_session_key_promote(&l.tx, SOTTO_DIR_TX), 0);
	wire = plain;
	assert_int_equal(test_protect(&l.tx, &wire, &(struct sotto_srtp_note){}), 0);
	assert_memory_equal(wire.data + 16, both, sizeof(both));
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
		cmocka_unit_test(packets_are_those_of_the_rfcs),
		cmocka_unit_test(cryptex_hides_csrcs_and_extension),
		cmocka_unit_test(cryptex_gives_csrcs_an_empty_extension),
		cmocka_unit_test(cryptex_sends_no_extension_that_it_cannot_hide),
		cmocka_unit_test(cryptex_is_required_or_not),
		cmocka_unit_test(a_flipped_bit_does_not_authenticate),
		cmocka_unit_test(chosen_elements_are_encrypted),
		cmocka_unit_test(other_extensions_have_no_elements),
		cmocka_unit_test(a_packet_has_cryptex_or_rfc_6904),
	};

	return cmocka_run_group_tests_name("module ext", tests, module_init, module_exit);
}
