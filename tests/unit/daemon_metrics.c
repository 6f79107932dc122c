// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sottod counts and says of handshakes that come to nothing, and of fresh keys, over a
 * pretended kernel. The ends share a process, and so the counts: those of all of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "calls_priv.h"
#include "daemon_world.h"
#include "metrics.h"

#define TYPE_AT		16	/* in a ZRTP packet, RFC 6189 5.1 and 5.2 */
#define COUNTS_MAX	64
#define JOURNAL_MAX	16384

static struct {
	char name[64];
	uint64_t value;
} counts[COUNTS_MAX];	/* as they were */
static size_t n_counts;
static int real_stderr;
static char journal_file[] = "/tmp/daemon-metrics.XXXXXX";

/* Counts. */

static int keep(const char *name, uint64_t value, void *arg)
{
	assert_true(n_counts < COUNTS_MAX);
	snprintf(counts[n_counts].name, sizeof(counts[0].name), "%s", name);
	counts[n_counts++].value = value;
	return 0;
}

static uint64_t was(const char *name)
{
	for (size_t i = 0; i < n_counts; i++)
		if (!strcmp(counts[i].name, name))
			return counts[i].value;
	fail_msg("nothing is counted as %s", name);
	return 0;
}

struct change {
	const char *name;
	uint64_t by;
};

/* Where there is a name and nothing is found, it is not what was looked for. */
static int find(const char *name, uint64_t value, void *arg)
{
	struct change *c = arg;

	if (!strcmp(c->name, name))
		c->by = value - was(name);
	return 0;
}

/* Since begin(). */
static uint64_t counted(const char *name)
{
	struct change c = { name, UINT64_MAX };

	assert_int_equal(metrics_each(find, &c), 0);
	assert_int_not_equal(c.by, UINT64_MAX);
	return c.by;
}

static int add_failed(const char *name, uint64_t value, void *arg)
{
	if (!strncmp(name, "failed-", 7))
		*(uint64_t *)arg += value - was(name);
	return 0;
}

static uint64_t all_failed(void)
{
	uint64_t n = 0;

	assert_int_equal(metrics_each(add_failed, &n), 0);
	return n;
}

/* The journal: what is on stderr. */

/* How often this line is there since begin(). */
static unsigned int said(const char *line)
{
	static char text[JOURNAL_MAX];
	unsigned int n = 0;
	FILE *f = fopen(journal_file, "re");
	size_t len;

	assert_non_null(f);
	text[0] = '\n';
	len = fread(text + 1, 1, sizeof(text) - 2, f);
	assert_true(len < sizeof(text) - 2);
	fclose(f);
	text[len + 1] = '\0';
	for (const char *at = text; (at = strstr(at, line)); at++)
		n += at[-1] == '\n';
	return n;
}

static unsigned int said_failed(void)
{
	unsigned int n = 0;
	char line[64];

	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "<5>call %d: no keys were agreed", i);
		n += said(line);
	}
	return n;
}

static void begin(void)
{
	n_counts = 0;
	assert_int_equal(metrics_each(keep, NULL), 0);
	assert_int_equal(ftruncate(STDERR_FILENO, 0), 0);
}

