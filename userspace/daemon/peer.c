// SPDX-License-Identifier: GPL-2.0-or-later
#include "peer.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#define FORMAT	1

_Static_assert(PEER_CODE_LEN <= ZRTP_AUX_MAX, "it becomes auxsecret");

struct peer *peer_new(void)
{
	struct peer *p = sodium_malloc(sizeof(*p));

	if (!p)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->expires = PEER_NEVER_EXPIRES;
	randombytes_buf(p->own_zid, sizeof(p->own_zid));
	return p;
}

void peer_free(struct peer *p)
{
	sodium_free(p);	/* wipes */
}

void peer_freep(struct peer **p)
{
	peer_free(*p);
}

/* The length of the UTF-8 character at @s (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;	/* overlong, a surrogate, or beyond U+10FFFF */
	return n;
}

/*
 * Characters that would let one name look like another or like the terminal's
 * own words: C0, C1, and the marks that reorder text (U+200B..U+200F,
 * U+2028..U+202E, U+2060..U+206F, U+FEFF).
 */
static bool is_deceptive(const unsigned char *s, size_t n)
{
	if (n == 1)
		return *s < 0x20 || *s == 0x7f;
	if (n == 2)
		return *s == 0xc2 && s[1] < 0xa0;
	if (n == 3 && s[0] == 0xe2)
		return (s[1] == 0x80 && ((s[2] >= 0x8b && s[2] <= 0x8f) ||
					 (s[2] >= 0xa8 && s[2] <= 0xae))) ||
		       (s[1] == 0x81 && s[2] >= 0xa0 && s[2] <= 0xaf);
	return n == 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf;
}

/* The first @len bytes: a person or a device. */
static bool has_no_outer_blank(const char *part, size_t len)
{
	return len && part[0] != ' ' && part[len - 1] != ' ';
}

bool peer_name_valid(const char *name)
{
	size_t len = strlen(name), person = strcspn(name, "/"), n;

	if (len >= PEER_NAME_MAX || !has_no_outer_blank(name, person))
		return false;
	if (name[person] && (strchr(name + person + 1, '/') ||
			     !has_no_outer_blank(name + person + 1, len - person - 1)))
		return false;
	for (const unsigned char *s = (const unsigned char *)name; *s; s += n) {
		n = utf8_length(s);
		if (!n || is_deceptive(s, n))
			return false;
	}
	return true;
}

bool peer_same_person(const char *a, const char *b)
{
	size_t len = strcspn(a, "/");

	return len == strcspn(b, "/") && !memcmp(a, b, len);
}

bool peer_has_host(const struct peer *p, const struct sotto_addr *addr)
{
	if (addr_same_host(&p->last, addr))
		return true;
	for (size_t i = 0; i < p->n_hints; i++)
		if (addr_same_host(&p->hints[i], addr))
			return true;
	return false;
}

void peer_secrets(const struct peer *p, uint64_t now, struct zrtp_peer *out)
{
	bool valid = p->has_zid && now < p->expires;

	memset(out, 0, sizeof(*out));
	memcpy(out->own_zid, p->own_zid, ZRTP_ZID_LEN);
	if (p->has_zid)
		memcpy(out->peer_zid, p->peer_zid, ZRTP_ZID_LEN);
	if (valid && p->has_rs1)
		memcpy(out->rs1, p->rs1, ZRTP_SECRET_LEN);
	if (valid && p->has_rs2)
		memcpy(out->rs2, p->rs2, ZRTP_SECRET_LEN);
	out->has_rs1 = valid && p->has_rs1;
	out->has_rs2 = valid && p->has_rs2;
	/* The flag that the other end gets is about the SAS, RFC 6189 7.1. */
	out->verified = p->verified && !p->by_code && !p->mismatch;
	out->tentative = p->tentative;
	if (p->has_code) {
		memcpy(out->aux, p->code, PEER_CODE_LEN);
		out->aux_len = PEER_CODE_LEN;
	}
}

void peer_agree_code(struct peer *p, const uint8_t *code, bool weak)
{
	p->has_code = code;
	p->code_weak = code && weak;
	if (code)
		memcpy(p->code, code, PEER_CODE_LEN);
	else
		sodium_memzero(p->code, PEER_CODE_LEN);
}

/* Bytes one after the other, to write or to read: one function for both ways. */
struct cursor {
	uint8_t *at;
	const uint8_t *end;
	bool reading;
	bool short_of;
};

static void bytes(struct cursor *c, void *value, size_t len)
{
	if (len > (size_t)(c->end - c->at)) {
		c->short_of = true;
		return;
	}
	if (c->reading)
		memcpy(value, c->at, len);
	else
		memcpy(c->at, value, len);
	c->at += len;
}

static uint64_t number(struct cursor *c, uint64_t value, size_t len)
{
	uint8_t le[8] = { 0 };

	for (size_t i = 0; i < len; i++)
		le[i] = value >> 8 * i;
	bytes(c, le, len);
	value = 0;
	for (size_t i = 0; i < len; i++)
		value |= (uint64_t)le[i] << 8 * i;
	return value;
}

#define NUMBER(c, field, len) do {					\
	uint64_t number_ = number((c), (field), (len));			\
									\
	if ((c)->reading)						\
		(field) = number_;					\
} while (0)

