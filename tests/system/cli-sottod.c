// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A test double of sottod for the command line: org.sotto1 as Documentation/dbus.rst
 * says, without kernel, keys and store. Reads commands from stdin, a line each:
 *
 *	set N KEY VALUE		a property of call N, which begins if it is new
 *	drop N			call N is gone
 *	sas N MINE OTHER [second]	the halves of its SAS, in this order or not
 *	peer NAME known|verified|mismatch|new|coded|by-code
 *	fail METHOD ERROR TEXT	the next METHOD fails with org.sotto1.Error.ERROR
 *	counts yes|no		call 1 has counters
 *	spare N			but N of them do not, before that
 *	signal NAME		of the manager, without arguments
 *	ill NAME TEXT		Doctor() finds that
 *	ask METHOD N		the agents that have registered are asked so about call N
 *	metric NAME N		of Metrics()
 *	claim NAME		Name is empty on calls that begin, NAME their Claim
 *
 * and prints "did" after each; and each method that it is asked for, with arguments.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define BUS_PATH	"/org/sotto1"
#define CALL_PATH	BUS_PATH "/call"
#define CALLS_MAX	8
#define PEERS_MAX	8
#define AGENTS_MAX	4
#define METRICS_MAX	16
#define TEXT_MAX	256
#define N_PROPERTIES	(sizeof(properties) / sizeof(properties[0]))

static const struct {
	const char *name;
	char type;
} properties[] = {
	{ "Name", 's' }, { "Claim", 's' }, { "Outgoing", 'b' }, { "Kind", 's' },
	{ "Progress", 's' }, { "Reason", 's' }, { "EndedBy", 's' }, { "SecurityTx", 's' },
	{ "SecurityRx", 's' }, { "Verified", 'b' }, { "VerifiedBefore", 'b' },
	{ "TheirVerified", 'b' }, { "TheirProgress", 's' }, { "Alarm", 's' },
	{ "AlarmText", 's' }, { "Note", 's' }, { "NoteText", 's' }, { "Suite", 's' },
	{ "Since", 't' }, { "SecureSince", 't' }, { "SecureTxSince", 't' }, { "SecureRxSince", 't' },
	{ "Ended", 't' }, { "Flow", 't' },
};

struct call {
	bool there;
	bool whole;
	char values[N_PROPERTIES][TEXT_MAX];
	char mine[TEXT_MAX];
	char other[TEXT_MAX];
	bool second;
};

struct peer {
	char name[TEXT_MAX];
	char state[TEXT_MAX];
};

struct fake {
	sd_bus *bus;
	sd_event *loop;
	struct call calls[CALLS_MAX + 1];	/* by number, from 1 */
	struct peer peers[PEERS_MAX];
	size_t n_peers;
	char agents[AGENTS_MAX][2][TEXT_MAX];	/* whom to ask, where */
	size_t n_agents;
	bool counts;
	unsigned int spare;
	char fail_method[TEXT_MAX];
	char fail_error[TEXT_MAX];
	char fail_text[TEXT_MAX];
	struct {
		char name[TEXT_MAX];
		uint64_t value;
	} metrics[METRICS_MAX];
	size_t n_metrics;
	char ill[TEXT_MAX];
	char ill_text[TEXT_MAX];
	char claim[TEXT_MAX];
};

static void copy(char out[TEXT_MAX], const char *text)
{
	snprintf(out, TEXT_MAX, "%s", text);
}

/* Return: 1 if @member is to fail, and then @error is set. */
static int fails(struct fake *f, sd_bus_message *m, sd_bus_error *error)
{
	char name[TEXT_MAX + 32];

	if (strcmp(f->fail_method, sd_bus_message_get_member(m)))
		return 0;
	if (f->spare) {
		f->spare--;
		return 0;
	}
	*f->fail_method = '\0';
	snprintf(name, sizeof(name), "%s%s", strchr(f->fail_error, '.') ? "" : "org.sotto1.Error.",
		 f->fail_error);
	sd_bus_error_set(error, name, f->fail_text);
	return 1;
}

#define FAIL_IF_TOLD(f, m, error)				\
	do {							\
		if (fails(f, m, error))				\
			return sd_bus_error_get_errno(error) * -1;	\
	} while (0)

