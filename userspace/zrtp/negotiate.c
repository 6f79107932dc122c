// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which algorithms are offered, chosen and accepted, RFC 6189 4.1.1, 4.1.2.
 */
#include <errno.h>
#include <string.h>

#include "negotiate.h"

static void suite_set(struct zrtp_suite *suite, enum zrtp_kind kind, uint8_t id)
{
	switch (kind) {
	case ZRTP_KIND_HASH:		suite->hash = id; break;
	case ZRTP_KIND_CIPHER:		suite->cipher = id; break;
	case ZRTP_KIND_AUTH_TAG:	suite->auth_tag = id; break;
	case ZRTP_KIND_AGREEMENT:	suite->agreement = id; break;
	case ZRTP_KIND_SAS:		suite->sas_type = id; break;
	case ZRTP_KINDS:		break;
	}
}

static uint8_t suite_get(const struct zrtp_suite *suite, enum zrtp_kind kind)
{
	switch (kind) {
	case ZRTP_KIND_HASH:		return suite->hash;
	case ZRTP_KIND_CIPHER:		return suite->cipher;
	case ZRTP_KIND_AUTH_TAG:	return suite->auth_tag;
	case ZRTP_KIND_AGREEMENT:	return suite->agreement;
	case ZRTP_KIND_SAS:		return suite->sas_type;
	case ZRTP_KINDS:		break;
	}
	return 0;
}

static uint8_t config_get(const struct zrtp_config *config, enum zrtp_kind kind, int i)
{
	switch (kind) {
	case ZRTP_KIND_HASH:		return config->hashes[i];
	case ZRTP_KIND_CIPHER:		return config->ciphers[i];
	case ZRTP_KIND_AUTH_TAG:	return config->auth_tags[i];
	case ZRTP_KIND_AGREEMENT:	return config->agreements[i];
	case ZRTP_KIND_SAS:		return config->sas_types[i];
	case ZRTP_KINDS:		break;
	}
	return 0;
}

/* RFC 6189 5.1.5: EC38 needs SHA-384, and a cipher that is as strong. */
static bool can_use(const struct zrtp_offer *offer, uint8_t agreement)
{
	return agreement != ZRTP_KA_EC38 ||
	       (zrtp_algo_list_has(&offer->list[ZRTP_KIND_HASH], ZRTP_HASH_S384) &&
		zrtp_algo_list_has(&offer->list[ZRTP_KIND_CIPHER], ZRTP_CIPHER_AES3));
}

static void drop_unusable(struct zrtp_offer *offer)
{
	struct zrtp_algo_list *list = &offer->list[ZRTP_KIND_AGREEMENT];
	uint8_t n = 0;

	for (uint8_t i = 0; i < list->n; i++)
		if (can_use(offer, list->id[i]))
			list->id[n++] = list->id[i];
	list->n = n;
}

int zrtp_offer_from_config(const struct zrtp_config *config, struct zrtp_offer *out)
{
	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		struct zrtp_algo_list *list = &out->list[kind];

		list->n = 0;
		for (int i = 0; i < ZRTP_ALGOS_MAX && config_get(config, kind, i); i++) {
			uint8_t id = config_get(config, kind, i);

			if (!zrtp_algo(kind, id) || zrtp_algo(kind, id)->mode ||
			    zrtp_algo_list_has(list, id))
				return -EINVAL;
			list->id[list->n++] = id;
		}
		if (!list->n)
			zrtp_algo_all(kind, list);
		zrtp_algo_add_mandatory(kind, list);
	}
	drop_unusable(out);
	for (int i = 0; i < ZRTP_ALGOS_MAX && config->agreements[i]; i++)
		if (!can_use(out, config->agreements[i]))
			return -EINVAL;
	out->multistream = true;
	out->preshared = config->preshared;
	return 0;
}

static bool lists_mode(const struct zrtp_hello *hello, const char *mode)
{
	const uint8_t *block = hello->blocks[ZRTP_KIND_AGREEMENT];

	for (int i = 0; i < hello->counts[ZRTP_KIND_AGREEMENT]; i++, block += ZRTP_BLOCK_LEN)
		if (!memcmp(block, mode, ZRTP_BLOCK_LEN))
			return true;
	return false;
}

void zrtp_offer_from_hello(const struct zrtp_hello *hello, struct zrtp_offer *out)
{
	out->multistream = lists_mode(hello, ZRTP_MULT_BLOCK);
	out->preshared = lists_mode(hello, ZRTP_PRSH_BLOCK);
	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		struct zrtp_algo_list *list = &out->list[kind];

		list->n = 0;
		for (int i = 0; i < hello->counts[kind]; i++) {
			const struct zrtp_algo *algo =
				zrtp_algo_from_block(kind, hello->blocks[kind] + i * ZRTP_BLOCK_LEN);

			if (algo && !zrtp_algo_list_has(list, algo->id))
				list->id[list->n++] = algo->id;
		}
		zrtp_algo_add_mandatory(kind, list);
	}
	drop_unusable(out);
}

