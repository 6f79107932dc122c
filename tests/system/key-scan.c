// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * key-scan: is a key in the memory of User Mode Linux? To its host that is the memory of
 * a process, the kernel's and all its programs' in one.
 *
 *	key-scan make FILE		a new master key and salt; masked, so that whoever
 *					has the file in memory does not have the key
 *	key-scan install FILE FLOW DIR PROFILE	in the guest, and leaves no copy behind; stops
 *				itself between the key and its use, so that the kernel's
 *				stack is as the key's request has left it
 *	key-scan count PID FILE		on the host: {"master":0,"salt":0,"cipher":2,...}
 *
 * "cipher" and "session-salt" are the SRTP session key and salt of RFC 3711 4.3: the
 * former is also the first round key of its AES schedule.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <sotto.h>

#define MASK		0xa5
#define KEY_LEN		16
#define SALT_LEN	12	/* of both kinds of profile the first bytes */
#define CHUNK		(1 << 20)

struct masked {
	uint8_t key[KEY_LEN];
	uint8_t salt[SALT_LEN];
};

static void make(const char *path)
{
	struct masked m;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (getrandom(&m, sizeof(m), 0) != sizeof(m) || fd < 0 ||
	    write(fd, &m, sizeof(m)) != sizeof(m) || close(fd))
		err(2, "%s", path);
}

static struct masked read_masked(const char *path)
{
	struct masked m;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &m, sizeof(m)) != sizeof(m))
		err(2, "%s", path);
	close(fd);
	return m;
}

static void unmask(const uint8_t *masked, size_t len, uint8_t *out)
{
	for (size_t i = 0; i < len; i++)
		out[i] = masked[i] ^ MASK;
}

/*
 * A key of 16 bytes is copied by way of vector registers, and what is in them when a process
 * ends stays for a while in the kernel's record of it. The linker at run time would put them
 * on the stack as well; meson.build has it done before main().
 */
static __attribute__((noinline)) void clear_registers(void)
{
#ifdef __x86_64__
	/* x87, SSE, AVX and AVX-512 begin anew where the header does not say otherwise. */
	static const struct {
		uint32_t legacy[128];
		uint64_t header[8];
	} __attribute__((aligned(64))) anew = { .legacy = { [6] = 0x1f80 } };	/* MXCSR */

	if (__builtin_cpu_supports("avx"))
		__asm__ volatile("xrstor64 %0" : : "m"(anew), "a"(0xe7), "d"(0) : "memory");
	else
		__asm__ volatile("fxrstor64 %0" : : "m"(anew) : "memory");
#endif
}

static void install(const char *path, uint64_t flow, enum sotto_dir dir, const char *profile)
{
	struct masked m = read_masked(path);
	struct sotto_key key = { .flow_id = flow, .dir = dir, .master_len = KEY_LEN };
	struct sotto *s;
	int rc;

	while (strcmp(sotto_profile_name(key.profile), profile))
		if (++key.profile > SOTTO_PROFILE_MAX)
			errx(2, "no such profile: %s", profile);
	key.salt_len = key.profile >= SOTTO_PROFILE_AEAD_AES_128_GCM ? 12 : 14;
	if (sotto_open(&s))
		errx(2, "sotto: %s", sotto_error(s));
	unmask(m.key, KEY_LEN, key.master);
	unmask(m.salt, SALT_LEN, key.salt);
	rc = sotto_key_new(s, &key);
	explicit_bzero(&key, sizeof(key));
	clear_registers();
	raise(SIGSTOP);
	if (rc || sotto_flow_set_state(s, flow, dir, SOTTO_STATE_SECURE))
		errx(2, "key: %s", sotto_error(s));
	sotto_close(s);
}

/* RFC 3711 4.3.1 and 4.3.3: label @label, one block and the rest of it. */
static void derive(const uint8_t *key, const uint8_t *salt, unsigned int label, uint8_t out[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t x[16] = {}, sealed[32];
	int len;

	memcpy(x, salt, SALT_LEN);
	x[7] ^= label;
	if (!ctx || !EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) ||
	    !EVP_EncryptUpdate(ctx, sealed, &len, x, 16))
		errx(2, "libcrypto");
	memcpy(out, sealed, 16);
	EVP_CIPHER_CTX_free(ctx);
}

struct needle {
	const char *name;
	uint8_t bytes[16];
	size_t len;
	uint64_t count;
};

static void look(struct needle *n, size_t needles, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < needles; i++) {
		const uint8_t *at = data;

		while ((at = memmem(at, data + len - at, n[i].bytes, n[i].len))) {
			n[i].count++;
			at++;
		}
	}
}

static uint64_t look_through(struct needle *n, size_t needles, int mem, uint64_t from, uint64_t to)
{
	static uint8_t data[CHUNK];
	uint64_t seen = 0;

	/* Chunks overlap by what a needle may be cut into. */
	for (uint64_t at = from; at + 16 <= to; at += CHUNK - 15) {
		size_t want = to - at < CHUNK ? to - at : CHUNK;
		ssize_t got = pread(mem, data, want, at);

		if (got <= 0)
			break;
		look(n, needles, data, got);
		seen += got;
		if ((size_t)got < want)
			break;
	}
	return seen;
}

/* All that is mapped, but for KASAN's shadow of it: too large, and only about it. */
static void count(const char *pid, const char *path)
{
	struct masked m = read_masked(path);
	uint8_t key[KEY_LEN], salt[SALT_LEN];
	struct needle n[] = {
		{ .name = "master", .len = 16 }, { .name = "salt", .len = SALT_LEN },
		{ .name = "cipher", .len = 16 }, { .name = "session-salt", .len = SALT_LEN },
		{ .name = "rtcp-cipher", .len = 16 },
	};
	uint64_t from, to, seen = 0;
	char name[64], line[512], mode[8];
	FILE *maps;
	int mem;

	unmask(m.key, KEY_LEN, key);
	unmask(m.salt, SALT_LEN, salt);
	memcpy(n[0].bytes, key, KEY_LEN);
	memcpy(n[1].bytes, salt, SALT_LEN);
	derive(key, salt, 0, n[2].bytes);
	derive(key, salt, 2, n[3].bytes);
	derive(key, salt, 3, n[4].bytes);
	snprintf(name, sizeof(name), "/proc/%s/maps", pid);
	maps = fopen(name, "re");
	snprintf(name, sizeof(name), "/proc/%s/mem", pid);
	mem = open(name, O_RDONLY | O_CLOEXEC);
	if (!maps || mem < 0)
		err(2, "%s", name);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &from, &to, mode) == 3 &&
		    mode[0] == 'r' && to - from < 1ull << 32 && !strstr(line, "[v"))
			seen += look_through(n, sizeof(n) / sizeof(n[0]), mem, from, to);
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "{", n[i].name, n[i].count);
	printf(",\"mib\":%" PRIu64 "}\n", seen >> 20);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "make"))
		make(argv[2]);
	else if (argc == 6 && !strcmp(argv[1], "install"))
		install(argv[2], strtoull(argv[3], NULL, 0),
			strcmp(argv[4], "tx") ? SOTTO_DIR_RX : SOTTO_DIR_TX, argv[5]);
	else if (argc == 4 && !strcmp(argv[1], "count"))
		count(argv[2], argv[3]);
	else
		errx(2, "usage: key-scan make FILE | install FILE FLOW DIR PROFILE | count PID FILE");
	return 0;
}
