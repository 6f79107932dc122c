// SPDX-License-Identifier: GPL-2.0-or-later
#include "peers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int read_hints(struct peer *p, char *const *addresses, uint16_t port)
{
	size_t n = 0;

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
	return 0;
}

/* A person sees the same ZID on all of her devices: whichever answers knows us by it. */
static int share_own_zid(struct store *s, struct peer *p)
{
	_cleanup_peer_ struct peer *other = peer_new();
	uint64_t ids[PEERS_DEVICES_MAX];
	char person[PEER_NAME_MAX];
	int n;

	if (!other)
		return -ENOMEM;
	snprintf(person, sizeof(person), "%.*s", (int)strcspn(p->name, "/"), p->name);
	n = peers_devices(s, p->uid, person, ids);
	if (n < 0)
		return n == -ENOENT ? 0 : n;
	n = store_get(s, ids[0], other);
	if (!n)
		memcpy(p->own_zid, other->own_zid, ZRTP_ZID_LEN);
	return n;
}

static int put_pair(struct store *s, struct peer *p, uint32_t uid, const char *name, uint64_t *id)
{
	bool fresh = !p->id;
	int r = 0;

	if (fresh) {
		p->uid = uid;
		snprintf(p->name, sizeof(p->name), "%s", name);
		r = share_own_zid(s, p);
	}
	r = r ?: store_put(s, p);
	if (r)
		return r;
	*id = p->id;
	return fresh;
}

static int find_or_begin(struct store *s, uint32_t uid, const char *name, struct peer *out)
{
	int r;

	if (!out)
		return -ENOMEM;
	if (!peer_name_valid(name))
		return -EINVAL;
	r = store_find_name(s, uid, name, out);
	return r == -ENOENT ? 0 : r;
}

int peers_pair(struct store *s, uint32_t uid, const char *name, char *const *addresses,
	       uint16_t port, uint64_t *id)
{
	_cleanup_peer_ struct peer *p = peer_new();
	int r = find_or_begin(s, uid, name, p);

	return r ?: read_hints(p, addresses, port) ?: put_pair(s, p, uid, name, id);
}

int peers_agree(struct store *s, uint32_t uid, const char *name, char *const *addresses,
		uint16_t port, const uint8_t code[PEER_CODE_LEN], bool weak, uint64_t *id)
{
	_cleanup_peer_ struct peer *p = peer_new();
	int r = find_or_begin(s, uid, name, p);

	if (!r && addresses && addresses[0])
		r = read_hints(p, addresses, port);
	if (r)
		return r;
	peer_agree_code(p, code, weak);
	if (!p->has_zid)
		p->mismatch = false;	/* it was about the code before this one */
	return put_pair(s, p, uid, name, id);
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

struct device_search {
	const char *name;
	uint32_t uid;
	uint64_t ids[PEERS_DEVICES_MAX];
	uint64_t last_call[PEERS_DEVICES_MAX];
	int n;
};

static int look_for_device(const struct peer *p, void *arg)
{
	struct device_search *search = arg;
	int at = search->n;

	if (p->uid != search->uid || (strchr(search->name, '/') ? strcmp(p->name, search->name) :
				      !*p->name || !peer_same_person(p->name, search->name)))
		return 0;
	while (at && p->last_call > search->last_call[at - 1])
		at--;
	if (at == PEERS_DEVICES_MAX)
		return 0;
	if (search->n < PEERS_DEVICES_MAX)
		search->n++;
	memmove(search->ids + at + 1, search->ids + at,
		(search->n - 1 - at) * sizeof(search->ids[0]));
	memmove(search->last_call + at + 1, search->last_call + at,
		(search->n - 1 - at) * sizeof(search->last_call[0]));
	search->ids[at] = p->id;
	search->last_call[at] = p->last_call;
	return 0;
}

int peers_devices(struct store *s, uint32_t uid, const char *name,
		  uint64_t ids[PEERS_DEVICES_MAX])
{
	struct device_search search = { .name = name, .uid = uid };
	int r = store_each_named(s, look_for_device, &search);

	if (r)
		return r;
	memcpy(ids, search.ids, sizeof(search.ids));
	return search.n ?: -ENOENT;
}

struct code_search {
	const struct sotto_addr *addr;
	uint64_t here;
	uint64_t anywhere;
	unsigned int n;
};

static int look_for_code(const struct peer *p, void *arg)
{
	struct code_search *search = arg;

	if (!*p->name || !p->has_code)
		return 0;
	if (peer_has_host(p, search->addr) && !search->here)
		search->here = p->id;
	if (!p->code_weak)
		search->anywhere = p->id;
	search->n++;
	return 0;
}

int peers_coded(struct store *s, const struct sotto_addr *addr, struct peer *out)
{
	struct code_search search = { .addr = addr };
	int r = store_each_named(s, look_for_code, &search);

	if (r)
		return r;
	if (search.here)
		return store_get(s, search.here, out);
	return search.n == 1 && search.anywhere ? store_get(s, search.anywhere, out) : -ENOENT;
}

int peers_claimed(struct store *s, const struct sotto_addr *addr, struct peer *out)
{
	struct search search = { .addr = addr, .uid = UINT32_MAX };
	int r = store_each_named(s, look_at, &search);

	if (r)
		return r;
	return search.not_met ? store_get(s, search.not_met, out) : -ENOENT;
}

int peers_expected(struct store *s, uint32_t uid, const struct sotto_addr *addr,
		   struct peer *out)
{
	struct search search = { .addr = addr, .uid = uid };
	uint64_t id;
	int r = store_each_named(s, look_at, &search);

	if (r)
		return r;
	id = search.met ?: search.not_met;
	return id ? store_get(s, id, out) : -ENOENT;
}

struct meeting {
	const struct sotto_addr *addr;
	uint32_t uid;
	uint64_t id;
	uint64_t when;
};

static int met_there(const struct peer *p, void *arg)
{
	struct meeting *m = arg;

	if (*p->name || !p->has_zid || p->uid != m->uid || !addr_same_host(&p->last, m->addr) ||
	    (m->id && p->last_call < m->when))
		return 0;
	m->id = p->id;
	m->when = p->last_call;
	return 0;
}

int peers_met_at(struct store *s, uint32_t uid, const struct sotto_addr *addr, struct peer *out)
{
	struct meeting m = { .addr = addr, .uid = uid };
	int r = store_each_unnamed(s, met_there, &m);

	if (r)
		return r;
	return m.id ? store_get(s, m.id, out) : -ENOENT;
}
