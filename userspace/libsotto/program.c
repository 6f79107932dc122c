// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a program needs that has keys of its own: from SDES, or from DTLS-SRTP.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "priv.h"

/* SDES writes AES_CM_128_HMAC_SHA1_80 for what we call aes-cm-128-hmac-sha1-80. */
static bool same_word(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a == '_' ? '-' : (char)tolower((unsigned char)*a);

		if (x != *b)
			return false;
	}
	return !*a && !*b;
}

int sotto_profile_parse(const char *name, enum sotto_profile *out)
{
	for (unsigned int i = SOTTO_PROFILE_UNSPEC + 1; i <= SOTTO_PROFILE_MAX; i++) {
		if (same_word(name, sotto_profile_name(i))) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

int sotto_profile_sizes(enum sotto_profile profile, uint8_t *master_len, uint8_t *salt_len)
{
	static const struct {
		uint8_t master, salt;
	} sizes[] = {
		[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80] = { 16, 14 },
		[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32] = { 16, 14 },
		[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80] = { 32, 14 },
		[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32] = { 32, 14 },
		[SOTTO_PROFILE_AEAD_AES_128_GCM] = { 16, 12 },
		[SOTTO_PROFILE_AEAD_AES_256_GCM] = { 32, 12 },
	};

	if (profile <= SOTTO_PROFILE_UNSPEC || profile > SOTTO_PROFILE_MAX)
		return -EINVAL;
	*master_len = sizes[profile].master;
	*salt_len = sizes[profile].salt;
	return 0;
}

static bool same_address(const struct sotto_addr *a, const struct sotto_addr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr &&
		       a->in.sin_port == b->in.sin_port;
	return !memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof(a->in6.sin6_addr)) &&
	       a->in6.sin6_port == b->in6.sin6_port;
}

/* The one that has the addresses of @wanted. */
struct search {
	const struct sotto_flow *wanted;
	struct sotto_flow found;
};

static int is_wanted(const struct sotto_flow *flow, void *arg)
{
	struct search *search = arg;

	if (same_address(&flow->local, &search->wanted->local) &&
	    same_address(&flow->remote, &search->wanted->remote))
		search->found = *flow;
	return 0;
}

/* Only the network has asked for it so far, and nobody has it: then it may be had. */
static int take_up(struct sotto *s, struct sotto_flow *flow)
{
	struct search search = { .wanted = flow };
	int err = sotto_flow_dump(s, is_wanted, &search);

	if (err)
		return err;
	if (!search.found.id)
		return -EAGAIN;	/* it ended meanwhile */
	if (!(search.found.flags & SOTTO_FLOW_F_EMBRYONIC) || search.found.cookie_len)
		return sotto_link_fail(&s->link, EEXIST,
				       "flow %llu has these addresses and is somebody else's, or "
				       "media has been sent before it was claimed",
				       (unsigned long long)search.found.id);
	err = sotto_flow_set_cookie(s, search.found.id, flow->cookie, flow->cookie_len);
	if (!err)
		err = sotto_flow_set_options(s, search.found.id, &flow->options);
	if (!err)
		err = sotto_flow_get(s, search.found.id, flow);
	return err == -ENOENT ? -EAGAIN : err;
}

int sotto_flow_claim(struct sotto *s, struct sotto_flow *flow)
{
	const struct sotto_flow wanted = *flow;
	int err;

	if (!flow->cookie_len)
		return sotto_link_fail(&s->link, EINVAL,
				       "a flow is claimed with a cookie, which says whose it is");
	/* A flow that has begun by itself may end by itself at any moment, and begin again. */
	for (int tries = 0; tries < 3; tries++) {
		*flow = wanted;
		err = sotto_flow_new(s, flow);
		if (err == -EEXIST)
			err = take_up(s, flow);
		if (err != -EAGAIN)
			return err;
	}
	return err;
}

int sotto_flow_protect(struct sotto *s, uint64_t id, const struct sotto_key *tx,
		       const struct sotto_key *rx)
{
	int err;

	if (tx->dir != SOTTO_DIR_TX || rx->dir != SOTTO_DIR_RX || tx->flow_id != id ||
	    rx->flow_id != id)
		return sotto_link_fail(&s->link, EINVAL,
				       "the keys are not one of each direction of that flow");
	err = sotto_key_new(s, rx);
	if (!err)
		err = sotto_key_new(s, tx);
	/* What is not secure yet is held: nothing leaves in between. */
	if (!err)
		err = sotto_flow_set_state(s, id, SOTTO_DIR_RX, SOTTO_STATE_SECURE);
	if (!err)
		err = sotto_flow_set_state(s, id, SOTTO_DIR_TX, SOTTO_STATE_SECURE);
	return err;
}
