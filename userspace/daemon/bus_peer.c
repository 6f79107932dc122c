// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <string.h>

#include "bus_error.h"
#include "log.h"

#define GETTER(name, type, value)						\
static int get_##name(sd_bus *bus, const char *path, const char *interface,	\
		      const char *property, sd_bus_message *reply, void *data,	\
		      sd_bus_error *error)					\
{										\
	const struct peer *p = data;						\
										\
	return sd_bus_message_append(reply, type, value);			\
}

GETTER(name, "s", p->name)
GETTER(known, "b", p->has_zid)
GETTER(verified, "b", p->verified && !p->mismatch)
GETTER(verified_by, "s", !p->verified || p->mismatch ? "" : p->by_code ? "code" : "sas")
GETTER(code, "b", p->has_code)
GETTER(verified_since, "t", p->verified && !p->mismatch ? p->verified_since : 0)
GETTER(last_call, "t", p->last_call)
GETTER(mismatch, "b", p->mismatch)
GETTER(auto_answer, "b", p->auto_answer)

/* Where it was last, then the hints. */
static int get_addresses(sd_bus *bus, const char *path, const char *interface,
			 const char *property, sd_bus_message *reply, void *data,
			 sd_bus_error *error)
{
	const struct peer *p = data;
	char text[ADDR_TEXT_MAX];
	int r = sd_bus_message_open_container(reply, 'a', "s");

	addr_format(&p->last, text);
	if (r >= 0 && *text)
		r = sd_bus_message_append(reply, "s", text);
	for (size_t i = 0; r >= 0 && i < p->n_hints; i++) {
		if (addr_same(&p->hints[i], &p->last))
			continue;
		addr_format(&p->hints[i], text);
		r = sd_bus_message_append(reply, "s", text);
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_suite(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct peer *p = data;
	char suite[32] = "";

	if (p->has_suite)
		zrtp_suite_format(&p->strongest, suite, sizeof(suite));
	return sd_bus_message_append(reply, "s", suite);
}

static struct bus *bus_of(sd_bus_message *m)
{
	return sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(m)));
}

static int set_auto_answer(sd_bus *bus, const char *path, const char *interface,
			   const char *property, sd_bus_message *value, void *data,
			   sd_bus_error *error)
{
	struct bus *b = bus_of(sd_bus_get_current_message(bus));
	struct peer *p = data;
	int on;
	int r = sd_bus_message_read(value, "b", &on);

	if (r < 0)
		return r;
	p->auto_answer = on;
	r = store_put(b->store, p);
	if (r)
		return r;
	bus_peer_invalidate(b, p->id);
	return 0;
}

#define PROPERTIES(P)				\
	P("Name", "s", name)			\
	P("Addresses", "as", addresses)		\
	P("Known", "b", known)			\
	P("Verified", "b", verified)		\
	P("VerifiedSince", "t", verified_since)	\
	P("VerifiedBy", "s", verified_by)	\
	P("Code", "b", code)			\
	P("LastCall", "t", last_call)		\
	P("Suite", "s", suite)			\
	P("Mismatch", "b", mismatch)

#define AS_NAME(name, type, getter)	name,
#define AS_ROW(name, type, getter)	{ name, type, get_##getter },
#define AS_VTABLE(name, type, getter) \
	SD_BUS_PROPERTY(name, type, get_##getter, 0, SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION),

int bus_peer_append(sd_bus_message *m, const struct peer *p)
{
	static const struct {
		const char *name;
		const char *type;
		sd_bus_property_get_t get;
	} properties[] = { PROPERTIES(AS_ROW) { "AutoAnswer", "b", get_auto_answer } };
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	for (size_t i = 0; r >= 0 && i < sizeof(properties) / sizeof(properties[0]); i++) {
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", properties[i].name);
		if (r >= 0)
			r = sd_bus_message_open_container(m, 'v', properties[i].type);
		if (r >= 0)
			r = properties[i].get(NULL, NULL, NULL, NULL, m, (void *)p, NULL);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

void bus_peer_invalidate(struct bus *b, uint64_t id)
{
	static const char *const names[] = { PROPERTIES(AS_NAME) "AutoAnswer", NULL };
	char path[BUS_PATH_MAX];

	bus_peer_path(id, path);
	bus_invalidate(b, path, BUS_PEER_INTERFACE, names);
}

static int find(sd_bus *bus, const char *path, const char *interface, void *data, void **found,
		sd_bus_error *error)
{
	struct bus *b = data;
	uint64_t id = bus_path_id(path, BUS_PEER_PATH);
	sd_bus_message *m = sd_bus_get_current_message(bus);
	uid_t uid;
	int r = id ? store_get(b->store, id, b->peer) : -ENOENT;

	if (r == -ENOENT || (!r && !*b->peer->name))	/* met, but not named by anybody */
		return 0;
	if (r)
		return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
					 "The peer could not be read (%s): see the journal of "
					 "sottod.", strerror(-r));
	if (m) {
		r = bus_sender(m, &uid, error);
		if (r < 0)
			return r;
		if (!bus_owns(uid, b->peer->uid))
			return sd_bus_error_set(error, BUS_NOT_YOURS,
						"This peer is another user's.");
	}
	*found = b->peer;
	return 1;
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROPERTIES(AS_VTABLE)
	SD_BUS_WRITABLE_PROPERTY("AutoAnswer", "b", get_auto_answer, set_auto_answer, 0,
				 SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION |
				 SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

int bus_peer_add(struct bus *b)
{
	int r = sd_bus_add_fallback_vtable(b->bus, NULL, BUS_PEER_PATH, BUS_PEER_INTERFACE, vtable,
					   find, b);

	return r < 0 ? r : 0;
}