static char *value(struct call *call, const char *name)
{
	for (size_t i = 0; i < N_PROPERTIES; i++)
		if (!strcmp(properties[i].name, name))
			return call->values[i];
	fprintf(stderr, "cli-sottod: a call has no %s\n", name);
	exit(1);
}

static void set(struct call *call, const char *name, const char *to)
{
	copy(value(call, name), to);
}

static void call_path(size_t number, char out[TEXT_MAX])
{
	snprintf(out, TEXT_MAX, CALL_PATH "/%zu", number);
}

static int changed(struct fake *f, struct call *call)
{
	char path[TEXT_MAX];

	call_path(call - f->calls, path);
	return sd_bus_emit_signal(f->bus, path, "org.freedesktop.DBus.Properties",
				  "PropertiesChanged", "sa{sv}as", "org.sotto1.Call", 0, 1,
				  "Progress");
}

static int begin(struct fake *f, size_t number)
{
	struct call *call = &f->calls[number];
	char path[TEXT_MAX];

	*call = (struct call){ .there = true };
	set(call, "Kind", "direct");
	set(call, "Progress", "calling");
	set(call, "SecurityTx", "held");
	set(call, "SecurityRx", "held");
	call_path(number, path);
	return sd_bus_emit_signal(f->bus, BUS_PATH, "org.sotto1.Manager", "CallAdded", "o", path);
}

/* org.sotto1.Manager */

static int append_property(sd_bus_message *m, size_t i, const char *text)
{
	char type[] = { properties[i].type, '\0' };

	if (*type == 's')
		return sd_bus_message_append(m, "{sv}", properties[i].name, type, text);
	if (*type == 'b')
		return sd_bus_message_append(m, "{sv}", properties[i].name, type, !strcmp(text, "yes"));
	return sd_bus_message_append(m, "{sv}", properties[i].name, type,
				     (uint64_t)strtoull(text, NULL, 10));
}

