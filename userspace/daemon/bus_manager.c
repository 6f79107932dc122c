// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_error.h"
#include "keeper.h"
#include "log.h"
#include "peers.h"

/* What PairCode() is given: as random as 80 bits, or whatever came to somebody's mind. */
#define CODE_RANDOM		"code"
#define CODE_CHOSEN		"phrase"
#define CALL_OPTION_ADDRESS	"address"

static int no_such_peer(sd_bus_error *error, const char *name)
{
	return sd_bus_error_setf(error, BUS_NO_SUCH_PEER,
				 "There is no peer named \"%s\". Name one with: sotto pair %s ADDRESS",
				 name, name);
}

static int store_failed(sd_bus_error *error, int r)
{
	log_errno(r, "the store failed");
	return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
				 "The store failed (%s): see the journal of sottod.", strerror(-r));
}

static int pair_failed(sd_bus_error *error, int r, const char *name)
{
	if (r == -E2BIG)
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "A peer has at most %d addresses; give fewer.",
					 PEER_HINTS_MAX);
	if (r == -EINVAL && !peer_name_valid(name))
		return sd_bus_error_set(error, BUS_BAD_ARGUMENT,
					"A name has 1 to 64 bytes of UTF-8, without control "
					"characters or blanks at its ends, and at most one slash, "
					"before a device; choose another.");
	if (r == -EINVAL)
		return sd_bus_error_set(error, BUS_BAD_ARGUMENT,
					"An address is IPv4, IPv4:PORT, IPv6 or [IPv6]:PORT, in "
					"numbers; one of those given is none of these.");
	return store_failed(error, r);
}

static void free_texts(char ***texts)
{
	for (char **t = *texts; t && *t; t++)
		free(*t);
	free(*texts);
}

#define _cleanup_texts_ __attribute__((cleanup(free_texts)))

static int paired(sd_bus_message *m, struct bus *b, sd_bus_error *error, int r, const char *name,
		  uint64_t id)
{
	char path[BUS_PATH_MAX];

	if (r < 0)
		return pair_failed(error, r, name);
	bus_peer_path(id, path);
	if (r)
		bus_signal(b, "PeerAdded", path);
	else
		bus_peer_invalidate(b, id);
	return sd_bus_reply_method_return(m, "o", path);
}

static int pair(sd_bus_message *m, void *data, sd_bus_error *error)
{
	_cleanup_texts_ char **addresses = NULL;
	struct bus *b = data;
	const char *name;
	uint64_t id;
	uid_t uid;
	int r = sd_bus_message_read(m, "s", &name);

	if (r >= 0)
		r = sd_bus_message_read_strv(m, &addresses);
	if (r >= 0)
		r = bus_sender(m, &uid, error);
	if (r < 0)
		return r;
	r = peers_pair(b->store, uid, name, addresses, b->port, &id);
	return paired(m, b, error, r, name, id);
}

static int pair_code(sd_bus_message *m, void *data, sd_bus_error *error)
{
	_cleanup_texts_ char **addresses = NULL;
	struct bus *b = data;
	const char *name, *kind;
	const void *code;
	size_t len;
	uint64_t id;
	uid_t uid;
	int r = sd_bus_message_read(m, "s", &name);

	if (r >= 0)
		r = sd_bus_message_read_strv(m, &addresses);
	if (r >= 0)
		r = sd_bus_message_read(m, "s", &kind);
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &code, &len);
	if (r >= 0)
		r = bus_sender(m, &uid, error);
	if (r < 0)
		return r;
	if (len != PEER_CODE_LEN || (strcmp(kind, CODE_RANDOM) && strcmp(kind, CODE_CHOSEN)))
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "PairCode() takes a " CODE_RANDOM " or a " CODE_CHOSEN
					 ", made into %d bytes.", PEER_CODE_LEN);
	r = peers_agree(b->store, uid, name, addresses, b->port, code, !strcmp(kind, CODE_CHOSEN),
			&id);
	return paired(m, b, error, r, name, id);
}

static void forgotten(struct bus *b, uint64_t id)
{
	char path[BUS_PATH_MAX];

	calls_forgot(b->calls, id);
	bus_peer_path(id, path);
	bus_signal(b, "PeerRemoved", path);
}

static int forget_row(struct bus *b, uint64_t id)
{
	int r = store_forget(b->store, id);

	if (!r)
		forgotten(b, id);
	return r;
}

/* Where a row is spoilt, none can be looked through; one of that very name can be found. */
static int forget_unread(struct bus *b, uid_t uid, const char *name)
{
	uint64_t id;
	int r = store_forget_name(b->store, uid, name, &id);

	if (!r)
		forgotten(b, id);
	return r;
}

