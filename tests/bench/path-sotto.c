// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flows and keys of sotto in both hosts.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "path.h"

static struct sotto *alice, *bob;
static uint64_t *flows;	/* ids: alice's, bob's, alice's... */

static struct sotto *connect_in(const char *host)
{
	struct sotto *s;

	path_enter(host);
	if (sotto_open(&s))
		errx(2, "%s: %s", host, s ? sotto_error(s) : "no memory");
	return s;
}

static void need(struct sotto *s, int e, const char *what)
{
	if (e)
		errx(2, "%s: %s (%s)", what, sotto_error(s), strerror(-e));
}

static uint64_t new_flow(struct sotto *s, const struct sockaddr_in *local,
			 const struct sockaddr_in *remote)
{
	struct sotto_flow flow = { .local.in = *local, .remote.in = *remote };

	need(s, sotto_flow_new(s, &flow), "flow");
	return flow.id;
}

static void install(struct sotto *s, struct sotto_key *key, uint64_t flow, enum sotto_dir dir)
{
	key->flow_id = flow;
	key->dir = dir;
	need(s, sotto_key_new(s, key), "key");
	need(s, sotto_flow_set_state(s, flow, dir, SOTTO_STATE_SECURE), "secure");
}

void path_sotto_open(const struct path *p)
{
	struct sotto_key key = { .profile = p->profile, .master_len = 16 };

	if (sodium_init() < 0)
		errx(2, "libsodium does not start");
	bob = connect_in("bob");
	alice = connect_in("alice");
	flows = calloc(2 * p->flows, sizeof(*flows));
	if (!flows)
		err(2, "memory");
	key.salt_len = p->profile == SOTTO_PROFILE_AEAD_AES_128_GCM ? 12 : 14;
	for (unsigned int i = 0; i < p->flows; i++) {
		struct sockaddr_in remote = path_remote(p, i);

		flows[2 * i] = new_flow(alice, &p->from, &remote);
		if (p->out_only) {
			/* The one that libsrtp2 has at the other end. */
			memcpy(key.master, p->key, key.master_len);
			memcpy(key.salt, p->key + PATH_MASTER_LEN, key.salt_len);
		} else {
			randombytes_buf(key.master, key.master_len);
			randombytes_buf(key.salt, key.salt_len);
		}
		install(alice, &key, flows[2 * i], SOTTO_DIR_TX);
		if (p->out_only)
			continue;
		flows[2 * i + 1] = new_flow(bob, &remote, &p->from);
		install(bob, &key, flows[2 * i + 1], SOTTO_DIR_RX);
	}
	sodium_memzero(&key, sizeof(key));
}

static int add(const struct sotto_flow *f, void *arg)
{
	uint64_t *sum = arg;

	for (unsigned int i = 0; i < SOTTO_STATS_COUNT; i++)
		sum[i] += f->stats[i];
	return 0;
}

void path_sotto_check(const struct path *p, uint64_t packets)
{
	uint64_t out[SOTTO_STATS_COUNT] = {}, in[SOTTO_STATS_COUNT] = {};

	need(alice, sotto_flow_dump(alice, add, out), "flows");
	need(bob, sotto_flow_dump(bob, add, in), "flows");
	if (out[SOTTO_A_STATS_TX_PROTECTED] != packets ||
	    in[SOTTO_A_STATS_RX_UNPROTECTED] != (p->out_only ? 0 : packets))
		errx(1, "of %llu packets %llu were protected, %llu unprotected",
		     (unsigned long long)packets,
		     (unsigned long long)out[SOTTO_A_STATS_TX_PROTECTED],
		     (unsigned long long)in[SOTTO_A_STATS_RX_UNPROTECTED]);
	/* They would be in the way of the next measurement. */
	for (unsigned int i = 0; i < p->flows; i++) {
		need(alice, sotto_flow_del(alice, flows[2 * i]), "flow");
		if (!p->out_only)
			need(bob, sotto_flow_del(bob, flows[2 * i + 1]), "flow");
	}
	free(flows);
	sotto_close(alice);
	sotto_close(bob);
}