static int append_call(sd_bus_message *m, struct fake *f, size_t number)
{
	char path[TEXT_MAX];
	int r;

	call_path(number, path);
	r = sd_bus_message_open_container(m, 'r', "oa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", path);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	/* A property that the program has never heard of, as later releases may have. */
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "Later", "a{su}", 1, "x", 1);
	for (size_t i = 0; r >= 0 && i < N_PROPERTIES; i++)
		r = append_property(m, i, f->calls[number].values[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int send(sd_bus_message *reply, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

static int begin_reply(sd_bus_message *m, const char *contents, sd_bus_message **reply)
{
	int r = sd_bus_message_new_method_return(m, reply);

	return r < 0 ? r : sd_bus_message_open_container(*reply, 'a', contents);
}

static int list_calls(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	sd_bus_message *reply = NULL;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = begin_reply(m, "(oa{sv})", &reply);
	for (size_t i = 1; r >= 0 && i <= CALLS_MAX; i++)
		if (f->calls[i].there)
			r = append_call(reply, f, i);
	return send(reply, r);
}

static int list_peers(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	sd_bus_message *reply = NULL;
	int r = begin_reply(m, "(oa{sv})", &reply);

	for (size_t i = 0; r >= 0 && i < f->n_peers; i++) {
		const struct peer *p = &f->peers[i];

		bool by_code = !strcmp(p->state, "by-code");
		bool verified = by_code || !strcmp(p->state, "verified");
		bool coded = !strcmp(p->state, "coded");

		if (!strcmp(p->state, "spoilt")) {
			r = sd_bus_message_append(reply, "(oa{sv})", BUS_PATH "/peer/9", 1,
						  "Spoilt", "b", 1);
			continue;
		}
		r = sd_bus_message_append(reply, "(oa{sv})", BUS_PATH "/peer/1", 8,
			"Name", "s", p->name,
			"Addresses", "as", 2, "192.0.2.7:7686", "[2001:db8::7]:7686",
			"Known", "b", strcmp(p->state, "new") && !coded,
			"Verified", "b", verified,
			"VerifiedSince", "t", verified ? (uint64_t)1700000000 : 0,
			"VerifiedBy", "s", by_code ? "code" : verified ? "sas" : "",
			"Code", "b", coded,
			"Mismatch", "b", !strcmp(p->state, "mismatch"));
	}
	return send(reply, r);
}

static int dial(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	const char *name, *key, *address = "";
	char path[TEXT_MAX];
	size_t number = 1;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = sd_bus_message_read(m, "s", &name);
	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &key);
		if (r >= 0)
			r = !strcmp(key, "address") ? sd_bus_message_read(m, "v", "s", &address) :
						      -EINVAL;
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	if (r < 0)
		return r;
	printf("Call %s address=%s\n", name, address);
	while (number < CALLS_MAX && f->calls[number].there)
		number++;
	begin(f, number);
	set(&f->calls[number], "Outgoing", "yes");
	set(&f->calls[number], *f->claim ? "Claim" : "Name", name);
	call_path(number, path);
	return sd_bus_reply_method_return(m, "o", path);
}

static int pair(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	char **addresses = NULL;
	const char *name;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = sd_bus_message_read(m, "s", &name);
	if (r >= 0)
		r = sd_bus_message_read_strv(m, &addresses);
	if (r < 0)
		return r;
	printf("Pair %s", name);
	for (char **a = addresses; a && *a; a++) {
		printf(" %s", *a);
		free(*a);
	}
	free(addresses);
	putchar('\n');
	return sd_bus_reply_method_return(m, "o", BUS_PATH "/peer/1");
}

static int pair_code(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	char **addresses = NULL;
	const char *name, *kind;
	const void *code;
	size_t len;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = sd_bus_message_read(m, "s", &name);
	if (r >= 0)
		r = sd_bus_message_read_strv(m, &addresses);
	if (r >= 0)
		r = sd_bus_message_read(m, "s", &kind);
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &code, &len);
	if (r < 0)
		return r;
	printf("PairCode %s", name);
	for (char **a = addresses; a && *a; a++) {
		printf(" %s", *a);
		free(*a);
	}
	free(addresses);
	printf(" %s ", kind);
	for (size_t i = 0; i < len; i++)
		printf("%02x", ((const uint8_t *)code)[i]);
	putchar('\n');
	return sd_bus_reply_method_return(m, "o", BUS_PATH "/peer/1");
}

static int forget(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *name;
	int r;

	FAIL_IF_TOLD((struct fake *)data, m, error);
	r = sd_bus_message_read(m, "s", &name);
	if (r < 0)
		return r;
	printf("Forget %s\n", name);
	return sd_bus_reply_method_return(m, NULL);
}

/* Of call 1, if it has been told so. */
static int list_counters(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	sd_bus_message *reply = NULL;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = begin_reply(m, "(ota{st})", &reply);
	if (r >= 0 && f->counts)
		r = sd_bus_message_append(reply, "(ota{st})", BUS_PATH "/call/1", (uint64_t)7, 8,
			"tx-protected", (uint64_t)512, "tx-bytes", (uint64_t)88064,
			"tx-agent", (uint64_t)9, "drop-tx-hold", (uint64_t)5,
			"drop-tx-repeat", (uint64_t)2, "rx-unprotected", (uint64_t)498,
			"rx-clear", (uint64_t)1, "drop-rx-auth", (uint64_t)18446744073709551615u);
	return send(reply, r);
}

static int list_flows(sd_bus_message *m, void *data, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	int r;

	FAIL_IF_TOLD((struct fake *)data, m, error);
	r = begin_reply(m, "a{sv}", &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "a{sv}", 15,
			"id", "t", (uint64_t)18446744073709551615u,
			"local", "s", "192.0.2.1:7686", "remote", "s", "192.0.2.7:7686",
			"tx", "s", "secure", "rx", "s", "hold", "rule", "u", 3,
			"action", "s", "require", "embryonic", "b", 0, "age-ms", "t", (uint64_t)61000,
			"counters", "a{st}", 2, "tx-secure", (uint64_t)7, "rx-held", (uint64_t)0,
			"uid", "u", 0, "profile-tx", "s", "aead-aes-128-gcm",
			"idle-tx-ms", "t", (uint64_t)2000, "call", "o", CALL_PATH "/4",
			"srtp-tx", "a{sv}", 7, "window", "u", 4096, "mki-length", "q", 4,
			"cryptex", "s", "require", "encrypted-extensions", "ay", 2, 1, 9,
			"pad-size", "q", 200, "pad-multiple", "q", 16,
			"told-rocs", "a(uu)", 1, 48879, 5);
	if (r >= 0)
		r = sd_bus_message_append(reply, "a{sv}", 4, "id", "t", (uint64_t)2,
			"local", "s", "[2001:db8::1]:7686", "remote", "s", "[2001:db8::7]:7686",
			"srtp-rx", "a{sv}", 0);
	return send(reply, r);
}

static int list_rules(sd_bus_message *m, void *data, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	int r;

	FAIL_IF_TOLD((struct fake *)data, m, error);
	r = begin_reply(m, "a{sv}", &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "a{sv}", 14,
			"id", "u", 3, "action", "s", "require", "priority", "i", -5,
			"port-min", "q", 16384, "port-max", "q", 32767,
			"family", "s", "ipv4", "peer", "s", "192.0.2.0/24", "uid", "u", 0,
			"cgroup", "t", (uint64_t)4711, "own", "b", 1, "sdes", "b", 1, "local", "b", 0,
			"forward", "s", "lan0", "flows", "u", 2);
	return send(reply, r);
}

/* The dictionary as busctl prints it would need its code: its own walk is short. */
static int print_rule(sd_bus_message *m)
{
	const char *key, *contents, *text;
	uint64_t number;
	char type;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		number = 0;
		r = sd_bus_message_read(m, "s", &key);
		if (r >= 0)
			r = sd_bus_message_peek_type(m, &type, &contents);
		if (r >= 0)
			r = sd_bus_message_enter_container(m, 'v', contents);
		if (r >= 0)
			r = sd_bus_message_read_basic(m, *contents,
						      *contents == 's' ? (void *)&text : &number);
		if (r < 0)
			return r;
		if (*contents == 's')
			printf(" %s=s:%s", key, text);
		else if (*contents == 'i')
			printf(" %s=i:%d", key, (int32_t)number);
		else
			printf(" %s=%c:%" PRIu64, key, *contents, number);
		r = sd_bus_message_exit_container(m);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

static int add_rule(sd_bus_message *m, void *data, sd_bus_error *error)
{
	int r;

	FAIL_IF_TOLD((struct fake *)data, m, error);
	printf("AddRule");
	r = print_rule(m);
	putchar('\n');
	return r < 0 ? r : sd_bus_reply_method_return(m, "u", 9);
}

static int delete_rule(sd_bus_message *m, void *data, sd_bus_error *error)
{
	uint32_t id;
	int r;

	FAIL_IF_TOLD((struct fake *)data, m, error);
	r = sd_bus_message_read(m, "u", &id);
	if (r < 0)
		return r;
	printf("DeleteRule %" PRIu32 "\n", id);
	return sd_bus_reply_method_return(m, NULL);
}

static int doctor(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	sd_bus_message *reply = NULL;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = begin_reply(m, "(sbss)", &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "(sbss)", "store", 1, "every peer can be read", "");
	if (r >= 0 && *f->ill)
		r = sd_bus_message_append(reply, "(sbss)", f->ill, 0, f->ill_text, "take a pill");
	return send(reply, r);
}

static int metrics(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	sd_bus_message *reply = NULL;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = begin_reply(m, "{st}", &reply);
	for (size_t i = 0; r >= 0 && i < f->n_metrics; i++)
		r = sd_bus_message_append(reply, "{st}", f->metrics[i].name, f->metrics[i].value);
	return send(reply, r);
}

static int register_agent(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	const char *path;
	int r;

	FAIL_IF_TOLD(f, m, error);
	r = sd_bus_message_read(m, "o", &path);
	if (r < 0 || f->n_agents == AGENTS_MAX)
		return -EINVAL;
	copy(f->agents[f->n_agents][0], sd_bus_message_get_sender(m));
	copy(f->agents[f->n_agents++][1], path);
	printf("RegisterAgent %s\n", path);
	return sd_bus_reply_method_return(m, NULL);
}

static int get_port(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "q", 7686);
}

/* org.sotto1.Call */

static int find_call(sd_bus *bus, const char *path, const char *interface, void *data, void **found,
		     sd_bus_error *error)
{
	struct fake *f = data;
	size_t number = strtoul(strrchr(path, '/') + 1, NULL, 10);

	if (number < 1 || number > CALLS_MAX || !f->calls[number].there)
		return 0;
	*found = &f->calls[number];
	return 1;
}

static struct fake *fake_of(sd_bus_message *m)
{
	return sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(m)));
}

