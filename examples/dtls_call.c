// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program with DTLS-SRTP keys (RFC 5764), which the kernel encrypts with:
 *
 *	dtls_call LOCAL REMOTE
 *
 * It writes its a=fingerprint line, which belongs into its SDP, reads the other end's, does
 * the handshake on the socket of the media, gives the keys to the kernel, and talks over that
 * socket as if nothing were encrypted. Lines of input go to the other end, lines that come
 * from there are printed. It ends with its input.
 *
 * LOCAL and REMOTE are ADDRESS:PORT. Needs CAP_NET_ADMIN.
 *
 * It is the DTLS client (a=setup:active), as who answers a call should be. A client is done
 * when it has heard the server's Finished, and nobody needs DTLS of it any more: a secure
 * flow lets none pass. A server would have to wait with sotto_flow_claim() until it has heard
 * media, for its last words may be lost, and then it must be able to repeat them.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "dtls.h"
#include "media.h"
#include "secure.h"

#define COOKIE	"dtls_call"

/* Both ends know the keys, and each knows that it is the one that the SDP meant. */
static int agree(SSL *ssl, struct dtls_keys *keys)
{
	char fingerprint[DTLS_FINGERPRINT_MAX], line[MEDIA_LINE_MAX];
	int r = dtls_own_fingerprint(ssl, fingerprint);

	if (!r)
		r = media_print(fingerprint) ?: media_print("\n");
	if (!r && media_read_line(line) < 0)
		r = -EINVAL;
	if (!r)
		r = dtls_handshake(ssl);
	if (r) {
		warnx("no handshake: %s", strerror(-r));
	} else if (!dtls_is_peer(ssl, line)) {
		warnx("somebody else answers: the certificate is not that of the fingerprint");
		r = -EKEYREJECTED;
	} else {
		r = dtls_keys(ssl, keys);
		if (r)
			warnx("the other end knows no DTLS-SRTP as we do");
	}
	return r;
}

int main(int argc, char **argv)
{
	struct sotto_addr from, to;
	struct dtls_keys keys;
	struct media media = { 0 };
	struct sotto *s;
	uint64_t id = 0;
	SSL *ssl;
	int r;

	if (argc != 3) {
		fprintf(stderr, "usage: dtls_call LOCAL REMOTE\n");
		return 2;
	}
	if (sotto_open(&s))
		errx(1, "%s", sotto_error(s));
	media.fd = media_open(argv[1], argv[2], &from, &to);
	if (media.fd < 0)
		errx(1, "%s to %s: %s", argv[1], argv[2], strerror(-media.fd));
	ssl = dtls_new(media.fd, false);
	if (!ssl)
		errx(1, "OpenSSL cannot be used");

	r = agree(ssl, &keys);
	if (!r) {
		r = secure_flow(s, COOKIE, &from, &to, &keys.client, &keys.server, &id);
		if (r)
			warnx("not encrypted, so nothing is sent: %s", sotto_error(s));
	}
	OPENSSL_cleanse(&keys, sizeof(keys));
	if (!r)
		r = media_print("secure\n");
	if (!r)
		r = media_talk(&media);	/* in clear, as far as we know */
	if (id)
		sotto_flow_del(s, id);
	dtls_free(ssl);
	sotto_close(s);
	return r ? 1 : 0;
}