uint8_t zrtp_offer_blocks(const struct zrtp_offer *offer, enum zrtp_kind kind, uint8_t *blocks)
{
	const struct zrtp_algo_list *list = &offer->list[kind];
	uint8_t n = list->n < ZRTP_ALGOS_MAX ? list->n : ZRTP_ALGOS_MAX;

	for (uint8_t i = 0; i < n; i++)
		memcpy(blocks + i * ZRTP_BLOCK_LEN, zrtp_algo(kind, list->id[i])->block,
		       ZRTP_BLOCK_LEN);
	if (kind == ZRTP_KIND_AGREEMENT && offer->multistream && n < ZRTP_ALGOS_MAX)
		memcpy(blocks + n++ * ZRTP_BLOCK_LEN, ZRTP_MULT_BLOCK, ZRTP_BLOCK_LEN);
	if (kind == ZRTP_KIND_AGREEMENT && offer->preshared && n < ZRTP_ALGOS_MAX)
		memcpy(blocks + n++ * ZRTP_BLOCK_LEN, ZRTP_PRSH_BLOCK, ZRTP_BLOCK_LEN);
	return n;
}

/* The first of @list that @other has as well; both end in the mandatory ones. */
static uint8_t first_common(const struct zrtp_algo_list *list, const struct zrtp_algo_list *other)
{
	uint8_t i = 0;

	while (!zrtp_algo_list_has(other, list->id[i]))
		i++;
	return list->id[i];
}

static uint8_t choose_agreement(const struct zrtp_algo_list *own, const struct zrtp_algo_list *peer)
{
	uint8_t a = first_common(own, peer);
	uint8_t b = first_common(peer, own);

	return zrtp_algo(ZRTP_KIND_AGREEMENT, a)->rank <=
	       zrtp_algo(ZRTP_KIND_AGREEMENT, b)->rank ? a : b;
}

void zrtp_negotiate(const struct zrtp_offer *own, const struct zrtp_offer *peer,
		    struct zrtp_suite *out)
{
	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		const struct zrtp_algo_list *a = &own->list[kind];
		const struct zrtp_algo_list *b = &peer->list[kind];

		suite_set(out, kind, kind == ZRTP_KIND_AGREEMENT ? choose_agreement(a, b) :
								   first_common(a, b));
	}
	if (out->agreement == ZRTP_KA_EC38) {
		out->hash = ZRTP_HASH_S384;
		out->cipher = ZRTP_CIPHER_AES3;
	}
}

enum zrtp_error zrtp_suite_from_commit(const struct zrtp_offer *own,
				       const struct zrtp_commit *commit, struct zrtp_suite *out)
{
	static const enum zrtp_error refusal[ZRTP_KINDS] = {
		[ZRTP_KIND_HASH]	= ZRTP_ERROR_HASH,
		[ZRTP_KIND_CIPHER]	= ZRTP_ERROR_CIPHER,
		[ZRTP_KIND_AUTH_TAG]	= ZRTP_ERROR_AUTH_TAG,
		[ZRTP_KIND_AGREEMENT]	= ZRTP_ERROR_AGREEMENT,
		[ZRTP_KIND_SAS]		= ZRTP_ERROR_SAS_TYPE,
	};

	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		const struct zrtp_algo *algo = zrtp_algo_from_block(kind, commit->blocks[kind]);

		if (kind == ZRTP_KIND_AGREEMENT && commit->form == ZRTP_COMMIT_PRSH) {
			suite_set(out, kind, ZRTP_KA_PRSH);
			continue;
		}
		if (!algo || !zrtp_algo_list_has(&own->list[kind], algo->id))
			return refusal[kind];
		suite_set(out, kind, algo->id);
	}
	if (out->agreement == ZRTP_KA_EC38 && out->hash != ZRTP_HASH_S384)
		return ZRTP_ERROR_HASH;
	if (out->agreement == ZRTP_KA_EC38 && out->cipher != ZRTP_CIPHER_AES3)
		return ZRTP_ERROR_CIPHER;
	return ZRTP_ERROR_NONE;
}

void zrtp_suite_blocks(const struct zrtp_suite *suite, const uint8_t *blocks[ZRTP_KINDS])
{
	for (int kind = 0; kind < ZRTP_KINDS; kind++)
		blocks[kind] = (const uint8_t *)zrtp_algo(kind, suite_get(suite, kind))->block;
}

int zrtp_version_compare(const uint8_t *version)
{
	return memcmp(version, ZRTP_VERSION, ZRTP_VERSION_COMPARED);
}
