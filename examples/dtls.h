/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DTLS-SRTP (RFC 5764) by OpenSSL, on a connected UDP socket.
 */
#ifndef EXAMPLE_DTLS_H
#define EXAMPLE_DTLS_H

#include <stdbool.h>
#include <openssl/ssl.h>
#include <sotto.h>

/* "a=fingerprint:sha-256 " and 32 octets in hexadecimal. */
#define DTLS_FINGERPRINT_MAX	(24 + 32 * 3)

/**
 * struct dtls_keys - what both ends know after the handshake
 * @client: key of what the DTLS client sends
 * @server: of what the server sends; the caller wipes both
 */
struct dtls_keys {
	struct sotto_key client;
	struct sotto_key server;
};

/** dtls_new() - An end with a fresh certificate; NULL where OpenSSL fails. */
SSL *dtls_new(int fd, bool server);
void dtls_free(SSL *ssl);

/** dtls_own_fingerprint() - Our a=fingerprint line (RFC 8122), for our SDP. */
int dtls_own_fingerprint(SSL *ssl, char out[DTLS_FINGERPRINT_MAX]);

/**
 * dtls_handshake() - To its end; what is lost is repeated.
 *
 * Return: 0; -ETIMEDOUT after half a minute; -EPROTO.
 */
int dtls_handshake(SSL *ssl);

/** dtls_is_peer() - Is the other end's certificate the one of this a=fingerprint line? */
bool dtls_is_peer(SSL *ssl, const char *line);

/** dtls_keys() - The keys of both directions (RFC 5764 4.2). Return: 0 or -EPROTO. */
int dtls_keys(SSL *ssl, struct dtls_keys *out);

#endif