static int ended(sd_bus_message *m, struct call *call, const char *reason)
{
	set(call, "Progress", "ended");
	set(call, "Reason", reason);
	set(call, "EndedBy", "us");
	changed(fake_of(m), call);
	return sd_bus_reply_method_return(m, NULL);
}

static int answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
	FAIL_IF_TOLD(fake_of(m), m, error);
	printf("Answer %s\n", sd_bus_message_get_path(m));
	set(data, "Progress", "active");
	changed(fake_of(m), data);
	return sd_bus_reply_method_return(m, NULL);
}

static int decline(sd_bus_message *m, void *data, sd_bus_error *error)
{
	FAIL_IF_TOLD(fake_of(m), m, error);
	printf("Decline %s\n", sd_bus_message_get_path(m));
	return ended(m, data, "declined");
}

static int hangup(sd_bus_message *m, void *data, sd_bus_error *error)
{
	FAIL_IF_TOLD(fake_of(m), m, error);
	printf("Hangup %s\n", sd_bus_message_get_path(m));
	return ended(m, data, "hangup");
}

static int get_sas(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const struct call *call = data;
	char text[3 * TEXT_MAX];

	FAIL_IF_TOLD(fake_of(m), m, error);
	snprintf(text, sizeof(text), "%s%s%s", call->second && call->whole ? call->other : "",
		 call->mine, !call->second && call->whole ? call->other : "");
	return sd_bus_reply_method_return(m, "ssb", "B32", text, (int)call->whole);
}

