// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dtls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>

#define PROFILES	"SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:" \
			"SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32"
#define EXPORTER	"EXTRACTOR-dtls_srtp"
#define MTU		1200
#define PATIENCE_S	30

/* It is good for one call: who it is, the fingerprint in the SDP tells. */
static int use_fresh_certificate(SSL_CTX *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *name = cert ? X509_get_subject_name(cert) : NULL;
	int good = key && name && X509_set_version(cert, X509_VERSION_3) &&
		   ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
		   X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
		   X509_gmtime_adj(X509_getm_notAfter(cert), 24 * 3600) &&
		   X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					      (const unsigned char *)"call", -1, -1, 0) &&
		   X509_set_issuer_name(cert, name) && X509_set_pubkey(cert, key) &&
		   X509_sign(cert, key, EVP_sha256()) && SSL_CTX_use_certificate(ctx, cert) == 1 &&
		   SSL_CTX_use_PrivateKey(ctx, key) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return good ? 0 : -EPROTO;
}

/* Nobody has signed it; dtls_is_peer() looks at it after the handshake. */
static int any_certificate(int is_good, X509_STORE_CTX *ctx)
{
	return 1;
}

static SSL_CTX *new_context(bool server)
{
	SSL_CTX *ctx = SSL_CTX_new(server ? DTLS_server_method() : DTLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			   any_certificate);
	SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	/* SSL_CTX_set_tlsext_use_srtp() returns 0 where it succeeds. */
	if (!SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) ||
	    SSL_CTX_set_tlsext_use_srtp(ctx, PROFILES) || use_fresh_certificate(ctx)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

SSL *dtls_new(int fd, bool server)
{
	SSL_CTX *ctx = new_context(server);
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	BIO *bio = ssl ? BIO_new_dgram(fd, BIO_NOCLOSE) : NULL;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	SSL_CTX_free(ctx);	/* @ssl has it */
	if (!bio || getpeername(fd, (struct sockaddr *)&peer, &len)) {
		BIO_free(bio);
		SSL_free(ssl);
		return NULL;
	}
	BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &peer);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_mtu(ssl, MTU);
	/* At the end nothing is said: on a secure flow no DTLS leaves. */
	SSL_set_quiet_shutdown(ssl, 1);
	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

void dtls_free(SSL *ssl)
{
	SSL_free(ssl);
}

static int write_fingerprint(const X509 *cert, char out[DTLS_FINGERPRINT_MAX])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len;
	char *p = out;

	if (!cert || !X509_digest(cert, EVP_sha256(), hash, &len) || len != 32)
		return -EPROTO;
	p += sprintf(p, "a=fingerprint:sha-256 ");
	for (unsigned int i = 0; i < len; i++)
		p += sprintf(p, i ? ":%02X" : "%02X", hash[i]);
	return 0;
}

int dtls_own_fingerprint(SSL *ssl, char out[DTLS_FINGERPRINT_MAX])
{
	return write_fingerprint(SSL_get_certificate(ssl), out);
}

bool dtls_is_peer(SSL *ssl, const char *line)
{
	char theirs[DTLS_FINGERPRINT_MAX];
	X509 *cert = SSL_get1_peer_certificate(ssl);
	int err = write_fingerprint(cert, theirs);

	X509_free(cert);
	return !err && !strcasecmp(line, theirs);
}

/* How long until something must be repeated, in ms; -1: nothing. */
static int repeat_in(SSL *ssl)
{
	struct timeval left;

	return DTLSv1_get_timeout(ssl, &left) ? left.tv_sec * 1000 + left.tv_usec / 1000 + 1 : -1;
}

int dtls_handshake(SSL *ssl)
{
	struct pollfd on = { SSL_get_fd(ssl), POLLIN, 0 };
	time_t give_up = time(NULL) + PATIENCE_S;
	int flags = fcntl(on.fd, F_GETFL), r = 0;

	if (flags < 0 || fcntl(on.fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	while (!r && !SSL_is_init_finished(ssl)) {
		int done = SSL_do_handshake(ssl), why = SSL_get_error(ssl, done);

		if (done == 1)
			break;
		/* The other end's socket may not be there yet. */
		if (why != SSL_ERROR_WANT_READ &&
		    !(why == SSL_ERROR_SYSCALL && errno == ECONNREFUSED))
			r = -EPROTO;
		else if (time(NULL) >= give_up)
			r = -ETIMEDOUT;
		else if (poll(&on, 1, repeat_in(ssl)) == 0 && DTLSv1_handle_timeout(ssl) < 0)
			r = -EPROTO;
	}
	if (fcntl(on.fd, F_SETFL, flags))
		return -errno;
	return r;
}

/* The profiles that DTLS-SRTP has names for (RFC 5764 4.1.2, RFC 7714 14.2). */
static enum sotto_profile agreed_profile(SSL *ssl)
{
	const SRTP_PROTECTION_PROFILE *agreed = SSL_get_selected_srtp_profile(ssl);

	switch (agreed ? agreed->id : 0) {
	case SRTP_AES128_CM_SHA1_80:
		return SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80;
	case SRTP_AES128_CM_SHA1_32:
		return SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32;
	case SRTP_AEAD_AES_128_GCM:
		return SOTTO_PROFILE_AEAD_AES_128_GCM;
	case SRTP_AEAD_AES_256_GCM:
		return SOTTO_PROFILE_AEAD_AES_256_GCM;
	default:
		return SOTTO_PROFILE_UNSPEC;
	}
}

/* RFC 5764 4.2: the client's key, the server's key, the client's salt, the server's salt. */
int dtls_keys(SSL *ssl, struct dtls_keys *out)
{
	struct sotto_key key = { .profile = agreed_profile(ssl) };
	unsigned char all[2 * (sizeof(key.master) + sizeof(key.salt))], *p = all;

	/* Without RFC 7627 who sits in between could have both ends export the same. */
	if (SSL_get_extms_support(ssl) != 1 ||
	    sotto_profile_sizes(key.profile, &key.master_len, &key.salt_len) ||
	    SSL_export_keying_material(ssl, all, 2 * (key.master_len + key.salt_len), EXPORTER,
				       strlen(EXPORTER), NULL, 0, 0) != 1)
		return -EPROTO;
	out->client = key;
	out->server = key;
	memcpy(out->client.master, p, key.master_len);
	memcpy(out->server.master, p += key.master_len, key.master_len);
	memcpy(out->client.salt, p += key.master_len, key.salt_len);
	memcpy(out->server.salt, p += key.salt_len, key.salt_len);
	OPENSSL_cleanse(all, sizeof(all));
	return 0;
}
