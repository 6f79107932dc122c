// SPDX-License-Identifier: GPL-2.0-or-later
#include "backup_head.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <sodium.h>

#define FORMAT		1
#define MEMORY_MAX	(1024ULL << 20)	/* bytes */
#define PASSES_MAX	16ULL

static const char magic[12] = "sotto backup";

/* As it is on disk; little endian. */
struct head {
	char magic[12];
	uint32_t format;
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint64_t passes;
	uint64_t memory;	/* bytes */
};

_Static_assert(sizeof(struct head) == BACKUP_HEAD_LEN, "the format on disk");
_Static_assert(crypto_pwhash_MEMLIMIT_MODERATE <= MEMORY_MAX, "what we write we read");

void backup_head_make(uint8_t head[BACKUP_HEAD_LEN])
{
	struct head h = {
		.format = htole32(FORMAT),
		.passes = htole64(crypto_pwhash_OPSLIMIT_MODERATE),
		.memory = htole64(crypto_pwhash_MEMLIMIT_MODERATE),
	};

	memcpy(h.magic, magic, sizeof(magic));
	randombytes_buf(h.salt, sizeof(h.salt));
	memcpy(head, &h, sizeof(h));
}

int backup_head_check(const uint8_t head[BACKUP_HEAD_LEN])
{
	struct head h;

	memcpy(&h, head, sizeof(h));
	if (memcmp(h.magic, magic, sizeof(magic)) || !h.format)
		return -EINVAL;
	if (le32toh(h.format) > FORMAT)
		return -EPROTO;
	if (le64toh(h.passes) < crypto_pwhash_OPSLIMIT_MIN ||
	    le64toh(h.memory) < crypto_pwhash_MEMLIMIT_MIN)
		return -EINVAL;
	return le64toh(h.passes) > PASSES_MAX || le64toh(h.memory) > MEMORY_MAX ? -E2BIG : 0;
}

int backup_key(const uint8_t head[BACKUP_HEAD_LEN], const char *passphrase,
	       uint8_t key[BACKUP_KEY_LEN])
{
	struct head h;

	memcpy(&h, head, sizeof(h));
	return crypto_pwhash(key, BACKUP_KEY_LEN, passphrase, strlen(passphrase), h.salt,
			     le64toh(h.passes), le64toh(h.memory), crypto_pwhash_ALG_ARGON2ID13) ?
	       -ENOMEM : 0;
}
