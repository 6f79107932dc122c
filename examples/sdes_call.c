// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program with SDES keys (RFC 4568), which the kernel encrypts with:
 *
 *	sdes_call LOCAL REMOTE PROFILE
 *
 * It writes its a=crypto line, which belongs into its SDP, reads the other end's, gives both
 * keys to the kernel, and talks over its socket as if nothing were encrypted. Lines of
 * input go to the other end, lines that come from there are printed. It ends with its input.
 *
 * LOCAL and REMOTE are ADDRESS:PORT, PROFILE one of AES_CM_128_HMAC_SHA1_80,
 * AES_CM_128_HMAC_SHA1_32, AES_256_CM_HMAC_SHA1_80, AES_256_CM_HMAC_SHA1_32,
 * AEAD_AES_128_GCM, AEAD_AES_256_GCM. Needs CAP_NET_ADMIN.
 *
 * SDES is as safe as what carries the SDP: who reads that can hear the call.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "media.h"
#include "secure.h"

#define COOKIE	"sdes_call"

static void make_key(enum sotto_profile profile, struct sotto_key *key)
{
	*key = (struct sotto_key){ .profile = profile };
	sotto_profile_sizes(profile, &key->master_len, &key->salt_len);
	randombytes_buf(key->master, key->master_len);
	randombytes_buf(key->salt, key->salt_len);
}

/* RFC 4568 6.1: master key and salt, one behind the other, in base64. */
static void write_crypto(const char *profile, const struct sotto_key *key)
{
	uint8_t both[sizeof(key->master) + sizeof(key->salt)];
	char coded[sodium_base64_ENCODED_LEN(sizeof(both), sodium_base64_VARIANT_ORIGINAL)];
	char line[MEDIA_LINE_MAX];

	memcpy(both, key->master, key->master_len);
	memcpy(both + key->master_len, key->salt, key->salt_len);
	sodium_bin2base64(coded, sizeof(coded), both, key->master_len + key->salt_len,
			  sodium_base64_VARIANT_ORIGINAL);
	snprintf(line, sizeof(line), "a=crypto:1 %s inline:%s\n", profile, coded);
	if (media_print(line))
		errx(1, "cannot write the crypto line");
	sodium_memzero(both, sizeof(both));
	sodium_memzero(coded, sizeof(coded));
	sodium_memzero(line, sizeof(line));
}

/* The MKI behind the key, "|1:4" for 1 in four octets, if there is one. */
static int read_mki(const char *text, struct sotto_key *key)
{
	const char *colon = strchr(text, ':');
	unsigned long long value;
	unsigned long len;

	if (!colon)
		return 0;	/* a lifetime, which the kernel does not outlive in any case */
	value = strtoull(text, NULL, 10);
	len = strtoul(colon + 1, NULL, 10);
	if (len < 1 || len > sizeof(value))
		return -EINVAL;
	key->mki_len = len;
	for (size_t i = len; i-- > 0; value >>= 8)
		key->mki[i] = value & 0xff;
	return 0;
}

/* a=crypto:1 PROFILE inline:KEY[|LIFETIME][|MKI:LENGTH]; @line is taken apart. */
static int read_crypto(char *line, enum sotto_profile wanted, struct sotto_key *key)
{
	uint8_t both[sizeof(key->master) + sizeof(key->salt)];
	const char *mki = NULL;
	char *name, *coded, *part;
	size_t len = 0;
	int err = -EINVAL;

	*key = (struct sotto_key){ 0 };
	if (strncmp(line, "a=crypto:", 9))
		return -EINVAL;
	strtok_r(line, " ", &part);
	name = strtok_r(NULL, " ", &part);
	coded = strtok_r(NULL, " ", &part);
	if (!name || !coded || strncmp(coded, "inline:", 7) ||
	    sotto_profile_parse(name, &key->profile) || key->profile != wanted)
		return -EINVAL;
	sotto_profile_sizes(key->profile, &key->master_len, &key->salt_len);
	coded = strtok_r(coded + 7, "|", &part);
	while (coded && (name = strtok_r(NULL, "|", &part)))
		mki = name;
	if (coded && !sodium_base642bin(both, sizeof(both), coded, strlen(coded), NULL, &len, NULL,
					sodium_base64_VARIANT_ORIGINAL) &&
	    len == (size_t)key->master_len + key->salt_len) {
		memcpy(key->master, both, key->master_len);
		memcpy(key->salt, both + key->master_len, key->salt_len);
		err = mki ? read_mki(mki, key) : 0;
	}
	sodium_memzero(both, sizeof(both));
	return err;
}

int main(int argc, char **argv)
{
	char line[MEDIA_LINE_MAX];
	struct sotto_addr from, to;
	struct sotto_key tx, rx;
	enum sotto_profile profile;
	struct media media = { 0 };
	struct sotto *s;
	uint64_t id = 0;
	int len, r;

	if (argc != 4 || sotto_profile_parse(argv[3], &profile)) {
		fprintf(stderr, "usage: sdes_call LOCAL REMOTE PROFILE\n");
		return 2;
	}
	if (sodium_init() < 0)
		errx(1, "libsodium cannot be used");
	if (sotto_open(&s))
		errx(1, "%s", sotto_error(s));
	media.fd = media_open(argv[1], argv[2], &from, &to);
	if (media.fd < 0)
		errx(1, "%s to %s: %s", argv[1], argv[2], strerror(-media.fd));

	make_key(profile, &tx);
	write_crypto(argv[3], &tx);
	len = media_read_line(line);
	r = len < 0 ? -EINVAL : read_crypto(line, profile, &rx);
	sodium_memzero(line, sizeof(line));
	if (!r) {
		r = secure_flow(s, COOKIE, &from, &to, &tx, &rx, &id);
		if (r)
			warnx("not encrypted, so nothing is sent: %s", sotto_error(s));
	} else {
		warnx("that is no a=crypto line for %s", argv[3]);
	}
	sodium_memzero(&tx, sizeof(tx));
	sodium_memzero(&rx, sizeof(rx));
	if (!r)
		r = media_print("secure\n");
	if (!r)
		r = media_talk(&media);	/* in clear, as far as we know */
	if (id)
		sotto_flow_del(s, id);
	sotto_close(s);
	return r ? 1 : 0;
}
