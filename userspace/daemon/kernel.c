// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "addr.h"

/*
 * Notices that are told at a time, so that a flood of them does not keep us from all
 * else; and how often the kernel may lose some meanwhile.
 */
#define TELL_MAX	1024
#define LOSSES_MAX	16
#define TOLD_ENOUGH	1

struct kernel {
	struct sotto *requests;
	struct sotto_listener *listener;
	const struct kernel_events *events;
	void *arg;
	unsigned int told;
	bool lost;
};

int kernel_open(struct kernel **out, const struct kernel_events *events, void *arg)
{
	struct kernel *k = calloc(1, sizeof(*k));
	int r;

	if (!k)
		return -ENOMEM;
	k->events = events;
	k->arg = arg;
	/* The listener hears it if the module changes before the other one knows its own. */
	r = sotto_listener_open(&k->listener, true) ?: sotto_open(&k->requests);
	if (r) {
		kernel_close(k);
		return r;
	}
	*out = k;
	return 0;
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	if (k->listener)
		sotto_listener_close(k->listener);
	if (k->requests)
		sotto_close(k->requests);
	free(k);
}

int kernel_fd(const struct kernel *k)
{
	return sotto_listener_fd(k->listener);
}

static int tell(const struct sotto_notice *notice, void *arg)
{
	struct kernel *k = arg;

	k->events->notice(notice, k->arg);
	return ++k->told < TELL_MAX ? 0 : TOLD_ENOUGH;
}

/*
 * That some were lost is told before what waits, which is older than they were: a dump
 * is true only after that has been told as well.
 */
int kernel_dispatch(struct kernel *k)
{
	unsigned int losses = 0;
	int r;

	k->told = 0;
	do {
		r = sotto_listener_read(k->listener, tell, k);
	} while (r == -ENOBUFS && ++losses < LOSSES_MAX);
	if (r != -ENOBUFS && r != TOLD_ENOUGH && r)
		return r;
	k->lost |= losses;
	if (!k->lost)
		return 0;
	k->events->resync(k->arg);
	/* What still waits may be old, too. If nothing does, this was the last time. */
	k->lost = r;
	return 0;
}

struct sotto *kernel_requests(const struct kernel *k)
{
	return k->requests;
}

const char *kernel_error(const struct kernel *k)
{
	return sotto_error(k->requests);
}

struct same_rule {
	const struct sotto_rule *rule;
	bool found;
};

static int is_same_rule(const struct sotto_rule *rule, void *arg)
{
	struct same_rule *s = arg;

	if (rule->has == s->rule->has && rule->action == s->rule->action &&
	    rule->flags == s->rule->flags && rule->priority == s->rule->priority &&
	    rule->port_min == s->rule->port_min && rule->port_max == s->rule->port_max &&
	    rule->uid == s->rule->uid)
		s->found = true;
	return 0;
}

int kernel_require(struct kernel *k, uint16_t port)
{
	struct sotto_rule rule = {
		.has = SOTTO_RULE_HAS_PORTS | SOTTO_RULE_HAS_UID,
		.priority = INT32_MIN,	/* whatever else is said, these sockets are covered */
		.action = SOTTO_ACTION_REQUIRE,
		.port_min = port,
		.port_max = port,
		.uid = geteuid(),
	};
	struct same_rule same = { .rule = &rule };
	int r = sotto_rule_dump(k->requests, is_same_rule, &same);

	if (r || same.found)
		return r;
	return sotto_rule_new(k->requests, &rule);
}

static int is_same_flow(const struct sotto_flow *flow, void *arg)
{
	struct sotto_flow *wanted = arg;

	if (!addr_same(&flow->remote, &wanted->remote) ||
	    addr_port(&flow->local) != addr_port(&wanted->local))
		return 0;
	*wanted = *flow;
	return 1;
}

int kernel_find_flow(struct kernel *k, struct sotto_flow *flow)
{
	int r = sotto_flow_dump(k->requests, is_same_flow, flow);

	if (r == 1)
		return 0;
	return r ?: -ENOENT;
}

static int profile_of(const struct zrtp_srtp *srtp, enum sotto_profile *out)
{
	static const enum sotto_profile profiles[][ZRTP_AUTH_GCM + 1] = {
		[ZRTP_CIPHER_AES1] = {
			[ZRTP_AUTH_HS32]	= SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32,
			[ZRTP_AUTH_HS80]	= SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80,
			[ZRTP_AUTH_GCM]		= SOTTO_PROFILE_AEAD_AES_128_GCM,
		},
		[ZRTP_CIPHER_AES3] = {
			[ZRTP_AUTH_HS32]	= SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32,
			[ZRTP_AUTH_HS80]	= SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80,
			[ZRTP_AUTH_GCM]		= SOTTO_PROFILE_AEAD_AES_256_GCM,
		},
	};

	if (srtp->cipher > ZRTP_CIPHER_AES3 || srtp->auth_tag > ZRTP_AUTH_GCM)
		return -EINVAL;
	*out = profiles[srtp->cipher][srtp->auth_tag];
	return *out == SOTTO_PROFILE_UNSPEC ? -EINVAL : 0;
}

int kernel_key(struct kernel *k, uint64_t flow_id, enum sotto_dir dir,
	       const struct zrtp_srtp *srtp)
{
	struct sotto_key key = { .flow_id = flow_id, .dir = dir };
	int r = profile_of(srtp, &key.profile);

	if (r)
		return r;
	key.master_len = srtp->key_len;
	memcpy(key.master, srtp->key, srtp->key_len);
	key.salt_len = srtp->salt_len;
	memcpy(key.salt, srtp->salt, srtp->salt_len);
	r = sotto_key_new(k->requests, &key);
	sodium_memzero(&key, sizeof(key));
	return r;
}

int kernel_send(struct kernel *k, uint64_t flow_id, enum sotto_packet_kind kind, const void *data,
		size_t len)
{
	return sotto_packet_send(k->listener, flow_id, kind, data, len);
}
