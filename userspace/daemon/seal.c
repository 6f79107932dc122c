// SPDX-License-Identifier: GPL-2.0-or-later
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#define KEY_FILE	"sotto.key"
#define NONCE_LEN	crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN		crypto_aead_xchacha20poly1305_ietf_ABYTES
#define CONTEXT		"sottod-1"	/* of the key derivation, 8 characters */

_Static_assert(SEAL_OVERHEAD == NONCE_LEN + TAG_LEN, "the format on disk");
_Static_assert(SEAL_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "one key length");
_Static_assert(SEAL_KEY_LEN == crypto_kdf_KEYBYTES, "one key length");

struct seal {
	uint8_t keys[SEAL_SETTING + 1][SEAL_KEY_LEN];	/* by purpose */
};

int seal_new(struct seal **out, const uint8_t master[SEAL_KEY_LEN])
{
	struct seal *s;

	if (sodium_init() < 0)
		return -ENOSYS;
	s = sodium_malloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof(*s));
	for (int purpose = SEAL_ROW_KEY; purpose <= SEAL_SETTING; purpose++)
		crypto_kdf_derive_from_key(s->keys[purpose], SEAL_KEY_LEN, purpose, CONTEXT, master);
	*out = s;
	return 0;
}

void seal_free(struct seal *s)
{
	sodium_free(s);	/* wipes */
}

static int read_key(int fd, uint8_t master[SEAL_KEY_LEN])
{
	uint8_t more;
	size_t have = 0;
	ssize_t n;

	while (have < SEAL_KEY_LEN) {
		n = read(fd, master + have, SEAL_KEY_LEN - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EKEYREJECTED;
		have += n;
	}
	return read(fd, &more, 1) == 0 ? 0 : -EKEYREJECTED;
}

static int read_key_file(const char *path, uint8_t master[SEAL_KEY_LEN])
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		r = -errno;
	else if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IRWXG | S_IRWXO)))
		r = -EKEYREJECTED;
	else
		r = read_key(fd, master);
	close(fd);
	return r;
}

static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = fsync(fd) ? -errno : 0;
	close(fd);
	return r;
}

/* Whole or not at all: a torn key file would lock everybody's peers away. */
static int make_key_file(const char *dir, const char *path, uint8_t master[SEAL_KEY_LEN])
{
	char temporary[PATH_MAX];
	int fd, r = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	if (unlink(temporary) && errno != ENOENT)
		return -errno;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	randombytes_buf(master, SEAL_KEY_LEN);
	if (write(fd, master, SEAL_KEY_LEN) != SEAL_KEY_LEN)
		r = -EIO;
	else if (fsync(fd) || rename(temporary, path))
		r = -errno;
	close(fd);
	return r ?: sync_dir(dir);
}

static int find_key(const char *state_dir, uint8_t master[SEAL_KEY_LEN])
{
	const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];
	int fd, r;

	if (credentials) {
		if (snprintf(path, sizeof(path), "%s/" KEY_FILE, credentials) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			r = read_key(fd, master);	/* systemd sees to its mode */
			close(fd);
			return r;
		}
		if (errno != ENOENT)
			return -errno;
	}
	if (snprintf(path, sizeof(path), "%s/" KEY_FILE, state_dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = read_key_file(path, master);
	return r == -ENOENT ? make_key_file(state_dir, path, master) : r;
}

int seal_load(struct seal **out, const char *state_dir)
{
	uint8_t *master;
	int r;

	if (sodium_init() < 0)
		return -ENOSYS;
	master = sodium_malloc(SEAL_KEY_LEN);
	if (!master)
		return -ENOMEM;
	r = find_key(state_dir, master) ?: seal_new(out, master);
	sodium_free(master);
	return r;
}

void seal_close_box_with(const uint8_t key[SEAL_KEY_LEN], const void *ad, size_t ad_len,
			 const void *in, size_t len, uint8_t *out)
{
	randombytes_buf(out, NONCE_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_LEN, NULL, in, len, ad, ad_len,
						   NULL, out, key);
}

int seal_open_box_with(const uint8_t key[SEAL_KEY_LEN], const void *ad, size_t ad_len,
		       const uint8_t *in, size_t len, void *out)
{
	if (len < SEAL_OVERHEAD ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + NONCE_LEN,
						       len - NONCE_LEN, ad, ad_len, in, key))
		return -EBADMSG;
	return 0;
}

void seal_close_box(const struct seal *s, enum seal_purpose purpose, const void *ad, size_t ad_len,
		    const void *in, size_t len, uint8_t *out)
{
	seal_close_box_with(s->keys[purpose], ad, ad_len, in, len, out);
}

int seal_open_box(const struct seal *s, enum seal_purpose purpose, const void *ad, size_t ad_len,
		  const uint8_t *in, size_t len, void *out)
{
	return seal_open_box_with(s->keys[purpose], ad, ad_len, in, len, out);
}

void seal_index(const struct seal *s, enum seal_purpose purpose, const void *in, size_t len,
		uint8_t out[SEAL_INDEX_LEN])
{
	crypto_generichash(out, SEAL_INDEX_LEN, in, len, s->keys[purpose], SEAL_KEY_LEN);
}