/* The version of IP or 0, port and address in network byte order; as long for all. */
static void address(struct cursor *c, struct sotto_addr *a)
{
	uint8_t version = a->sa.sa_family == AF_INET ? 4 : a->sa.sa_family == AF_INET6 ? 6 : 0;
	uint8_t host[16] = { 0 };

	bytes(c, &version, 1);
	switch (version) {
	case 4:
		a->in.sin_family = AF_INET;
		memcpy(host, &a->in.sin_addr, 4);
		bytes(c, &a->in.sin_port, 2);
		bytes(c, host, sizeof(host));
		memcpy(&a->in.sin_addr, host, 4);
		break;
	case 6:
		a->in6.sin6_family = AF_INET6;
		bytes(c, &a->in6.sin6_port, 2);
		bytes(c, &a->in6.sin6_addr, 16);
		break;
	default:
		bytes(c, host, 2);
		bytes(c, host, sizeof(host));
	}
}

static void walk(struct cursor *c, struct peer *p)
{
	NUMBER(c, p->uid, 4);
	bytes(c, p->name, sizeof(p->name));
	NUMBER(c, p->n_hints, 1);
	for (size_t i = 0; i < PEER_HINTS_MAX; i++)
		address(c, &p->hints[i]);
	address(c, &p->last);
	bytes(c, p->own_zid, sizeof(p->own_zid));
	bytes(c, p->peer_zid, sizeof(p->peer_zid));
	NUMBER(c, p->has_zid, 1);
	bytes(c, p->rs1, sizeof(p->rs1));
	bytes(c, p->rs2, sizeof(p->rs2));
	NUMBER(c, p->has_rs1, 1);
	NUMBER(c, p->has_rs2, 1);
	NUMBER(c, p->expires, 8);
	NUMBER(c, p->verified, 1);
	NUMBER(c, p->verified_since, 8);
	NUMBER(c, p->last_call, 8);
	NUMBER(c, p->mismatch, 1);
	NUMBER(c, p->auto_answer, 1);
	NUMBER(c, p->strongest.hash, 1);
	NUMBER(c, p->strongest.cipher, 1);
	NUMBER(c, p->strongest.auth_tag, 1);
	NUMBER(c, p->strongest.agreement, 1);
	NUMBER(c, p->strongest.sas_type, 1);
	NUMBER(c, p->has_suite, 1);
	/* Rows that are older end before, with zeros. */
	NUMBER(c, p->tentative, 1);
	bytes(c, p->code, sizeof(p->code));
	NUMBER(c, p->has_code, 1);
	NUMBER(c, p->code_weak, 1);
	NUMBER(c, p->by_code, 1);
}

void peer_pack(const struct peer *p, uint8_t out[PEER_PACKED_LEN])
{
	struct cursor c = { .at = out + 1, .end = out + PEER_PACKED_LEN };

	memset(out, 0, PEER_PACKED_LEN);
	out[0] = FORMAT;
	walk(&c, (struct peer *)p);	/* only read while it writes */
}

int peer_unpack(struct peer *p, const uint8_t in[PEER_PACKED_LEN])
{
	struct cursor c = {
		.at = (uint8_t *)in + 1,	/* only written while it packs */
		.end = in + PEER_PACKED_LEN,
		.reading = true,
	};

	if (in[0] != FORMAT)
		return -EBADMSG;
	memset(p->hints, 0, sizeof(p->hints));
	memset(&p->last, 0, sizeof(p->last));
	walk(&c, p);
	if (c.short_of || p->n_hints > PEER_HINTS_MAX || !memchr(p->name, 0, sizeof(p->name)))
		return -EBADMSG;
	return 0;
}

/* Bits of security, NIST SP 800-57 part 1 table 2; Mult and Prsh add none of their own. */
static int agreement_bits(enum zrtp_agreement agreement)
{
	switch (agreement) {
	case ZRTP_KA_X448:
		return 224;
	case ZRTP_KA_EC38:
		return 192;
	case ZRTP_KA_DH3K:
	case ZRTP_KA_X255:
	case ZRTP_KA_EC25:
		return 128;
	case ZRTP_KA_MULT:
	case ZRTP_KA_PRSH:
		break;
	}
	return 0;
}

static int tag_bits(enum zrtp_auth_tag tag)
{
	switch (tag) {
	case ZRTP_AUTH_GCM:
		return 128;
	case ZRTP_AUTH_HS80:
		return 80;
	case ZRTP_AUTH_HS32:
		return 32;
	}
	return 0;
}

bool suite_weaker(const struct zrtp_suite *a, const struct zrtp_suite *b)
{
	return agreement_bits(a->agreement) < agreement_bits(b->agreement) ||
	       a->cipher < b->cipher || a->hash < b->hash ||
	       tag_bits(a->auth_tag) < tag_bits(b->auth_tag);
}

void suite_raise(struct zrtp_suite *best, const struct zrtp_suite *seen)
{
	best->sas_type = seen->sas_type;	/* none is stronger than the other */
	if (agreement_bits(seen->agreement) > agreement_bits(best->agreement))
		best->agreement = seen->agreement;
	if (seen->cipher > best->cipher)
		best->cipher = seen->cipher;
	if (seen->hash > best->hash)
		best->hash = seen->hash;
	if (tag_bits(seen->auth_tag) > tag_bits(best->auth_tag))
		best->auth_tag = seen->auth_tag;
}
