// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: what programs on D-Bus ask of sottod: every method and property of its
 * objects, as sottod itself tells them (Introspect), with arguments of the right types and
 * of others, by several users and connections, some of which leave the bus; while calls
 * begin, become secure and end, and the kernel comes and goes.
 *
 * Both ends are real sd-bus connections on a socket pair. What a bus would do between them
 * is done here: it says who asks, and who has left.
 *
 * Besides what the sanitizers see it must hold that each request has one answer; that the
 * rules, and who may ring here, are root's alone; and that nobody is shown, or gets at, what
 * belongs to another.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <sodium.h>

#include "bus.h"
#include "keeper.h"
#include "sottod_bob.h"
#include "sottod_inside.h"
#include "sottod_kernel.h"

#define OPERATIONS_MAX	64
#define METHODS_MAX	64
#define TRACKS_MAX	64
#define OTHER_UID	1001
#define DEPTH_MAX	3

#define PROPERTIES	"org.freedesktop.DBus.Properties"

static struct bus *bus;
static sd_bus *client;
static sd_event *loop;
static uid_t asker;
static const uid_t uids[] = { 0, INSIDE_UID, OTHER_UID };
static const char *const senders[] = { ":1.1", ":1.2", ":1.3", ":1.4" };

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* In the place of libsystemd's, which would ask the bus. */

struct sd_bus_track {
	sd_bus_track_handler_t gone;
	void *arg;
	char name[64];
	bool used;
};

static struct sd_bus_track tracks[TRACKS_MAX];

int sd_bus_track_new(sd_bus *b, sd_bus_track **out, sd_bus_track_handler_t gone, void *arg)
{
	for (size_t i = 0; i < TRACKS_MAX; i++) {
		if (tracks[i].used)
			continue;
		tracks[i] = (struct sd_bus_track){ gone, arg, "", true };
		*out = &tracks[i];
		return 0;
	}
	return -ENOMEM;
}

int sd_bus_track_add_name(sd_bus_track *track, const char *name)
{
	snprintf(track->name, sizeof(track->name), "%s", name);
	return 1;
}

sd_bus_track *sd_bus_track_unref(sd_bus_track *track)
{
	if (track)
		track->used = false;
	return NULL;
}

static void leaves(const char *sender)
{
	for (size_t i = 0; i < TRACKS_MAX; i++)
		if (tracks[i].used && !strcmp(tracks[i].name, sender))
			tracks[i].gone(&tracks[i], tracks[i].arg);
}

int sd_bus_query_sender_creds(sd_bus_message *m, uint64_t mask, sd_bus_creds **out)
{
	*out = NULL;
	return 0;
}

int sd_bus_creds_get_euid(sd_bus_creds *creds, uid_t *uid)
{
	*uid = asker;
	return 0;
}

sd_event *sd_bus_get_event(sd_bus *b)
{
	return loop;
}

int sd_bus_request_name(sd_bus *b, const char *name, uint64_t flags)
{
	return 1;
}

/* What polkit answers to the request. */
static enum { POLKIT_ABSENT, POLKIT_NO, POLKIT_UNREADABLE, POLKIT_YES } polkit;

static int on_polkit(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	if (!sd_bus_message_is_method_call(m, "org.freedesktop.PolicyKit1.Authority",
					   "CheckAuthorization"))
		return 0;
	switch (polkit) {
	case POLKIT_ABSENT:
		return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_SERVICE_UNKNOWN, "absent");
	case POLKIT_UNREADABLE:
		return sd_bus_reply_method_return(m, "(s)", "yes");
	default:
		return sd_bus_reply_method_return(m, "(bba{ss})", polkit == POLKIT_YES, 1, 0);
	}
}

int sd_bus_open_system(sd_bus **out)
{
	static const sd_id128_t id = SD_ID128_MAKE(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
						   15, 16);
	int pair[2];

	REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
	REQUIRE(sd_bus_new(out) >= 0 && sd_bus_set_fd(*out, pair[0], pair[0]) >= 0);
	REQUIRE(sd_bus_set_server(*out, true, id) >= 0 && sd_bus_negotiate_fds(*out, true) >= 0);
	REQUIRE(sd_bus_new(&client) >= 0 && sd_bus_set_fd(client, pair[1], pair[1]) >= 0);
	REQUIRE(sd_bus_negotiate_fds(client, true) >= 0);
	REQUIRE(sd_bus_start(*out) >= 0 && sd_bus_start(client) >= 0);
	REQUIRE(sd_bus_add_filter(client, NULL, on_polkit, NULL) >= 0);
	return 0;
}