static int verify(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct call *call = data;
	const char *typed;
	int r;

	FAIL_IF_TOLD(fake_of(m), m, error);
	r = sd_bus_message_read(m, "s", &typed);
	if (r < 0)
		return r;
	printf("Verify %s\n", typed);
	call->whole = !strcmp(typed, call->other);
	set(call, "Verified", call->whole ? "yes" : "no");
	set(call, "Alarm", call->whole ? "" : "sas-wrong");
	set(call, "AlarmText", call->whole ? "" : "Hear it again, or hang up.");
	changed(fake_of(m), call);
	return sd_bus_reply_method_return(m, "b", (int)call->whole);
}

#define METHOD(name, in, out, handler) \
	SD_BUS_METHOD(name, in, out, handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Port", "q", get_port, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	METHOD("Pair", "sas", "o", pair),
	METHOD("PairCode", "sassay", "o", pair_code),
	METHOD("Forget", "s", "", forget),
	METHOD("Call", "sa{sv}", "o", dial),
	METHOD("ListPeers", "", "a(oa{sv})", list_peers),
	METHOD("ListCalls", "", "a(oa{sv})", list_calls),
	METHOD("ListFlows", "", "aa{sv}", list_flows),
	METHOD("ListCounters", "", "a(ota{st})", list_counters),
	METHOD("AddRule", "a{sv}", "u", add_rule),
	METHOD("DeleteRule", "u", "", delete_rule),
	METHOD("ListRules", "", "aa{sv}", list_rules),
	METHOD("Doctor", "", "a(sbss)", doctor),
	METHOD("Metrics", "", "a{st}", metrics),
	METHOD("RegisterAgent", "o", "", register_agent),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable call_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Answer", "", "", answer),
	METHOD("Decline", "", "", decline),
	METHOD("Hangup", "", "", hangup),
	METHOD("GetSas", "", "ssb", get_sas),
	METHOD("Verify", "s", "b", verify),
	SD_BUS_VTABLE_END
};

/* Commands. The rest of the line is the last word. */

static int command_set(struct fake *f, size_t number, const char *key, const char *to)
{
	struct call *call = &f->calls[number];

	if (!call->there)
		begin(f, number);
	set(call, key, to);
	return changed(f, call);
}

static int command_drop(struct fake *f, size_t number)
{
	char path[TEXT_MAX];

	f->calls[number].there = false;
	call_path(number, path);
	return sd_bus_emit_signal(f->bus, BUS_PATH, "org.sotto1.Manager", "CallRemoved", "o", path);
}

