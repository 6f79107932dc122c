// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libbzrtp behind an interface of ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bzrtp/bzrtp.h>
#include <sqlite3.h>

#include "bzrtp_theirs.h"

#define SSRC		0x12345678
#define SSRC_MORE	0x87654321

/* Exported by libbzrtp without a header. */
uint8_t bzrtp_cryptoAlgoTypeStringToInt(uint8_t name[4], uint8_t type);
uint8_t bzrtpUtils_getAvailableCryptoTypes(uint8_t kind, uint8_t types[7]);
void bzrtp_base32(uint32_t sas, char *output, int size);
void bzrtp_base256(uint32_t sas, char *output, int size);

#define REQUIRE(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);	\
		abort();						\
	}								\
} while (0)

static int on_send(void *client, const uint8_t *packet, uint16_t len)
{
	struct their_end *t = client;

	t->send(t->arg, packet, len);
	return 0;
}

static int on_secrets(void *client, const bzrtpSrtpSecrets_t *s, uint8_t part)
{
	struct their_end *t = client;

	if (part & ZRTP_SRTP_SECRETS_FOR_SENDER) {
		memcpy(t->tx_key, s->selfSrtpKey, s->selfSrtpKeyLength);
		memcpy(t->tx_salt, s->selfSrtpSalt, s->selfSrtpSaltLength);
		t->key_len = s->selfSrtpKeyLength;
		t->short_tag = s->authTagAlgo == ZRTP_AUTHTAG_HS32;
		t->salt_len = s->selfSrtpSaltLength;
	}
	if (part & ZRTP_SRTP_SECRETS_FOR_RECEIVER) {
		memcpy(t->rx_key, s->peerSrtpKey, s->peerSrtpKeyLength);
		memcpy(t->rx_salt, s->peerSrtpSalt, s->peerSrtpSaltLength);
	}
	return 0;
}

static int on_start(void *client, const bzrtpSrtpSecrets_t *s, int32_t verified)
{
	struct their_end *t = client;

	snprintf(t->sas, sizeof(t->sas), "%s", s->sas);
	t->verified = verified;
	t->cache_mismatch = s->cacheMismatch;
	t->aux_matched = s->auxSecretMismatch == BZRTP_AUXSECRET_MATCH;
	t->secure = true;
	t->more_secure = t->has_more;
	return 0;
}

void their_open(struct their_end *t, const char *cache)
{
	sqlite3 *db;
	int r;

	memset(t, 0, sizeof(*t));
	REQUIRE(sqlite3_open(cache, &db) == SQLITE_OK);
	r = bzrtp_initCache_lock(db, NULL);
	REQUIRE(!r || r == BZRTP_CACHE_SETUP || r == BZRTP_CACHE_UPDATE);
	t->cache = db;
}

static void their_free(struct their_end *t)
{
	if (t->context && t->has_more)
		bzrtp_destroyBzrtpContext(t->context, SSRC_MORE);
	if (t->context)
		bzrtp_destroyBzrtpContext(t->context, SSRC);
	t->context = NULL;
}

void their_close(struct their_end *t)
{
	their_free(t);
	sqlite3_close(t->cache);
}

static void offer_only(struct their_end *t, uint8_t kind, const char *name)
{
	uint8_t block[4], algos[7] = { 0 };

	memcpy(block, name, sizeof(block));
	algos[0] = bzrtp_cryptoAlgoTypeStringToInt(block, kind);
	REQUIRE(algos[0] != ZRTP_UNSET_ALGO);
	bzrtp_setSupportedCryptoTypes(t->context, kind, algos, 1);
}

