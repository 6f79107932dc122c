// SPDX-License-Identifier: GPL-2.0-only
/*
 * All suites in one module. The core is set up before the first of them and
 * taken down after the last, so that what leaks is seen at unload.
 */
#include <linux/module.h>

#include "selftest.h"
#include "session.h"
#include "suites.h"

static int core_init(struct kunit_suite *suite)
{
	return sotto_session_module_init();
}

static void core_exit(struct kunit_suite *suite)
{
	sotto_session_module_exit();
}

static void selftest_passes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sotto_selftest(), 0);
}

static struct kunit_case selftest_cases[] = {
	KUNIT_CASE(selftest_passes),
	{}
};

static struct kunit_suite sotto_selftest_suite = {
	.name = "sotto_selftest",
	.suite_init = core_init,
	.suite_exit = core_exit,
	.test_cases = selftest_cases,
};

kunit_test_suites(&sotto_selftest_suite, &sotto_crypto_suite, &sotto_evidence_suite,
		  &sotto_ext_suite, &sotto_kdf_suite, &sotto_replay_suite, &sotto_rtp_suite,
		  &sotto_session_suite, &sotto_srtp_suite, &sotto_stream_suite,
		  &sotto_taint_suite, &sotto_used_keys_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of sotto's core");
