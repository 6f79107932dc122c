// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this build knows of algorithms: one row each, RFC 6189 5.1.2 to 5.1.6.
 */
#include <stdio.h>
#include <errno.h>
#include <string.h>

#include "algo.h"

/*
 * Rows of a kind stand in order of preference. X255 and "GCM " are not in the
 * RFC: they are libbzrtp's, as are S512 and X448. GCM's salt is 96 bits, the others' 112.
 * DH2k is not here: the RFC has it for slow hardware only, and trusts it until 2013.
 */
static const struct zrtp_algo hashes[] = {
	{ ZRTP_HASH_S256, "S256", 32, 0, "SHA256", true },
	{ ZRTP_HASH_S384, "S384", 48, 0, "SHA384", false },
	{ ZRTP_HASH_S512, "S512", 64, 0, "SHA512", false },
};

static const struct zrtp_algo ciphers[] = {
	{ ZRTP_CIPHER_AES1, "AES1", 16, 0, "AES-128-CFB", true },
	{ ZRTP_CIPHER_AES3, "AES3", 32, 0, "AES-256-CFB", false },
};

static const struct zrtp_algo auth_tags[] = {
	{ ZRTP_AUTH_GCM,  "GCM ", 12, 0, NULL, false },
	{ ZRTP_AUTH_HS80, "HS80", 14, 0, NULL, true },
	{ ZRTP_AUTH_HS32, "HS32", 14, 0, NULL, true },
};

static const struct zrtp_algo agreements[] = {
	{ ZRTP_KA_X255, "X255", 32, 2, NULL, false },
	{ ZRTP_KA_X448, "X448", 56, 4, NULL, false },
	{ ZRTP_KA_EC38, "EC38", 96, 6, NULL, false },
	{ ZRTP_KA_EC25, "EC25", 64, 3, NULL, false },
	{ ZRTP_KA_DH3K, "DH3k", 384, 5, NULL, true },
	{ ZRTP_KA_PRSH, ZRTP_PRSH_BLOCK, 0, 0, NULL, false, .mode = true },
};

static const struct zrtp_algo sas_types[] = {
	{ ZRTP_SAS_B32,  "B32 ", 0, 0, NULL, true },
	{ ZRTP_SAS_B256, "B256", 0, 0, NULL, false },
};

static const struct {
	const struct zrtp_algo *rows;
	size_t n;
} tables[ZRTP_KINDS] = {
#define TABLE(t) { t, sizeof(t) / sizeof(t[0]) }
	[ZRTP_KIND_HASH]	= TABLE(hashes),
	[ZRTP_KIND_CIPHER]	= TABLE(ciphers),
	[ZRTP_KIND_AUTH_TAG]	= TABLE(auth_tags),
	[ZRTP_KIND_AGREEMENT]	= TABLE(agreements),
	[ZRTP_KIND_SAS]		= TABLE(sas_types),
#undef TABLE
};

const struct zrtp_algo *zrtp_algo(enum zrtp_kind kind, uint8_t id)
{
	for (size_t i = 0; i < tables[kind].n; i++) {
		if (tables[kind].rows[i].id == id)
			return &tables[kind].rows[i];
	}
	return NULL;
}

const struct zrtp_algo *zrtp_algo_from_block(enum zrtp_kind kind, const uint8_t *block)
{
	for (size_t i = 0; i < tables[kind].n; i++) {
		if (!tables[kind].rows[i].mode &&
		    !memcmp(tables[kind].rows[i].block, block, ZRTP_BLOCK_LEN))
			return &tables[kind].rows[i];
	}
	return NULL;
}

bool zrtp_algo_list_has(const struct zrtp_algo_list *list, uint8_t id)
{
	return memchr(list->id, id, list->n);
}

void zrtp_algo_all(enum zrtp_kind kind, struct zrtp_algo_list *out)
{
	out->n = 0;
	for (size_t i = 0; i < tables[kind].n; i++)
		if (!tables[kind].rows[i].mode)
			out->id[out->n++] = tables[kind].rows[i].id;
}

void zrtp_algo_add_mandatory(enum zrtp_kind kind, struct zrtp_algo_list *list)
{
	for (size_t i = 0; i < tables[kind].n; i++) {
		const struct zrtp_algo *row = &tables[kind].rows[i];

		if (row->mandatory && !zrtp_algo_list_has(list, row->id))
			list->id[list->n++] = row->id;
	}
}

/* People need not see that the wire pads "GCM" and "B32" to four characters. */
#define NAME(row)	(int)strcspn((row)->block, " "), (row)->block

int zrtp_suite_format(const struct zrtp_suite *suite, char *buf, size_t len)
{
	const uint8_t ids[ZRTP_KINDS] = {
		[ZRTP_KIND_HASH]	= suite->hash,
		[ZRTP_KIND_CIPHER]	= suite->cipher,
		[ZRTP_KIND_AUTH_TAG]	= suite->auth_tag,
		[ZRTP_KIND_AGREEMENT]	= suite->agreement,
		[ZRTP_KIND_SAS]		= suite->sas_type,
	};
	const struct zrtp_algo *row[ZRTP_KINDS];
	int n;

	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		row[kind] = zrtp_algo(kind, ids[kind]);
		if (!row[kind])
			return -EINVAL;
	}
	n = snprintf(buf, len, "%.*s %.*s %.*s %.*s %.*s",
		     NAME(row[ZRTP_KIND_AGREEMENT]), NAME(row[ZRTP_KIND_HASH]),
		     NAME(row[ZRTP_KIND_CIPHER]), NAME(row[ZRTP_KIND_AUTH_TAG]),
		     NAME(row[ZRTP_KIND_SAS]));
	return (size_t)n < len ? 0 : -ENOBUFS;
}
