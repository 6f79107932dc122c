// SPDX-License-Identifier: GPL-2.0-or-later
/* Boxes, keyed hashes, and where the master key comes from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon_dir.h"
#include "seal.h"

#define TEXT	"what nobody else is to read"
#define BOX	(sizeof(TEXT) + SEAL_OVERHEAD)

static const uint8_t master[SEAL_KEY_LEN] = { 1, 2, 3 };
static const uint8_t other_master[SEAL_KEY_LEN] = { 1, 2, 4 };

static struct seal *seal_of(const uint8_t key[SEAL_KEY_LEN])
{
	struct seal *s;

	assert_int_equal(seal_new(&s, key), 0);
	return s;
}

static void close_text(const struct seal *s, uint8_t box[BOX])
{
	seal_close_box(s, SEAL_RECORD, "ad", 2, TEXT, sizeof(TEXT), box);
}

static void a_box_opens_with_its_key_purpose_and_owner_only(void **state)
{
	struct seal *s = seal_of(master), *other = seal_of(other_master);
	uint8_t box[BOX];
	char out[sizeof(TEXT)];

	close_text(s, box);
	assert_null(memmem(box, sizeof(box), "nobody", 6));
	assert_int_equal(seal_open_box(s, SEAL_RECORD, "ad", 2, box, BOX, out), 0);
	assert_string_equal(out, TEXT);
	assert_int_equal(seal_open_box(other, SEAL_RECORD, "ad", 2, box, BOX, out), -EBADMSG);
	assert_int_equal(seal_open_box(s, SEAL_ROW_KEY, "ad", 2, box, BOX, out), -EBADMSG);
	assert_int_equal(seal_open_box(s, SEAL_RECORD, "ae", 2, box, BOX, out), -EBADMSG);
	assert_int_equal(seal_open_box(s, SEAL_RECORD, NULL, 0, box, BOX, out), -EBADMSG);
	seal_free(s);
	seal_free(other);
}

static void a_changed_box_does_not_open(void **state)
{
	struct seal *s = seal_of(master);
	char out[sizeof(TEXT)];
	uint8_t box[BOX];

	close_text(s, box);
	for (size_t bit = 0; bit < 8 * BOX; bit++) {
		box[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(seal_open_box(s, SEAL_RECORD, "ad", 2, box, BOX, out), -EBADMSG);
		box[bit / 8] ^= 1 << bit % 8;
	}
	for (size_t len = 0; len < BOX; len++)
		assert_int_equal(seal_open_box(s, SEAL_RECORD, "ad", 2, box, len, out), -EBADMSG);
	seal_free(s);
}

static void the_same_text_never_makes_the_same_box(void **state)
{
	struct seal *s = seal_of(master);
	uint8_t a[BOX], b[BOX];

	close_text(s, a);
	close_text(s, b);
	assert_memory_not_equal(a, b, 24);			/* nonces */
	assert_memory_not_equal(a + 24, b + 24, sizeof(a) - 24);
	seal_free(s);
}

static void an_index_depends_on_key_and_purpose(void **state)
{
	struct seal *s = seal_of(master), *again = seal_of(master), *other = seal_of(other_master);
	uint8_t a[SEAL_INDEX_LEN], b[SEAL_INDEX_LEN];

	seal_index(s, SEAL_ZID, "zid", 3, a);
	seal_index(again, SEAL_ZID, "zid", 3, b);
	assert_memory_equal(a, b, sizeof(a));
	seal_index(other, SEAL_ZID, "zid", 3, b);
	assert_memory_not_equal(a, b, sizeof(a));
	seal_index(s, SEAL_NAME, "zid", 3, b);
	assert_memory_not_equal(a, b, sizeof(a));
	seal_free(s);
	seal_free(again);
	seal_free(other);
}

static const char *key_path(const char *dir)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sotto.key", dir);
	return path;
}

