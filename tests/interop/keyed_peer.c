// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keyed-peer: the far end of a program with keys of its own. It knows nothing of sotto and
 * encrypts by libsrtp2:
 *
 *	keyed-peer sdes LOCAL REMOTE PROFILE
 *	keyed-peer dtls LOCAL REMOTE		the DTLS server, by OpenSSL
 *
 * It speaks as examples/sdes_call.c and examples/dtls_call.c do: writes its line of SDP,
 * reads the other end's, says "secure", then sends lines and prints what it hears. With
 * "early" as last word it sends some packets before it says so.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "dtls.h"
#include "libsrtp_end.h"
#include "media.h"

#define EARLY	5	/* enough for a kernel to see that it is RTP */

struct ends {
	struct libsrtp_end sends;
	struct libsrtp_end receives;
};

static int seal(void *data, int *len, void *arg)
{
	struct ends *ends = arg;

	return libsrtp_end_protect(&ends->sends, false, data, len);
}

static int open_packet(void *data, int *len, void *arg)
{
	struct ends *ends = arg;

	return libsrtp_end_unprotect(&ends->receives, false, data, len);
}

static void set_end(struct libsrtp_end *end, enum sotto_profile profile,
		    const unsigned char *key_and_salt, size_t len, bool inbound)
{
	struct libsrtp_key key = { .mki_len = 0 };

	memcpy(key.key_and_salt, key_and_salt, len);
	if (libsrtp_end_open(end, profile, &key, inbound))
		errx(2, "libsrtp2 does not take the key");
}

static void read_line(char *line)
{
	if (media_read_line(line) < 0)
		errx(2, "no line of the other end");
}

static void sdes(const char *profile_name, struct ends *ends)
{
	unsigned char ours[46], theirs[48];
	char coded[128], line[MEDIA_LINE_MAX], *inline_at;
	enum sotto_profile profile;
	uint8_t master, salt;
	int len;

	if (sotto_profile_parse(profile_name, &profile) ||
	    sotto_profile_sizes(profile, &master, &salt))
		errx(2, "no profile is called %s", profile_name);
	RAND_bytes(ours, sizeof(ours));
	EVP_EncodeBlock((unsigned char *)coded, ours, master + salt);
	snprintf(line, sizeof(line), "a=crypto:1 %s inline:%s|2^31\n", profile_name, coded);
	media_print(line);
	read_line(line);
	inline_at = strstr(line, "inline:");
	if (!inline_at || !strstr(line, profile_name))
		errx(2, "no key for %s in: %s", profile_name, line);
	len = EVP_DecodeBlock(theirs, (unsigned char *)inline_at + 7, strcspn(inline_at + 7, "|"));
	if (len < master + salt)
		errx(2, "a key of %d octets", len);
	set_end(&ends->sends, profile, ours, master + salt, false);
	set_end(&ends->receives, profile, theirs, master + salt, true);
}

static void dtls_end(struct libsrtp_end *end, const struct sotto_key *key, bool inbound)
{
	unsigned char both[sizeof(key->master) + sizeof(key->salt)];

	memcpy(both, key->master, key->master_len);
	memcpy(both + key->master_len, key->salt, key->salt_len);
	set_end(end, key->profile, both, key->master_len + key->salt_len, inbound);
}

static void dtls(int fd, struct ends *ends)
{
	char line[MEDIA_LINE_MAX], fingerprint[DTLS_FINGERPRINT_MAX];
	SSL *ssl = dtls_new(fd, true);
	struct dtls_keys keys;

	if (!ssl || dtls_own_fingerprint(ssl, fingerprint))
		errx(2, "OpenSSL fails");
	media_print(fingerprint);
	media_print("\n");
	read_line(line);
	if (dtls_handshake(ssl) || !dtls_is_peer(ssl, line) || dtls_keys(ssl, &keys))
		errx(1, "no handshake with whom the fingerprint means");
	dtls_end(&ends->receives, &keys.client, true);
	dtls_end(&ends->sends, &keys.server, false);
	dtls_free(ssl);
}

int main(int argc, char **argv)
{
	bool early = argc > 1 && !strcmp(argv[argc - 1], "early");
	struct sotto_addr from, to;
	struct ends ends;
	struct media media = { -1, seal, open_packet, &ends };

	if (argc < 4 || srtp_init())
		errx(2, "usage: keyed-peer sdes|dtls LOCAL REMOTE [PROFILE] [early]");
	media.fd = media_open(argv[2], argv[3], &from, &to);
	if (media.fd < 0)
		errx(2, "%s: %s", argv[2], strerror(-media.fd));
	if (!strcmp(argv[1], "dtls"))
		dtls(media.fd, &ends);
	else
		sdes(argv[4], &ends);
	for (int n = 0; early && n < EARLY; n++)
		media_say(&media, "early");
	media_print("secure\n");
	return media_talk(&media) ? 1 : 0;
}