void their_start(struct their_end *t, const struct their_offer *offer, uint64_t now)
{
	const bzrtpCallbacks_t callbacks = {
		.bzrtp_sendData = on_send,
		.bzrtp_srtpSecretsAvailable = on_secrets,
		.bzrtp_startSrtpSession = on_start,
	};
	struct their_end fresh = { .cache = t->cache, .send = t->send, .arg = t->arg,
				   .aux_len = t->aux_len };

	memcpy(fresh.aux, t->aux, sizeof(fresh.aux));
	their_free(t);
	*t = fresh;
	t->ssrc = SSRC;
	t->context = bzrtp_createBzrtpContext();
	REQUIRE(t->context);
	REQUIRE(!bzrtp_setZIDCache_lock(t->context, t->cache, "sip:they@example.org",
					"sip:we@example.org", NULL));
	offer_only(t, ZRTP_HASH_TYPE, offer->hash);
	offer_only(t, ZRTP_CIPHERBLOCK_TYPE, offer->cipher);
	offer_only(t, ZRTP_AUTHTAG_TYPE, offer->auth_tag);
	offer_only(t, ZRTP_KEYAGREEMENT_TYPE, offer->agreement);
	offer_only(t, ZRTP_SAS_TYPE, offer->sas_type);
	REQUIRE(!bzrtp_setCallbacks(t->context, &callbacks));
	REQUIRE(!bzrtp_initBzrtpContext(t->context, SSRC));
	REQUIRE(!bzrtp_setClientData(t->context, SSRC, t));
	if (t->aux_len)
		REQUIRE(!bzrtp_setAuxiliarySharedSecret(t->context, t->aux, t->aux_len));
	bzrtp_iterate(t->context, SSRC, now);
	REQUIRE(!bzrtp_startChannelEngine(t->context, SSRC));
}

static void add_stream(struct their_end *t, struct their_end *more, uint64_t now)
{
	t->has_more = true;
	more->ssrc = SSRC_MORE;
	REQUIRE(!bzrtp_addChannel(t->context, SSRC_MORE));
	REQUIRE(!bzrtp_setClientData(t->context, SSRC_MORE, more));
	bzrtp_iterate(t->context, SSRC_MORE, now);
	REQUIRE(!bzrtp_startChannelEngine(t->context, SSRC_MORE));
}

void their_more(struct their_end *t, uint64_t now)
{
	t->key_len = 0;
	add_stream(t, t, now);
}

void their_stream(struct their_end *t, struct their_end *more, uint64_t now)
{
	more->context = t->context;
	add_stream(t, more, now);
}

void their_packet(struct their_end *t, uint8_t *data, size_t len)
{
	bzrtp_processMessage(t->context, t->ssrc, data, len);
}

void their_tick(struct their_end *t, uint64_t now)
{
	bzrtp_iterate(t->context, t->ssrc, now);
}

void their_hello_hash(struct their_end *t, char *out, size_t size)
{
	REQUIRE(!bzrtp_getSelfHelloHash(t->context, t->ssrc, (uint8_t *)out, size));
}

void their_expect_hello(struct their_end *t, const char *text)
{
	uint8_t copy[128];
	size_t len = strlen(text);

	REQUIRE(len < sizeof(copy));
	memcpy(copy, text, len + 1);
	/* It says so when our Hello has come already and is another. */
	bzrtp_setPeerHelloHash(t->context, t->ssrc, copy, len);
}

bool they_know(enum their_kind kind, const char *name)
{
	static const uint8_t kinds[] = {
		[THEIR_HASH] = ZRTP_HASH_TYPE, [THEIR_CIPHER] = ZRTP_CIPHERBLOCK_TYPE,
		[THEIR_AUTH_TAG] = ZRTP_AUTHTAG_TYPE, [THEIR_AGREEMENT] = ZRTP_KEYAGREEMENT_TYPE,
		[THEIR_SAS] = ZRTP_SAS_TYPE,
	};
	uint8_t block[4], types[7], wanted, n = bzrtpUtils_getAvailableCryptoTypes(kinds[kind], types);

	memcpy(block, name, sizeof(block));
	wanted = bzrtp_cryptoAlgoTypeStringToInt(block, kinds[kind]);
	return wanted != ZRTP_UNSET_ALGO && memchr(types, wanted, n);
}

void their_sas_is_right(struct their_end *t)
{
	bzrtp_SASVerified(t->context);
}

void their_sas_words(uint32_t bits, char *out, int size)
{
	bzrtp_base256(bits, out, size);
}

void their_sas_base32(uint32_t bits, char *out, int size)
{
	bzrtp_base32(bits, out, size);
}
