/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOTTO_TESTS_SUITES_H
#define SOTTO_TESTS_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite sotto_crypto_suite;
extern struct kunit_suite sotto_evidence_suite;
extern struct kunit_suite sotto_ext_suite;
extern struct kunit_suite sotto_kdf_suite;
extern struct kunit_suite sotto_replay_suite;
extern struct kunit_suite sotto_rtp_suite;
extern struct kunit_suite sotto_session_suite;
extern struct kunit_suite sotto_srtp_suite;
extern struct kunit_suite sotto_stream_suite;
extern struct kunit_suite sotto_taint_suite;
extern struct kunit_suite sotto_used_keys_suite;

#endif /* SOTTO_TESTS_SUITES_H */