static int command_ask(struct fake *f, const char *method, const char *number)
{
	char path[TEXT_MAX];
	int r = 0;

	call_path(strtoul(number, NULL, 10), path);
	for (size_t i = 0; r >= 0 && i < f->n_agents; i++)
		r = sd_bus_call_method_async(f->bus, NULL, f->agents[i][0], f->agents[i][1],
					     "org.sotto1.Agent", method, NULL, NULL, "o", path);
	return r;
}

static int command(struct fake *f, char *line)
{
	char a[TEXT_MAX] = "", b[TEXT_MAX] = "", rest[TEXT_MAX] = "", word[32] = "";
	size_t number;

	sscanf(line, "%31s %255s %255s %255[^\n]", word, a, b, rest);
	number = strtoul(a, NULL, 10);
	if (number > CALLS_MAX)
		return -EINVAL;
	if (!strcmp(word, "set") && number)
		return command_set(f, number, b, rest);
	if (!strcmp(word, "drop") && number)
		return command_drop(f, number);
	if (!strcmp(word, "sas") && number) {
		copy(f->calls[number].mine, b);
		f->calls[number].second = sscanf(rest, "%255s %31s", a, word) == 2;
		copy(f->calls[number].other, a);
		return 0;
	}
	if (!strcmp(word, "peer") && f->n_peers < PEERS_MAX) {
		copy(f->peers[f->n_peers].name, a);
		copy(f->peers[f->n_peers++].state, b);
		return 0;
	}
	if (!strcmp(word, "fail")) {
		copy(f->fail_method, a);
		copy(f->fail_error, b);
		copy(f->fail_text, rest);
		return 0;
	}
	if (!strcmp(word, "counts")) {
		f->counts = !strcmp(a, "yes");
		return 0;
	}
	if (!strcmp(word, "spare")) {
		f->spare = strtoul(a, NULL, 10);
		return 0;
	}
	if (!strcmp(word, "signal"))
		return sd_bus_emit_signal(f->bus, BUS_PATH, "org.sotto1.Manager", a, NULL);
	if (!strcmp(word, "ill")) {
		copy(f->ill, a);
		snprintf(f->ill_text, sizeof(f->ill_text), "%s %.100s", b, rest);
		return 0;
	}
	if (!strcmp(word, "metric") && f->n_metrics < METRICS_MAX) {
		copy(f->metrics[f->n_metrics].name, a);
		f->metrics[f->n_metrics++].value = strtoull(b, NULL, 10);
		return 0;
	}
	if (!strcmp(word, "ask"))
		return command_ask(f, a, b);
	if (!strcmp(word, "claim")) {
		copy(f->claim, a);
		return 0;
	}
	fprintf(stderr, "cli-sottod: no such command: %s", line);
	return -EINVAL;
}

static int on_stdin(sd_event_source *s, int fd, uint32_t events, void *data)
{
	struct fake *f = data;
	char *line = NULL;
	size_t room = 0;
	int r = 0;

	if (getline(&line, &room, stdin) < 0)
		r = sd_event_exit(f->loop, 0);
	else
		r = command(f, line);
	free(line);
	if (r >= 0)
		r = sd_bus_flush(f->bus);
	puts("did");
	return r;
}

static int start(struct fake *f)
{
	int r = sd_event_default(&f->loop);

	if (r >= 0)
		r = sd_bus_open_system(&f->bus);
	if (r >= 0)
		r = sd_bus_add_object_vtable(f->bus, NULL, BUS_PATH, "org.sotto1.Manager",
					     manager_vtable, f);
	if (r >= 0)
		r = sd_bus_add_fallback_vtable(f->bus, NULL, CALL_PATH, "org.sotto1.Call",
					       call_vtable, find_call, f);
	if (r >= 0)
		r = sd_bus_request_name(f->bus, "org.sotto1", 0);
	if (r >= 0)
		r = sd_bus_attach_event(f->bus, f->loop, 0);
	if (r >= 0)
		r = sd_event_add_io(f->loop, NULL, STDIN_FILENO, EPOLLIN, on_stdin, f);
	return r;
}

int main(void)
{
	struct fake *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);	/* so that poll sees what is left */
	r = start(f);
	if (r >= 0) {
		puts("ready");
		r = sd_event_loop(f->loop);
	}
	if (r < 0)
		fprintf(stderr, "cli-sottod: %s\n", strerror(-r));
	sd_bus_flush_close_unref(f->bus);
	sd_event_unref(f->loop);
	free(f);
	return r < 0;
}
