// SPDX-License-Identifier: GPL-2.0-only
/*
 * crypto.c: the vectors through the fast transform, through the slow one where
 * SIMD may not be used, and in softirq.
 */
#include <crypto/internal/simd.h>
#include <linux/interrupt.h>
#include <linux/slab.h>

#include "crypto.h"
#include "kdf.h"
#include "suites.h"
#include "vectors.h"

static int suite_init(struct kunit_suite *suite)
{
	return sotto_crypto_init();
}

static void suite_exit(struct kunit_suite *suite)
{
	sotto_crypto_exit();
}

static void vector_name(const struct sotto_gcm_vector *v, char *desc)
{
	strscpy(desc, v->source, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(gcm, sotto_gcm_vectors, vector_name);

/* Runs @fn where crypto_simd_usable() says no, as below an interrupted FPU user. */
static void without_simd(void (*fn)(struct kunit *test), struct kunit *test)
{
#ifdef CONFIG_CRYPTO_MANAGER_EXTRA_TESTS
	preempt_disable();
	__this_cpu_write(crypto_simd_disabled_for_test, true);
	fn(test);
	__this_cpu_write(crypto_simd_disabled_for_test, false);
	preempt_enable();
#else
	kunit_skip(test, "needs CONFIG_CRYPTO_MANAGER_EXTRA_TESTS");
#endif
}

struct gcm_work {
	struct sotto_gcm gcm;
	u8 iv[SOTTO_CM_IV_LEN];
	u8 data[128];
	int err[3];
};

static void gcm_run(struct kunit *test)
{
	const struct sotto_gcm_vector *v = test->param_value;
	struct gcm_work *w = test->priv;
	u8 *body = w->data + sizeof(v->aad);

	memcpy(w->data, v->aad, sizeof(v->aad));
	memcpy(body, v->plain, v->plain_len);
	sotto_gcm_iv(w->iv, v->salt, v->ssrc, v->index);
	w->err[0] = sotto_gcm_seal(&w->gcm, w->iv, w->data, sizeof(v->aad), v->plain_len);
	w->err[1] = memcmp(body, v->sealed, v->plain_len + SOTTO_GCM_TAG_LEN);
	body[0] ^= 1;
	sotto_gcm_iv(w->iv, v->salt, v->ssrc, v->index);
	w->err[2] = sotto_gcm_open(&w->gcm, w->iv, w->data, sizeof(v->aad), v->plain_len);
}

static struct gcm_work *gcm_setup(struct kunit *test)
{
	const struct sotto_gcm_vector *v = test->param_value;
	struct gcm_work *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	KUNIT_ASSERT_EQ(test, sotto_gcm_init(&w->gcm, v->key, v->key_len), 0);
	test->priv = w;
	return w;
}

static void gcm_check(struct kunit *test, struct gcm_work *w)
{
	KUNIT_EXPECT_EQ(test, w->err[0], 0);
	KUNIT_EXPECT_EQ(test, w->err[1], 0);
	KUNIT_EXPECT_EQ(test, w->err[2], -EBADMSG);
	sotto_gcm_exit(&w->gcm);
}

static void gcm_in_process_context(struct kunit *test)
{
	struct gcm_work *w = gcm_setup(test);

	gcm_run(test);
	gcm_check(test, w);
}

static void gcm_without_simd(struct kunit *test)
{
	struct gcm_work *w = gcm_setup(test);

	without_simd(gcm_run, test);
	gcm_check(test, w);
}

struct gcm_tasklet {
	struct tasklet_struct tasklet;
	struct kunit *test;
};

static void gcm_tasklet_fn(struct tasklet_struct *t)
{
	struct gcm_tasklet *task = from_tasklet(task, t, tasklet);

	gcm_run(task->test);
}

static void gcm_in_softirq(struct kunit *test)
{
	struct gcm_work *w = gcm_setup(test);
	struct gcm_tasklet task = { .test = test };

	w->err[0] = -ENODATA;
	tasklet_setup(&task.tasklet, gcm_tasklet_fn);
	tasklet_schedule(&task.tasklet);
	/* Waits until what was scheduled has run. */
	tasklet_kill(&task.tasklet);
	gcm_check(test, w);
}

static void keystream_is_that_of_the_rfcs(struct kunit *test)
{
	u8 *data = kunit_kzalloc(test, sizeof(sotto_cm_vectors[0].keystream), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_cm_vectors); i++) {
		const struct sotto_cm_vector *v = &sotto_cm_vectors[i];
		struct sotto_cm cm;
		u8 iv[16];

		KUNIT_ASSERT_EQ(test, sotto_cm_init(&cm, v->key, v->key_len), 0);
		/* There and back, then there by the slow one alone. */
		for (unsigned int n = 0; n < 3; n++) {
			struct sotto_cm slow = { .slow = cm.slow };

			memcpy(iv, v->iv, sizeof(iv));
			KUNIT_EXPECT_EQ(test, 0, sotto_cm_xor(n < 2 ? &cm : &slow, iv, data,
							      sizeof(v->keystream)));
			KUNIT_EXPECT_EQ(test, n != 1, !memcmp(data, v->keystream,
							      sizeof(v->keystream)));
		}
		memset(data, 0, sizeof(v->keystream));
		sotto_cm_exit(&cm);
	}
}

static void hmac_refuses_each_wrong_bit(struct kunit *test)
{
	const struct sotto_hmac_vector *v = &sotto_hmac_vectors[0];
	struct sotto_hmac hmac;
	u8 mac[SOTTO_HMAC_LEN];

	KUNIT_ASSERT_EQ(test, sotto_hmac_init(&hmac, v->key, sizeof(v->key)), 0);
	KUNIT_EXPECT_EQ(test, 0, sotto_hmac_sign(&hmac, v->data, sizeof(v->data), mac));
	KUNIT_EXPECT_EQ(test, 0, memcmp(mac, v->mac, sizeof(mac)));
	for (unsigned int bit = 0; bit < 80; bit++) {
		mac[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ(test, -EBADMSG,
				sotto_hmac_verify(&hmac, v->data, sizeof(v->data), mac, 10));
		mac[bit / 8] ^= 1 << bit % 8;
	}
	sotto_hmac_exit(&hmac);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(gcm_in_process_context, gcm_gen_params),
	KUNIT_CASE_PARAM(gcm_without_simd, gcm_gen_params),
	KUNIT_CASE_PARAM(gcm_in_softirq, gcm_gen_params),
	KUNIT_CASE(keystream_is_that_of_the_rfcs),
	KUNIT_CASE(hmac_refuses_each_wrong_bit),
	{}
};

struct kunit_suite sotto_crypto_suite = {
	.name = "sotto_crypto",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.test_cases = cases,
};