static void write_key(const char *dir, size_t len, mode_t mode)
{
	static const uint8_t bytes[2 * SEAL_KEY_LEN] = { 9 };
	int fd = open(key_path(dir), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void first_use_makes_a_key_that_only_the_owner_reads(void **state)
{
	struct seal *s, *again;
	char out[sizeof(TEXT)];
	uint8_t box[BOX];
	struct stat st;

	assert_int_equal(seal_load(&s, *state), 0);
	assert_int_equal(stat(key_path(*state), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, SEAL_KEY_LEN);
	assert_int_equal(dir_files(*state), 1);		/* nothing left lying about */
	close_text(s, box);
	assert_int_equal(seal_load(&again, *state), 0);
	assert_int_equal(seal_open_box(again, SEAL_RECORD, "ad", 2, box, BOX, out), 0);
	seal_free(s);
	seal_free(again);
}

static void two_machines_have_two_keys(void **state)
{
	struct seal *s, *again;
	char out[sizeof(TEXT)];
	uint8_t box[BOX];

	assert_int_equal(seal_load(&s, *state), 0);
	assert_int_equal(unlink(key_path(*state)), 0);
	assert_int_equal(seal_load(&again, *state), 0);
	close_text(s, box);
	assert_int_equal(seal_open_box(again, SEAL_RECORD, "ad", 2, box, BOX, out), -EBADMSG);
	seal_free(s);
	seal_free(again);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
	struct seal *s;

	write_key(*state, SEAL_KEY_LEN, 0600);
	assert_int_equal(seal_load(&s, *state), 0);
	seal_free(s);
	write_key(*state, SEAL_KEY_LEN, 0640);
	assert_int_equal(seal_load(&s, *state), -EKEYREJECTED);
	write_key(*state, SEAL_KEY_LEN, 0604);
	assert_int_equal(seal_load(&s, *state), -EKEYREJECTED);
}

static void a_key_of_another_length_is_refused_and_stays(void **state)
{
	struct stat st;
	struct seal *s;

	for (size_t len = 0; len <= SEAL_KEY_LEN + 1; len++) {
		if (len == SEAL_KEY_LEN)
			continue;
		write_key(*state, len, 0600);
		assert_int_equal(seal_load(&s, *state), -EKEYREJECTED);
		assert_int_equal(stat(key_path(*state), &st), 0);
		assert_int_equal(st.st_size, len);
	}
}

static void a_link_in_the_place_of_the_key_is_not_followed(void **state)
{
	struct seal *s;

	assert_int_equal(symlink("elsewhere", key_path(*state)), 0);
	assert_int_equal(seal_load(&s, *state), -ELOOP);
}

static void a_systemd_credential_goes_before_the_file(void **state)
{
	char credentials[PATH_MAX], out[sizeof(TEXT)];
	uint8_t box[BOX];
	struct seal *s, *file;

	snprintf(credentials, sizeof(credentials), "%s/credentials", (char *)*state);
	assert_int_equal(mkdir(credentials, 0700), 0);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", credentials, 1), 0);
	assert_int_equal(seal_load(&file, *state), 0);	/* none there: the file */
	assert_int_equal(access(key_path(*state), F_OK), 0);
	write_key(credentials, SEAL_KEY_LEN, 0400);
	assert_int_equal(seal_load(&s, *state), 0);
	close_text(s, box);
	assert_int_equal(seal_open_box(file, SEAL_RECORD, "ad", 2, box, BOX, out), -EBADMSG);
	seal_free(s);
	write_key(credentials, 3, 0400);
	/* And the file does not stand in for it. */
	assert_int_equal(seal_load(&s, *state), -EKEYREJECTED);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	seal_free(file);
}

#define WITH_DIR(f)	cmocka_unit_test_setup_teardown(f, dir_setup, dir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_opens_with_its_key_purpose_and_owner_only),
		cmocka_unit_test(a_changed_box_does_not_open),
		cmocka_unit_test(the_same_text_never_makes_the_same_box),
		cmocka_unit_test(an_index_depends_on_key_and_purpose),
		WITH_DIR(first_use_makes_a_key_that_only_the_owner_reads),
		WITH_DIR(two_machines_have_two_keys),
		WITH_DIR(a_key_that_others_may_read_is_refused),
		WITH_DIR(a_key_of_another_length_is_refused_and_stays),
		WITH_DIR(a_link_in_the_place_of_the_key_is_not_followed),
		WITH_DIR(a_systemd_credential_goes_before_the_file),
	};

	return cmocka_run_group_tests_name("sottod seal", tests, NULL, NULL);
}