static int setup(void **state)
{
	int fd;

	unsetenv("JOURNAL_STREAM");
	fd = mkostemp(journal_file, O_APPEND | O_CLOEXEC);
	real_stderr = dup(STDERR_FILENO);
	if (fd < 0 || real_stderr < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -1;
	close(fd);
	return world_setup(state);
}

static int teardown(void **state)
{
	int r = world_teardown(state);

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	unlink(journal_file);
	memset(strchr(journal_file, '.') + 1, 'X', 6);
	return r;
}

/* What goes wrong. */

static bool lose_dhparts(int from, const uint8_t *zrtp, size_t len)
{
	return !memcmp(zrtp + TYPE_AT, "DHPart", 6);
}

static bool lose_all(int from, const uint8_t *zrtp, size_t len)
{
	return true;
}

static void spoil_rows(int end)
{
	char path[256];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/peers.db", world.end[end].dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE peer SET box = x'00'", NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}

/* When Alice has found whom she talks to, and before she has written down what was agreed. */
static bool spoil_before_the_end(int from, const uint8_t *zrtp, size_t len)
{
	static const char confirm2[] = "Confirm2";

	if (from == ALICE && !memcmp(zrtp + TYPE_AT, confirm2, 8))
		spoil_rows(ALICE);
	return false;
}

static void alice_dials(void)
{
	begin();
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
}

static void what_goes_well_is_no_failure(void **state)
{
	world_pair_both();
	begin();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(counted("handshakes"), 2);
	assert_int_equal(counted("handshakes-secure"), 2);
	assert_int_equal(counted("handshakes-unanswered"), 0);
	assert_int_equal(all_failed(), 0);
	assert_int_equal(said("<6>call 1: keys are agreed\n"), 2);	/* each end's */
	assert_int_equal(said_failed(), 0);
}

static void nobody_at_home_is_unanswered(void **state)
{
	world_pair_both();
	world.cut = true;
	alice_dials();
	world_run(CALL_HELLO_MS + CALL_LINGER_MS);
	assert_int_equal(counted("handshakes"), 1);
	assert_int_equal(counted("handshakes-unanswered"), 1);
	assert_int_equal(counted("handshakes-secure"), 0);
	assert_int_equal(counted("ended-unreachable"), 1);
}

static void an_end_that_ceases_to_answer_is_a_timeout(void **state)
{
	world_pair_both();
	world.lose = lose_dhparts;
	alice_dials();
	world_run(60000);
	assert_int_equal(counted("handshakes-unanswered"), 0);
	assert_true(counted("failed-timeout") >= 1);
	assert_int_equal(all_failed(), counted("failed-timeout"));
	assert_int_equal(said("<5>call 1: no keys were agreed (timeout)\n"), 1);
	assert_int_equal(said_failed(), 1);	/* Bob's was told to nobody */
	assert_int_equal(counted("handshakes-secure"), 0);
}

static void who_is_refused_and_who_refuses(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	spoil_rows(BOB);
	world.lose = lose_dhparts;
	alice_dials();
	world_run(3000);
	assert_int_equal(counted("failed-refused-there"), 1);
	assert_true(counted("failed-refused-here") >= 1);
	assert_int_equal(all_failed(), counted("failed-refused-there") + counted("failed-refused-here"));
	assert_int_equal(said("<5>call 2: no keys were agreed (refused-there)\n"), 1);
	assert_int_equal(said_failed(), 1);
}

static void a_store_that_cannot_be_read(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	world.lose = spoil_before_the_end;
	alice_dials();
	world_run(3000);
	assert_int_equal(counted("failed-store"), 1);
	assert_int_equal(said("<5>call 2: no keys were agreed (store)\n"), 1);
}

static void a_kernel_that_refuses(void **state)
{
	world_pair_both();
	world.end[ALICE].takes_no_key = true;
	alice_dials();
	world_run(3000);
	assert_int_equal(counted("failed-kernel"), 1);
	assert_int_equal(said("<5>call 1: no keys were agreed (kernel)\n"), 1);
}

static void a_worker_that_ends_meanwhile(void **state)
{
	world_pair_both();
	world.lose = lose_dhparts;
	alice_dials();
	world_run(500);
	world_kill_worker(ALICE);
	assert_int_equal(counted("failed-worker"), 1);
	assert_int_equal(all_failed(), 1);
	assert_int_equal(said_failed(), 0);	/* worker-ended says it once, of all calls */
	world_start_worker(ALICE);
}

/* What the session may say, as RFC 6189 5.9 has it. */
static void each_error_of_the_rfc_has_its_reason(void **state)
{
	static const struct {
		enum zrtp_error code;
		bool remote;
		const char *name;
	} errors[] = {
		{ ZRTP_ERROR_TIMEOUT, false, "timeout" },
		{ ZRTP_ERROR_VERSION, true, "no-agreement" },
		{ ZRTP_ERROR_HASH, false, "no-agreement" },
		{ ZRTP_ERROR_CIPHER, false, "no-agreement" },
		{ ZRTP_ERROR_AGREEMENT, false, "no-agreement" },
		{ ZRTP_ERROR_AUTH_TAG, false, "no-agreement" },
		{ ZRTP_ERROR_SAS_TYPE, false, "no-agreement" },
		{ ZRTP_ERROR_NO_SHARED_SECRET, false, "no-agreement" },
		{ ZRTP_ERROR_HELLO_MISMATCH, false, "authentication" },
		{ ZRTP_ERROR_DH_BAD_PV, false, "authentication" },
		{ ZRTP_ERROR_DH_BAD_HVI, false, "authentication" },
		{ ZRTP_ERROR_MITM, false, "authentication" },
		{ ZRTP_ERROR_CONFIRM_MAC, false, "authentication" },
		{ ZRTP_ERROR_CONFIRM_MAC, true, "authentication" },
		{ ZRTP_ERROR_NONCE, false, "authentication" },
		{ ZRTP_ERROR_UNAVAILABLE, true, "refused-there" },
		{ ZRTP_ERROR_UNAVAILABLE, false, "refused-here" },
		{ ZRTP_ERROR_MALFORMED, false, "refused-here" },
	};

	world_pair_both();
	world.lose = lose_all;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct zrtp_action action = { .type = ZRTP_ACTION_FAILED };
		char name[64], line[96];

		action.error.code = errors[i].code;
		action.error.remote = errors[i].remote;
		alice_dials();
		world_run(100);
		calls_zrtp(world_line(ALICE)->session, &action, world.end[ALICE].calls);
		snprintf(name, sizeof(name), "failed-%s", errors[i].name);
		snprintf(line, sizeof(line), "<5>call %zu: no keys were agreed (%s)\n", i + 1,
			 errors[i].name);
		assert_int_equal(counted(name), 1);
		assert_int_equal(all_failed(), 1);
		assert_int_equal(said(line), 1);
		assert_int_equal(world_call(ALICE)->reason, CALL_FAILED);
		world_run(CALL_LINGER_MS + CALL_BYE_MS);
		assert_int_equal(all_failed(), 1);	/* counted once */
	}
}