const char *keeper_trouble(const struct keeper *k)
{
	return NULL;
}

/* To and fro. */

static sd_bus_message *answer;
static unsigned int answers;

static int on_answer(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	answers++;
	sd_bus_message_unref(answer);
	answer = sd_bus_message_ref(m);
	return 1;
}

static void run(void)
{
	int a, b;

	do {
		a = sd_bus_process(client, NULL);
		REQUIRE(a >= 0);
		b = sd_bus_process(bus->bus, NULL);
		REQUIRE(b >= 0);	/* or sottod would end: nobody may bring that about */
	} while (a > 0 || b > 0);
	inside_run();
}

/* Return: was it done? It has been answered in any case. */
static bool ask(sd_bus_message *m, uid_t uid, const char *sender)
{
	asker = uid;
	answers = 0;
	REQUIRE(sd_bus_message_set_sender(m, sender) >= 0);
	REQUIRE(sd_bus_call_async(client, NULL, m, on_answer, NULL, 0) >= 0);
	run();
	REQUIRE(answers == 1);
	return !sd_bus_message_is_method_error(answer, NULL);
}

/* What there is to be asked for. */

struct method {
	char interface[32];
	char name[32];
	char in[16];
};

static struct method methods[METHODS_MAX];
static size_t n_methods;

static void quoted(const char *in, const char *key, char *out, size_t size)
{
	const char *from = strstr(in, key);

	REQUIRE(from);
	from += strlen(key);
	REQUIRE(strcspn(from, "\"") < size);
	snprintf(out, size, "%.*s", (int)strcspn(from, "\""), from);
}

/* One <method>...</method>, or <method/>. */
static void learn_method(const char *interface, char *text)
{
	struct method *m = &methods[n_methods];

	REQUIRE(n_methods < METHODS_MAX);
	quoted(text, "name=\"", m->name, sizeof(m->name));
	snprintf(m->interface, sizeof(m->interface), "%s", interface);
	for (char *arg = strstr(text, "<arg "); arg; arg = strstr(arg + 1, "<arg ")) {
		char type[16], direction[16];

		quoted(arg, "type=\"", type, sizeof(type));
		quoted(arg, "direction=\"", direction, sizeof(direction));
		if (!strcmp(direction, "in"))
			strncat(m->in, type, sizeof(m->in) - strlen(m->in) - 1);
	}
	n_methods++;
}

static void learn(const char *path)
{
	char interface[64], *at, *end, *save = NULL, *copy;
	sd_bus_message *m;
	const char *xml;

	REQUIRE(sd_bus_message_new_method_call(client, &m, NULL, path,
					       "org.freedesktop.DBus.Introspectable",
					       "Introspect") >= 0);
	REQUIRE(ask(m, 0, senders[0]) && sd_bus_message_read(answer, "s", &xml) >= 0);
	sd_bus_message_unref(m);
	copy = strdup(xml);
	REQUIRE(copy);
	/* By elements that end; an interface's name holds until the next. */
	*interface = '\0';
	for (at = copy; (at = strchr(at, '<')); at++) {
		if (!strncmp(at, "<interface ", 11))
			quoted(at, "name=\"", interface, sizeof(interface));
		if (strncmp(at, "<method ", 8) || strncmp(interface, BUS_NAME, strlen(BUS_NAME)))
			continue;
		end = strchr(at, '>');
		REQUIRE(end);
		if (end[-1] != '/')
			end = strstr(at, "</method>");
		REQUIRE(end);
		save = strndup(at, end - at);
		learn_method(interface, save);
		free(save);
	}
	free(copy);
}

/* Arguments. */

static const char *const words[] = {
	"", "Bob", "Bob/phone", "Eve", "/", "x/y/z", "10.0.1.2", "10.0.1.2:7686", "[::1]:5004",
	"10.0.0.0/8", "fe80::1", "address", "action", "require", "prefer", "bypass", "family",
	"ipv4", "ipv6", "peer", "priority", "port-min", "port-max", "own", "sdes", "local", "uid",
	"cgroup", "code", "phrase", "/init.scope", "/../x", BUS_MANAGER_INTERFACE,
	BUS_CALL_INTERFACE, BUS_PEER_INTERFACE, "Strangers", "AutoAnswer", "Name", "Progress",
};

