// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is left behind by whole calls: the store with its log, the records of running
 * calls and the journal name neither a peer nor an address nor a ZID, at no moment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "daemon_dir.h"
#include "daemon_world.h"
#include "log.h"

#define HER	"Guinevere Featherstonehaugh"
#define HIM	"Bartholomew Cholmondeley"
#define TRACES	64

static uint8_t zids[TRACES][ZRTP_ZID_LEN];
static size_t n_zids;
static int real_stderr;

/* The journal goes into a file beside the store, and so is searched with it. */
static int setup(void **state)
{
	char path[160];
	int fd;

	n_zids = 0;
	if (world_setup(state))
		return -1;
	snprintf(path, sizeof(path), "%s/journal", world.end[ALICE].dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	real_stderr = dup(STDERR_FILENO);
	if (fd < 0 || real_stderr < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -1;
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	log_verbose(false);
	return world_teardown(state);
}

static int note_zids(const struct peer *p, void *arg)
{
	assert_true(n_zids + 2 <= TRACES);
	memcpy(zids[n_zids++], p->own_zid, ZRTP_ZID_LEN);
	if (p->has_zid)
		memcpy(zids[n_zids++], p->peer_zid, ZRTP_ZID_LEN);
	return 0;
}

static void note_all_zids(void)
{
	n_zids = 0;
	for (int end = ALICE; end <= CAROL; end++) {
		assert_int_equal(store_each(world.end[end].store, note_zids, NULL), 0);
		memcpy(zids[n_zids++], world.end[end].last_hello_zid, ZRTP_ZID_LEN);
	}
}

static bool names(const char *dir, const void *bytes, size_t len)
{
	char hex[2 * ZRTP_ZID_LEN + 1];

	if (dir_has_bytes(dir, bytes, len))
		return true;
	if (len > ZRTP_ZID_LEN)
		return false;
	sodium_bin2hex(hex, sizeof(hex), bytes, len);
	return dir_has_bytes(dir, hex, 2 * len);
}

/* Who or what of it @dir names, "" for nobody. */
static const char *whom(const char *dir)
{
	static const uint8_t nothing[ZRTP_ZID_LEN];
	char address[ADDR_TEXT_MAX];

	if (dir_has_bytes(dir, "Guinevere", 9) || dir_has_bytes(dir, "Bartholomew", 11))
		return "a name";
	for (int end = ALICE; end <= CAROL; end++) {
		addr_format(&world.end[end].wire, address);
		*strchr(address, ':') = 0;
		if (dir_has_bytes(dir, address, strlen(address)) ||
		    names(dir, &world.end[end].wire.in.sin_addr, 4))
			return "an address";
	}
	for (size_t i = 0; i < n_zids; i++)
		if (memcmp(zids[i], nothing, sizeof(nothing)) &&
		    (names(dir, zids[i], ZRTP_ZID_LEN) || dir_has_bytes(dir, zids[i], 6)))
			return "a ZID";
	return "";
}

static void assert_names_nobody(void)
{
	note_all_zids();
	for (int end = ALICE; end <= CAROL; end++)
		assert_string_equal(whom(world.end[end].dir), "");
}

/* Addresses that are not bytes of every file. */
static void readdress(void)
{
	world_readdress(ALICE, 211);
	world_readdress(BOB, 213);
	world_readdress(CAROL, 217);
}

static void pair_both(void)
{
	readdress();
	world_pair(ALICE, HIM, BOB);
	world_pair(BOB, HER, ALICE);
}

static void talk_watched(void)
{
	assert_int_equal(world_dial(ALICE, HIM), 0);
	for (int i = 0; i < 20; i++) {
		world_run(10);
		assert_names_nobody();
	}
	world_run(2000);
	world_answer(BOB);
	assert_names_nobody();
}

static void end_of_call(void)
{
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	assert_names_nobody();
}

static void a_call_and_its_comparison_leave_nothing(void **state)
{
	pair_both();
	assert_names_nobody();
	talk_watched();
	assert_true(dir_files(world.end[BOB].dir) >= 3);	/* store, log, record of the call */
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	assert_names_nobody();
	end_of_call();
	talk_watched();		/* with what was kept */
	end_of_call();
}

static void nor_does_one_that_sottod_does_not_survive(void **state)
{
	pair_both();
	talk_watched();
	world_kill(ALICE);
	world_start(ALICE);
	assert_string_equal(world_call(ALICE)->name, HIM);
	assert_names_nobody();
	end_of_call();
}

static void nor_does_an_alarm(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	pair_both();
	talk_watched();
	assert_int_equal(calls_verify(world.end[ALICE].calls, world_line(ALICE), "zzz"), 0);
	world_run(500);
	assert_int_equal(call_alarm(world_call(BOB)), CALL_ALARM_SAS_WRONG_THERE);
	assert_names_nobody();
	end_of_call();
	p = world_peer(ALICE, HIM);
	memset(p->rs1, 1, sizeof(p->rs1));
	memset(p->rs2, 1, sizeof(p->rs2));
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	talk_watched();
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_MISMATCH);
	end_of_call();
}

static void nor_does_a_missed_call_or_a_stranger(void **state)
{
	pair_both();
	world_pair(CAROL, HIM, BOB);
	assert_int_equal(world_dial(CAROL, HIM), 0);
	world_run(3000);
	assert_names_nobody();
	assert_int_equal(world_dial(ALICE, HIM), 0);
	world_run(CALL_RING_MS + 5000);
	assert_int_equal(world_missed(BOB), 1);
	assert_names_nobody();
	world.cut = true;
	assert_int_equal(world_dial(ALICE, HIM), 0);
	world_run(CALL_HELLO_MS + CALL_LINGER_MS);
	assert_names_nobody();
}

static void nor_does_forgetting(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new();
	uint64_t id;

	pair_both();
	talk_watched();
	end_of_call();
	id = world_pair(ALICE, HIM, BOB);
	note_all_zids();
	assert_int_equal(store_forget(world.end[ALICE].store, id), 0);
	calls_forgot(world.end[ALICE].calls, id);
	assert_string_equal(whom(world.end[ALICE].dir), "");
	assert_int_equal(store_get(world.end[ALICE].store, id, p), -ENOENT);
}

/* That each would have been found. */

static void leave(const void *bytes, size_t len)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/left", world.end[ALICE].dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void what_is_left_is_found(void **state)
{
	char hex[2 * ZRTP_ZID_LEN + 1];

	pair_both();
	talk_watched();
	leave("To: " HIM, 4 + sizeof(HIM));
	assert_string_equal(whom(world.end[ALICE].dir), "a name");
	leave("127.0.1.213 ", 12);
	assert_string_equal(whom(world.end[ALICE].dir), "an address");
	leave(&world.end[BOB].wire.in, sizeof(world.end[BOB].wire.in));
	assert_string_equal(whom(world.end[ALICE].dir), "an address");
	leave(world_call(ALICE)->peer_zid, ZRTP_ZID_LEN);
	note_all_zids();
	assert_string_equal(whom(world.end[ALICE].dir), "a ZID");
	sodium_bin2hex(hex, sizeof(hex), world_call(ALICE)->peer_zid, ZRTP_ZID_LEN);
	leave(hex, sizeof(hex));
	assert_string_equal(whom(world.end[ALICE].dir), "a ZID");
	leave("", 0);
	assert_string_equal(whom(world.end[ALICE].dir), "");
	log_info("a call to %s", HIM);		/* the journal is read too */
	assert_string_equal(whom(world.end[ALICE].dir), "a name");
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_call_and_its_comparison_leave_nothing),
		WORLD(nor_does_one_that_sottod_does_not_survive),
		WORLD(nor_does_an_alarm),
		WORLD(nor_does_a_missed_call_or_a_stranger),
		WORLD(nor_does_forgetting),
		WORLD(what_is_left_is_found),
	};

	return cmocka_run_group_tests_name("sottod traces", tests, NULL, NULL);
}