/* There may be any number of them: counted, and the journal is not theirs to fill. */
static void strangers_are_counted_and_not_spoken_of(void **state)
{
	begin();
	for (uint32_t n = 1; n <= 5; n++)
		world_stranger(ALICE, n);
	world_run(60000);
	assert_int_equal(counted("handshakes"), 5);
	assert_int_equal(counted("handshakes-secure"), 0);
	assert_int_equal(counted("calls-direct"), 0);
	assert_int_equal(lseek(STDERR_FILENO, 0, SEEK_END), 0);
}

static void fresh_keys_are_counted(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.media = true;
	world_run(2000);
	begin();
	world_key_life(ALICE);
	world_run(5000);
	assert_int_equal(counted("rekeys-secure"), 2);		/* each end's */
	assert_int_equal(counted("rekeys-failed"), 0);
	assert_int_equal(counted("handshakes"), 0);
	assert_int_equal(counted("handshakes-secure"), 0);
	begin();
	world.lose = lose_all;
	world_key_life(ALICE);
	world_run(60000);
	assert_true(counted("rekeys-failed") >= 1);
	assert_int_equal(counted("rekeys-secure"), 0);
	assert_int_equal(all_failed(), 0);			/* the call goes on with its keys */
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_goes_well_is_no_failure),
		T(nobody_at_home_is_unanswered),
		T(an_end_that_ceases_to_answer_is_a_timeout),
		T(who_is_refused_and_who_refuses),
		T(a_store_that_cannot_be_read),
		T(a_kernel_that_refuses),
		T(a_worker_that_ends_meanwhile),
		T(each_error_of_the_rfc_has_its_reason),
		T(strangers_are_counted_and_not_spoken_of),
		T(fresh_keys_are_counted),
	};

	return cmocka_run_group_tests_name("sottod metrics", tests, NULL, NULL);
}