/* Return: how many devices were forgotten, -ENOENT when there are no more, or an errno. */
static int forget_devices(struct bus *b, uid_t uid, const char *name)
{
	uint64_t ids[PEERS_DEVICES_MAX];
	int n = peers_devices(b->store, uid, name, ids), r = 0;

	for (int i = 0; !r && i < n; i++)
		r = forget_row(b, ids[i]);
	return r ?: n;
}

static int forget(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	const char *name;
	uid_t uid;
	int r = sd_bus_message_read(m, "s", &name);

	if (r >= 0)
		r = bus_sender(m, &uid, error);
	if (r < 0)
		return r;
	r = forget_devices(b, uid, name);
	if (r == -EBADMSG) {
		r = forget_unread(b, uid, name);
		if (!r)
			return sd_bus_reply_method_return(m, NULL);
	}
	if (r == -ENOENT)
		return no_such_peer(error, name);
	while (r > 0)	/* a person has more of them than are tried on a call */
		r = forget_devices(b, uid, name);
	if (r != -ENOENT)
		return store_failed(error, r);
	return sd_bus_reply_method_return(m, NULL);
}

static int read_call_options(sd_bus_message *m, const char **address, sd_bus_error *error)
{
	const char *key;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &key);
		if (r >= 0 && !strcmp(key, CALL_OPTION_ADDRESS))
			r = sd_bus_message_read(m, "v", "s", address);
		else if (r >= 0)
			return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
						 "Call() knows no option \"%s\"; it knows \"address\".",
						 key);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int call_failed(struct bus *b, sd_bus_error *error, int r, const char *name,
		       const char *address)
{
	switch (r) {
	case -ENODEV:
		return sd_bus_error_set(error, BUS_NO_KERNEL, b->trouble);
	case -ENOTCONN:
		return sd_bus_error_setf(error, BUS_NO_WORKER, "%s. Call again; if it stays so, ask: "
					 "sotto doctor", keeper_trouble(b->keeper) ?:
					 "The process that agrees keys has ended");
	case -ENOENT:
		return no_such_peer(error, name);
	case -EHOSTUNREACH:
		return sd_bus_error_setf(error, BUS_UNREACHABLE,
					 "No address is known of \"%s\". Give one with: sotto "
					 "pair %s ADDRESS", name, name);
	case -EINVAL:
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "\"%s\" is no address in numbers, with or without port.",
					 address);
	case -EBUSY:
		return sd_bus_error_set(error, BUS_BUSY,
					"You are in a call already. End it with: sotto hangup");
	default:
		log_errno(r, "a call could not begin");
		return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
					 "The call could not begin (%s): see the journal of sottod.",
					 strerror(-r));
	}
}

static int call(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	const char *name, *address = NULL;
	char path[BUS_PATH_MAX];
	struct line *line;
	uid_t uid;
	int r = sd_bus_message_read(m, "s", &name);

	if (r >= 0)
		r = read_call_options(m, &address, error);
	if (r >= 0)
		r = bus_sender(m, &uid, error);
	if (r < 0)
		return r;
	r = calls_dial(b->calls, uid, name, address, &line);
	if (r)
		return call_failed(b, error, r, name, address);
	bus_call_path(line->id, path);
	return sd_bus_reply_method_return(m, "o", path);
}

struct listing {
	sd_bus_message *reply;
	uid_t uid;
};

