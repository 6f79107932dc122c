// SPDX-License-Identifier: GPL-2.0-or-later
#include "peers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int peers_pair(struct store *s, uint32_t uid, const char *name, char *const *addresses,
	       uint16_t port, uint64_t *id)
{
	_cleanup_peer_ struct peer *p = peer_new();
	size_t n = 0;
	bool fresh;
	int r;

	if (!p)
		return -ENOMEM;
	if (!peer_name_valid(name))
		return -EINVAL;
	r = store_find_name(s, uid, name, p);
	if (r && r != -ENOENT)
		return r;
	for (; addresses && addresses[n]; n++) {
		if (n == PEER_HINTS_MAX)
			return -E2BIG;
		if (addr_parse(addresses[n], port, &p->hints[n]))
			return -EINVAL;
	}
	memset(p->hints + n, 0, sizeof(p->hints) - n * sizeof(p->hints[0]));
	p->n_hints = n;
	/* Where it was last is as good as the hints were; who gives new ones knows better. */
	memset(&p->last, 0, sizeof(p->last));
	fresh = !p->id;
	if (fresh) {
		p->uid = uid;
		snprintf(p->name, sizeof(p->name), "%s", name);
	}
	r = store_put(s, p);
	if (r)
		return r;
	*id = p->id;
	return fresh;
}

struct search {
	const struct sotto_addr *addr;
	uint32_t uid;
	uint64_t met;
	uint64_t not_met;
};

static int look_at(const struct peer *p, void *arg)
{
	struct search *search = arg;

	if (!*p->name || !peer_has_host(p, search->addr))
		return 0;
	if (search->uid != UINT32_MAX && p->uid != search->uid)
		return 0;
	if (p->has_zid && !search->met)
		search->met = p->id;
	if (!p->has_zid && !search->not_met)
		search->not_met = p->id;
	return 0;
}

int peers_claimed(struct store *s, const struct sotto_addr *addr, struct peer *out)
{
	struct search search = { .addr = addr, .uid = UINT32_MAX };
	int r = store_each(s, look_at, &search);

	if (r)
		return r;
	return search.not_met ? store_get(s, search.not_met, out) : -ENOENT;
}

int peers_expected(struct store *s, uint32_t uid, const struct sotto_addr *addr,
		   struct peer *out)
{
	struct search search = { .addr = addr, .uid = uid };
	uint64_t id;
	int r = store_each(s, look_at, &search);

	if (r)
		return r;
	id = search.met ?: search.not_met;
	return id ? store_get(s, id, out) : -ENOENT;
}