static const char *text(struct input *in, char buf[300])
{
	uint8_t which = take(in);
	struct line *line = inside.calls ? calls_first(inside.calls) : NULL;
	struct zrtp_sas sas;

	if (which < COUNT(words))
		return words[which];
	if (which < 0x40 && line && line->call->security.secure &&
	    !zrtp_sas_render(line->call->security.suite.sas_type, line->call->security.sas, &sas)) {
		snprintf(buf, 300, "%s", which & 1 ? sas.first : sas.second);
		return buf;
	}
	buf[take_some(in, buf, 255)] = '\0';
	return buf;
}

static uint64_t number(struct input *in)
{
	uint64_t n = 0;

	take_some(in, &n, sizeof(n));
	return n;
}

static int put(sd_bus_message *m, struct input *in, const char **sig, int depth);

static int put_container(sd_bus_message *m, struct input *in, char type, const char *contents,
			 int depth)
{
	int r = sd_bus_message_open_container(m, type, contents);

	for (const char *at = contents; r >= 0 && *at; )
		r = put(m, in, &at, depth + 1);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* The length of the first complete type of a signature that is right. */
static size_t type_len(const char *sig)
{
	int open = 0;
	size_t i = 0;

	while (sig[i] == 'a')
		i++;
	do {
		open += sig[i] == '(' || sig[i] == '{';
		open -= sig[i] == ')' || sig[i] == '}';
		i++;
	} while (open);
	return i;
}

static int put_array(sd_bus_message *m, struct input *in, const char *element, int depth)
{
	uint8_t bytes[255];
	int r;

	if (!strcmp(element, "y"))	/* codes and backups are of certain lengths */
		return take(in) & 1 ? sd_bus_message_append_array(m, 'y', bytes,
								   take_some(in, bytes, sizeof(bytes))) :
		       sd_bus_message_append_array(m, 'y', "0123456789abcdef0123456789abcdef", 32);
	r = sd_bus_message_open_container(m, 'a', element);
	for (int n = take(in) % 5; r >= 0 && n > 0; n--) {
		const char *at = element;

		r = put(m, in, &at, depth + 1);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int put_variant(sd_bus_message *m, struct input *in, int depth)
{
	static const char *const types[] = { "s", "u", "q", "b", "t", "i", "y", "as", "ay", "a{sv}",
					     "o", "(sv)", "v", "d", "x" };

	return put_container(m, in, 'v', types[take(in) % (depth < DEPTH_MAX ? COUNT(types) : 7)],
			     depth);
}

/* The value of the first type of *@sig, which is then behind it. */
static int put(sd_bus_message *m, struct input *in, const char **sig, int depth)
{
	size_t len = type_len(*sig);
	char type = **sig, inner[32], buf[300];
	uint64_t n;

	snprintf(inner, sizeof(inner), "%.*s", (int)(len > 2 ? len - 2 : 0), *sig + 1);
	if (type == 'a')
		snprintf(inner, sizeof(inner), "%.*s", (int)len - 1, *sig + 1);
	*sig += len;
	switch (type) {
	case 's':
	case 'o':
		return sd_bus_message_append_basic(m, type, text(in, buf));
	case 'a':
		return put_array(m, in, inner, depth);
	case '(':
		return put_container(m, in, 'r', inner, depth);
	case '{':
		return put_container(m, in, 'e', inner, depth);
	case 'v':
		return put_variant(m, in, depth);
	case 'b':
		return sd_bus_message_append(m, "b", take(in) & 1);
	default:
		n = number(in);
		return sd_bus_message_append_basic(m, type, &n);
	}
}

/* Whom, and what. */

static void any_path(struct input *in, const char *interface, char out[BUS_PATH_MAX])
{
	uint8_t n = take(in);

	if (n & 0x80)
		snprintf(out, BUS_PATH_MAX, BUS_PATH "%s/%u", n & 0x40 ? "/call" : "/peer", n & 0x3f);
	else if (!strcmp(interface, BUS_CALL_INTERFACE))
		bus_call_path(calls_first(inside.calls) && n < 0x40 ? calls_first(inside.calls)->id : n,
			      out);
	else if (!strcmp(interface, BUS_PEER_INTERFACE))
		snprintf(out, BUS_PATH_MAX, BUS_PEER_PATH "/%u", 1 + n % 4);
	else
		snprintf(out, BUS_PATH_MAX, BUS_PATH);
}

static struct line *line_at(const char *path)
{
	struct line *line = calls_find(inside.calls, bus_path_id(path, BUS_CALL_PATH));

	return line && line->call->shown ? line : NULL;
}

/* What must not have been done for who has asked. */
static void check(const struct method *what, const char *path, bool others, uid_t uid)
{
	REQUIRE(!others || strcmp(what->interface, BUS_CALL_INTERFACE));
	if (!uid || strcmp(what->interface, BUS_MANAGER_INTERFACE))
		return;
	REQUIRE(polkit == POLKIT_YES ||
		(strcmp(what->name, "AddRule") && strcmp(what->name, "DeleteRule") &&
		 strcmp(what->name, "ListRules") && strcmp(what->name, "Metrics") &&
		 strcmp(what->name, "SetStrangers")));
}

/* Calls of another, in what ListCalls() has answered. */
static void check_list(uid_t uid)
{
	const char *path;

	REQUIRE(sd_bus_message_enter_container(answer, 'a', "(oa{sv})") >= 0);
	while (sd_bus_message_enter_container(answer, 'r', "oa{sv}") > 0) {
		const struct line *line;

		REQUIRE(sd_bus_message_read(answer, "o", &path) >= 0);
		line = line_at(path);
		REQUIRE(!line || !uid || !line->call->has_uid || line->call->uid == uid);
		REQUIRE(sd_bus_message_skip(answer, "a{sv}") >= 0);
		REQUIRE(sd_bus_message_exit_container(answer) >= 0);
	}
}

static void request(struct input *in)
{
	const struct method *what = &methods[take(in) % n_methods];
	uint8_t who = take(in);
	uid_t uid = uids[who % COUNT(uids)];
	bool strangers = bus->strangers, wrong = who & 0x80, done, others;
	const char *sig = what->in;
	char path[BUS_PATH_MAX];
	sd_bus_message *m = NULL;
	const struct line *line;
	int r;

	polkit = who >> 4 & 3;
	any_path(in, what->interface, path);
	line = line_at(path);
	others = line && uid && line->call->has_uid && line->call->uid != uid;
	r = sd_bus_message_new_method_call(client, &m, NULL, path, what->interface, what->name);
	while (r >= 0 && *sig && !(wrong && take(in) & 1))
		r = put(m, in, &sig, 0);
	if (r >= 0 && wrong)
		r = put_variant(m, in, 0);
	if (r >= 0) {	/* what sd-bus does not let out no bus lets through */
		done = ask(m, uid, senders[who >> 2 & 3]);
		if (done)
			check(what, path, others, uid);
		if (done && !strcmp(what->name, "ListCalls"))
			check_list(uid);
		REQUIRE(!uid || polkit == POLKIT_YES || bus->strangers == strangers);
	}
	sd_bus_message_unref(m);
}

/* A box that was sealed by somebody who knows how, around a peer who is not as we would make one. */
static void restore(struct input *in)
{
	static const uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES] = { 1 };
	const size_t header = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
	const size_t over = crypto_secretstream_xchacha20poly1305_ABYTES;
	uint8_t plain[PEER_PACKED_LEN], box[2 * PEER_PACKED_LEN], who = take(in);
	uint8_t n[sizeof(uint32_t)] = { 1 };
	crypto_secretstream_xchacha20poly1305_state state;
	size_t len = header + sizeof(plain) + over;
	_cleanup_peer_ struct peer *p = peer_new();
	sd_bus_message *m = NULL;
	char name[300];

	REQUIRE(p);
	p->uid = who & 0x80 ? UINT32_MAX : uids[who & 1];
	snprintf(p->name, sizeof(p->name), "%s", text(in, name));
	peer_pack(p, plain);
	for (int times = take(in) % 8; times > 0; times--) {
		size_t at = (take(in) | take(in) << 8) % sizeof(plain);

		take_some(in, plain + at, sizeof(plain) - at < 16 ? sizeof(plain) - at : 16);
	}
	crypto_secretstream_xchacha20poly1305_init_push(&state, box, key);
	crypto_secretstream_xchacha20poly1305_push(&state, box + header, NULL, plain, sizeof(plain),
						   NULL, 0, 0);
	crypto_secretstream_xchacha20poly1305_push(&state, box + len, NULL, n, sizeof(n), NULL, 0,
						   crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	REQUIRE(sd_bus_message_new_method_call(client, &m, NULL, BUS_PATH, BUS_MANAGER_INTERFACE,
					       "Restore") >= 0);
	REQUIRE(sd_bus_message_append_array(m, 'y', key, sizeof(key)) >= 0);
	REQUIRE(sd_bus_message_append_array(m, 'y', NULL, 0) >= 0);
	REQUIRE(sd_bus_message_append_array(m, 'y', box, len + sizeof(n) + over) >= 0);
	ask(m, uids[who % COUNT(uids)], senders[0]);
	sd_bus_message_unref(m);
}

/* Whatever others have had kept here, root sees all of it. */
static void list_peers(void)
{
	sd_bus_message *m = NULL;

	REQUIRE(sd_bus_message_new_method_call(client, &m, NULL, BUS_PATH, BUS_MANAGER_INTERFACE,
					       "ListPeers") >= 0);
	REQUIRE(ask(m, 0, senders[0]));
	sd_bus_message_unref(m);
}

static void property(struct input *in)
{
	static const char *const interfaces[] = { BUS_MANAGER_INTERFACE, BUS_CALL_INTERFACE,
						  BUS_PEER_INTERFACE };
	uint8_t how = take(in), who = take(in);
	const char *interface = interfaces[how % COUNT(interfaces)];
	const char *member = how & 0x40 ? "Get" : how & 0x80 ? "Set" : "GetAll";
	uid_t uid = uids[who % COUNT(uids)];
	bool strangers = bus->strangers;
	char path[BUS_PATH_MAX], name[300];
	sd_bus_message *m = NULL;
	int r;

	any_path(in, interface, path);
	r = sd_bus_message_new_method_call(client, &m, NULL, path, PROPERTIES, member);
	if (r >= 0)
		r = sd_bus_message_append(m, "s", interface);
	if (r >= 0 && how & 0xc0)
		r = sd_bus_message_append(m, "s", text(in, name));
	if (r >= 0 && !strcmp(member, "Set"))
		r = how & 0x20 ? put_variant(m, in, 0) : sd_bus_message_append(m, "v", "b", who & 0x80);
	if (r >= 0) {
		ask(m, uid, senders[who >> 2 & 3]);
		REQUIRE(!uid || bus->strangers == strangers);
	}
	sd_bus_message_unref(m);
}

static void restart(void);

static void operate(struct input *in)
{
	uint8_t op = take(in);

	switch (op & 15) {
	case 0 ... 5:
		request(in);
		return;
	case 6:
		restore(in);
		return;
	case 7:
		property(in);
		return;
	case 8:
	case 9:
		op & 0x20 ? bob_calls() : bob_hears(op & 0x10);
		break;
	case 10:
		inside_pass((op >> 4) * 500);
		break;
	case 11:
		leaves(senders[op >> 4 & 3]);
		break;
	case 12:
		sottod_kernel_notice(in);
		break;
	case 13:
		if (op & 0x10)
			inside_kill_worker();
		inside_kernel();
		break;
	case 14:
		sd_event_run(loop, 0);
		break;
	default:
		restart();
	}
	run();
}

static void begin(void)
{
	REQUIRE(!bus_open(&bus, inside.store, INSIDE_PORT, false));
	bus->trouble = "There is no kernel module.";
	inside_start(&bus_watch, bus);
	inside_kernel();
	REQUIRE(!bus_serve(bus, inside.calls));
	run();
}

static void end(void)
{
	bus_close(bus);
	answer = sd_bus_message_unref(answer);
	client = sd_bus_close_unref(client);
	for (size_t i = 0; i < TRACKS_MAX; i++)
		REQUIRE(!tracks[i].used);
}

static void restart(void)
{
	end();
	inside_kill();
	begin();
}

static void learn_all(void)
{
	char path[BUS_PATH_MAX];
	struct line *line;

	REQUIRE(sd_event_new(&loop) >= 0);
	sottod_kernel_reset(NULL);
	inside_begin();
	begin();
	REQUIRE(!calls_dial(inside.calls, INSIDE_UID, INSIDE_PEER, NULL, &line));
	run();
	learn(BUS_PATH);
	bus_call_path(line->id, path);
	learn(path);
	learn(BUS_PEER_PATH "/1");
	REQUIRE(n_methods > 20);
	end();
	inside_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input answers = { data, 0 }, in = { data, size };
	size_t n;

	if (!n_methods)
		learn_all();
	n = take(&in);		/* how the kernel answers, as in sottod_netlink.c */
	n = n < in.left ? n : in.left;
	answers = (struct input){ in.at, n };
	in.at += n;
	in.left -= n;
	sottod_kernel_reset(&answers);
	inside_begin();
	begin();
	for (int i = 0; in.left && i < OPERATIONS_MAX; i++)
		operate(&in);
	list_peers();
	end();
	inside_end();
	bob_ends();
	return 0;
}