static int list_peer(const struct peer *p, void *arg)
{
	struct listing *l = arg;
	char path[BUS_PATH_MAX];
	int r;

	if (!*p->name || !bus_owns(l->uid, p->uid))
		return 0;
	bus_peer_path(p->id, path);
	r = sd_bus_message_open_container(l->reply, 'r', "oa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(l->reply, "o", path);
	if (r >= 0)
		r = bus_peer_append(l->reply, p);
	if (r >= 0)
		r = sd_bus_message_close_container(l->reply);
	return r < 0 ? r : 0;
}

/* Whose it was cannot be read either: everybody is told, of nothing but the number. */
static int list_spoilt(uint64_t id, void *arg)
{
	struct listing *l = arg;
	char path[BUS_PATH_MAX];
	int r;

	bus_peer_path(id, path);
	r = sd_bus_message_append(l->reply, "(oa{sv})", path, 1, "Spoilt", "b", (int)true);
	return r < 0 ? r : 0;
}

static int list_call(const struct line *line, struct listing *l)
{
	char path[BUS_PATH_MAX];
	int r;

	if (!line->call->shown || !bus_may_see(l->uid, line->call))
		return 0;
	bus_call_path(line->id, path);
	r = sd_bus_message_open_container(l->reply, 'r', "oa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(l->reply, "o", path);
	if (r >= 0)
		r = bus_call_append(l->reply, line);
	if (r >= 0)
		r = sd_bus_message_close_container(l->reply);
	return r < 0 ? r : 0;
}

static int begin_list(sd_bus_message *m, struct listing *l, sd_bus_error *error)
{
	int r = bus_sender(m, &l->uid, error);

	if (r >= 0)
		r = sd_bus_message_new_method_return(m, &l->reply);
	return r < 0 ? r : sd_bus_message_open_container(l->reply, 'a', "(oa{sv})");
}

static int end_list(struct listing *l, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(l->reply);
	if (r >= 0)
		r = sd_bus_send(NULL, l->reply, NULL);
	sd_bus_message_unref(l->reply);
	return r;
}

static int list_peers(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct listing l = { 0 };
	int r = begin_list(m, &l, error);

	if (r >= 0)
		r = store_survey(b->store, list_peer, list_spoilt, &l);
	return end_list(&l, r);
}

static int list_calls(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct listing l = { 0 };
	int r = begin_list(m, &l, error);

	for (struct line *line = calls_first(b->calls); r >= 0 && line; line = line->next)
		r = list_call(line, &l);
	return end_list(&l, r);
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *data, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", SOTTO_VERSION);
}

static int get_strangers(sd_bus *bus, const char *path, const char *interface,
			 const char *property, sd_bus_message *reply, void *data,
			 sd_bus_error *error)
{
	const struct bus *b = data;

	return sd_bus_message_append(reply, "b", b->strangers);
}

static int set_strangers(sd_bus_message *m, void *data, sd_bus_error *error)
{
	static const char *const names[] = { "Strangers", NULL };
	struct bus *b = data;
	int allowed;
	int r = bus_may(b, m, BUS_RIGHT_STRANGERS, set_strangers, error);

	if (!r)
		return 1;
	if (r >= 0)
		r = sd_bus_message_read(m, "b", &allowed);
	if (r < 0)
		return r;
	r = store_set(b->store, STORE_STRANGERS, allowed);
	if (r)
		return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
					 "That could not be kept (%s): see the journal of sottod.",
					 strerror(-r));
	b->strangers = allowed;
	calls_strangers(b->calls, allowed);
	bus_invalidate(b, BUS_PATH, BUS_MANAGER_INTERFACE, names);
	return sd_bus_reply_method_return(m, NULL);
}

static int get_port(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct bus *b = data;

	return sd_bus_message_append(reply, "q", b->port);
}

#define METHOD(name, in, out, handler) \
	SD_BUS_METHOD(name, in, out, handler, SD_BUS_VTABLE_UNPRIVILEGED)

/* What goes in is wiped from the message. */
#define SENSITIVE(name, in, out, handler) \
	SD_BUS_METHOD(name, in, out, handler, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE)

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Port", "q", get_port, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Strangers", "b", get_strangers, 0,
			SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION),
	METHOD("SetStrangers", "b", "", set_strangers),
	METHOD("Pair", "sas", "o", pair),
	SENSITIVE("PairCode", "sassay", "o", pair_code),
	SENSITIVE("Backup", "ayay", "ay", bus_backup),
	SENSITIVE("Restore", "ayayay", "uu", bus_restore),
	METHOD("Forget", "s", "", forget),
	METHOD("Call", "sa{sv}", "o", call),
	METHOD("ListPeers", "", "a(oa{sv})", list_peers),
	METHOD("ListCalls", "", "a(oa{sv})", list_calls),
	METHOD("ListFlows", "", "aa{sv}", bus_list_flows),
	METHOD("ListCounters", "", "a(ota{st})", bus_list_counters),
	METHOD("AddRule", "a{sv}", "u", bus_add_rule),
	METHOD("DeleteRule", "u", "", bus_delete_rule),
	METHOD("ListRules", "", "aa{sv}", bus_list_rules),
	METHOD("RequireGroup", "s", "u", bus_require_group),
	METHOD("RegisterAgent", "o", "", bus_agent_register),
	METHOD("UnregisterAgent", "o", "", bus_agent_unregister),
	METHOD("Doctor", "", "a(sbss)", bus_doctor),
	METHOD("Metrics", "", "a{st}", bus_metrics),
	SD_BUS_SIGNAL("CallAdded", "o", 0),
	SD_BUS_SIGNAL("CallRemoved", "o", 0),
	SD_BUS_SIGNAL("PeerAdded", "o", 0),
	SD_BUS_SIGNAL("PeerRemoved", "o", 0),
	SD_BUS_SIGNAL("FlowsChanged", "", 0),
	SD_BUS_VTABLE_END
};

int bus_manager_add(struct bus *b)
{
	int r = sd_bus_add_object_vtable(b->bus, NULL, BUS_PATH, BUS_MANAGER_INTERFACE, vtable, b);

	return r < 0 ? r : 0;
}
