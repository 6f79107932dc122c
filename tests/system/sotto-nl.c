// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sotto-nl: the kernel module's netlink interface from a shell, for tests.
 *
 *	sotto-nl [--netns NAME] ...
 *
 *	rule add KEY=VALUE...		{"id":1}
 *	rule del ID
 *	rule list
 *	rule replace [KEY=VALUE... [, KEY=VALUE...]]
 *	rule replace-between MIN MAX [KEY=VALUE... [, KEY=VALUE...]]
 *	flow new KEY=VALUE...		the flow; with count=N so many, each to the next port, and
 *					the last one
 *	flow claim KEY=VALUE...		the flow, which the network may have begun
 *	flow del ID
 *	flow set ID [tx=STATE] [rx=STATE] [OPTION=VALUE...]
 *	flow waver ID COUNT		tx to dead and to hold and so on; an event for each
 *	flow roc ID tx|rx SSRC ROC
 *	flow streams ID			{"dir":"rx","ssrc":1,"roc":2,"seq":3}, a line for each
 *	flow cookie ID HEX
 *	flow list
 *	flow show local|remote|id VALUE MEMBER...	of the first flow that has it; a
 *					VALUE ":7000" is an end of it; "none" without
 *	stats				{"flows":1,"tx-protected":2,...} of the whole netns
 *	key new FLOW tx|rx PROFILE	MASTER SALT [MKI] in hex on standard input
 *	key del FLOW tx|rx current|next
 *	agent				{"bound":true}, then a line for each notice; takes
 *					"FLOW zrtp|control HEX" from standard input
 *	listen				{"listening":true}, then a line for each event
 *	raw [--dump] CMD		see nl-raw.c; prints "EINVAL: the kernel's words"
 *
 * Rules know action, flags (own,local), family (4, 6), ports (A or A-B), peer (ADDRESS
 * or ADDRESS/LENGTH), priority, id, uid, cgroup, forward (a device); flows local, remote (10.9.0.1:7000,
 * [fd09::1]:7000), cookie, ifindex, mark, tos and the options window, cryptex (off, on,
 * require), pad-size, pad-multiple, enc-ext (1,3,4). Exit status: 0 done; 1 refused,
 * after "error: ERRNO: why"; 2 usage.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <sotto.h>

#include "nl-raw.h"

#define RULES_MAX	64
#define LINE_MAX_LEN	(2 * SOTTO_PAYLOAD_MAX + 64)

static int refused(int e, const char *why)
{
	printf("error: %s: %s\n", strerrorname_np(-e), why);
	return 1;
}

/* Words into numbers. */

static unsigned long long number(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 0);

	if (!*text || *end)
		errx(2, "%s is no number", text);
	return n;
}

static size_t unhex(const char *hex, uint8_t *out, size_t room)
{
	size_t n;

	if (sodium_hex2bin(out, room, hex, strlen(hex), NULL, &n, NULL) ||
	    2 * n != strlen(hex))
		errx(2, "bad or too much hex");
	return n;
}

static enum sotto_dir direction(const char *word)
{
	if (strcmp(word, "tx") && strcmp(word, "rx"))
		errx(2, "%s is no direction", word);
	return strcmp(word, "tx") ? SOTTO_DIR_RX : SOTTO_DIR_TX;
}

static enum sotto_state state(const char *word)
{
	for (int s = 0; s <= SOTTO_STATE_MAX; s++)
		if (!strcmp(word, sotto_state_name(s)))
			return s;
	errx(2, "%s is no state", word);
}

static enum sotto_profile profile(const char *word)
{
	for (int p = 1; p <= SOTTO_PROFILE_MAX; p++)
		if (!strcmp(word, sotto_profile_name(p)))
			return p;
	errx(2, "%s is no profile", word);
}

static enum sotto_cryptex cryptex(const char *word)
{
	for (int c = 0; c <= SOTTO_CRYPTEX_MAX; c++)
		if (!strcmp(word, sotto_cryptex_name(c)))
			return c;
	errx(2, "%s is not off, on or require", word);
}

/* 1,3,4 */
static void ids(char *words, struct sotto_options *o)
{
	o->enc_ext_len = 0;
	for (char *w = strtok(words, ","); w; w = strtok(NULL, ","))
		o->enc_ext[o->enc_ext_len++] = number(w);
}

/* Returns false if there is no such option. */
static bool option(const char *name, char *value, struct sotto_options *o)
{
	if (!strcmp(name, "window"))
		o->window = number(value);
	else if (!strcmp(name, "cryptex"))
		o->cryptex = cryptex(value);
	else if (!strcmp(name, "pad-size"))
		o->pad_size = number(value);
	else if (!strcmp(name, "pad-multiple"))
		o->pad_multiple = number(value);
	else if (!strcmp(name, "enc-ext"))
		ids(value, o);
	else
		return false;
	return true;
}

static struct sotto_addr address(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct sotto_addr a = {};
	char host[64] = "";

	if (!colon || colon - text >= (int)sizeof(host))
		errx(2, "%s is no ADDRESS:PORT", text);
	if (text[0] == '[') {
		memcpy(host, text + 1, colon - text - 2);
		a.in6.sin6_family = AF_INET6;
		a.in6.sin6_port = htons(number(colon + 1));
		if (inet_pton(AF_INET6, host, &a.in6.sin6_addr) == 1)
			return a;
	} else {
		memcpy(host, text, colon - text);
		a.in.sin_family = AF_INET;
		a.in.sin_port = htons(number(colon + 1));
		if (inet_pton(AF_INET, host, &a.in.sin_addr) == 1)
			return a;
	}
	errx(2, "%s is no ADDRESS:PORT", text);
}

/* Splits KEY=VALUE in place. */
static char *value_of(char *arg)
{
	char *equals = strchr(arg, '=');

	if (!equals)
		errx(2, "%s is not KEY=VALUE", arg);
	*equals = 0;
	return equals + 1;
}

/* Rules. */

static void rule_peer(struct sotto_rule *r, char *value)
{
	char *slash = strchr(value, '/');

	if (slash)
		*slash++ = 0;
	r->family = strchr(value, ':') ? AF_INET6 : AF_INET;
	r->has |= SOTTO_RULE_HAS_PEER | SOTTO_RULE_HAS_FAMILY;
	r->peer_len = slash ? number(slash) : r->family == AF_INET ? 32 : 128;
	if (inet_pton(r->family, value, r->peer) != 1)
		errx(2, "%s is no address", value);
}

static void rule_key(struct sotto_rule *r, char *arg)
{
	char *v = value_of(arg), *dash;

	if (!strcmp(arg, "action")) {
		if (sotto_action_parse(v, &r->action))
			errx(2, "%s is no action", v);
	} else if (!strcmp(arg, "flags")) {
		r->flags |= strstr(v, "own") ? SOTTO_RULE_F_OWN : 0;
		r->flags |= strstr(v, "local") ? SOTTO_RULE_F_LOCAL : 0;
		r->flags |= strstr(v, "sdes") ? SOTTO_RULE_F_SDES : 0;
	} else if (!strcmp(arg, "family")) {
		r->family = number(v) == 6 ? AF_INET6 : AF_INET;
		r->has |= SOTTO_RULE_HAS_FAMILY;
	} else if (!strcmp(arg, "ports")) {
		dash = strchr(v, '-');
		if (dash)
			*dash++ = 0;
		r->port_min = number(v);
		r->port_max = number(dash ? dash : v);
		r->has |= SOTTO_RULE_HAS_PORTS;
	} else if (!strcmp(arg, "peer")) {
		rule_peer(r, v);
	} else if (!strcmp(arg, "priority")) {
		r->priority = strtol(v, NULL, 0);
	} else if (!strcmp(arg, "id")) {
		r->id = number(v);
	} else if (!strcmp(arg, "uid")) {
		r->uid = number(v);
		r->has |= SOTTO_RULE_HAS_UID;
	} else if (!strcmp(arg, "cgroup")) {
		r->cgroup = number(v);
		r->has |= SOTTO_RULE_HAS_CGROUP;
	} else if (!strcmp(arg, "forward")) {
		snprintf(r->forward, sizeof(r->forward), "%s", v);
		r->has |= SOTTO_RULE_HAS_FORWARD;
	} else {
		errx(2, "a rule has no %s", arg);
	}
}

/* @ids: two numbers, or NULL for all rules */
static int rule_replace(struct sotto *s, char **ids, char **args)
{
	struct sotto_rule rules[RULES_MAX] = {};
	size_t n = *args ? 1 : 0;

	for (; *args; args++) {
		if (strcmp(*args, ","))
			rule_key(&rules[n - 1], *args);
		else if (n++ == RULES_MAX)
			errx(2, "too many rules");
	}
	if (ids)
		return sotto_rule_replace_between(s, number(ids[0]), number(ids[1]), rules, n);
	return sotto_rule_replace(s, rules, n);
}

static int print_rule(const struct sotto_rule *r, void *arg)
{
	char peer[INET6_ADDRSTRLEN];

	printf("{\"id\":%u,\"priority\":%d,\"action\":\"%s\",\"flags\":%u,\"flows\":%u",
	       r->id, r->priority, sotto_action_name(r->action), r->flags, r->flows);
	if (r->has & SOTTO_RULE_HAS_FAMILY)
		printf(",\"family\":%d", r->family == AF_INET ? 4 : 6);
	if (r->has & SOTTO_RULE_HAS_PORTS)
		printf(",\"port_min\":%u,\"port_max\":%u", r->port_min, r->port_max);
	if (r->has & SOTTO_RULE_HAS_PEER)
		printf(",\"peer\":\"%s/%u\"", inet_ntop(r->family, r->peer, peer, sizeof(peer)),
		       r->peer_len);
	if (r->has & SOTTO_RULE_HAS_UID)
		printf(",\"uid\":%u", r->uid);
	if (r->has & SOTTO_RULE_HAS_CGROUP)
		printf(",\"cgroup\":%llu", (unsigned long long)r->cgroup);
	if (r->has & SOTTO_RULE_HAS_FORWARD)
		printf(",\"forward\":\"%s\"", r->forward);
	for (unsigned int i = 0; i < SOTTO_STATS_COUNT; i++)
		if (r->stats[i])
			printf(",\"%s\":%llu", sotto_stats_name(i),
			       (unsigned long long)r->stats[i]);
	puts("}");
	return 0;
}

static int rule(struct sotto *s, char **args)
{
	struct sotto_rule r = {};
	int e;

	if (!strcmp(args[0], "list"))
		return sotto_rule_dump(s, print_rule, NULL);
	if (!strcmp(args[0], "replace"))
		return rule_replace(s, NULL, args + 1);
	if (!strcmp(args[0], "replace-between") && args[1] && args[2])
		return rule_replace(s, args + 1, args + 3);
	if (!strcmp(args[0], "del") && args[1])
		return sotto_rule_del(s, number(args[1]));
	if (strcmp(args[0], "add"))
		errx(2, "rule add|del|list|replace");
	for (args++; *args; args++)
		rule_key(&r, *args);
	e = sotto_rule_new(s, &r);
	if (!e)
		printf("{\"id\":%u}\n", r.id);
	return e;
}

/* Flows. */

static void print_address(FILE *out, const char *name, const struct sotto_addr *a)
{
	char host[INET6_ADDRSTRLEN];

	if (a->sa.sa_family == AF_INET)
		fprintf(out, ",\"%s\":\"%s:%u\"", name,
		       inet_ntop(AF_INET, &a->in.sin_addr, host, sizeof(host)),
		       ntohs(a->in.sin_port));
	else
		fprintf(out, ",\"%s\":\"[%s]:%u\"", name,
		       inet_ntop(AF_INET6, &a->in6.sin6_addr, host, sizeof(host)),
		       ntohs(a->in6.sin6_port));
}

static void print_hex(FILE *out, const char *name, const uint8_t *data, size_t len)
{
	fprintf(out, ",\"%s\":\"", name);
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", data[i]);
	putc('"', out);
}

static void print_stats(FILE *out, const uint64_t stats[SOTTO_STATS_COUNT])
{
	for (unsigned int i = 0; i < SOTTO_STATS_COUNT; i++)
		if (sotto_stats_name(i))
			fprintf(out, ",\"%s\":%llu", sotto_stats_name(i),
				(unsigned long long)stats[i]);
}

static void print_flow(FILE *out, const struct sotto_flow *f)
{
	fprintf(out, "{\"id\":%llu", (unsigned long long)f->id);
	print_address(out, "local", &f->local);
	print_address(out, "remote", &f->remote);
	fprintf(out, ",\"tx\":\"%s\",\"rx\":\"%s\"", sotto_state_name(f->tx), sotto_state_name(f->rx));
	print_hex(out, "cookie", f->cookie, f->cookie_len);
	fprintf(out, ",\"rule\":%u,\"action\":\"%s\"", f->rule_id, sotto_action_name(f->action));
	fprintf(out, ",\"embryonic\":%d,\"agent\":%d,\"tainted\":%d,\"own_allowed\":%d",
	       !!(f->flags & SOTTO_FLOW_F_EMBRYONIC), !!(f->flags & SOTTO_FLOW_F_AGENT),
	       !!(f->flags & SOTTO_FLOW_F_TAINTED), !!(f->flags & SOTTO_FLOW_F_OWN_ALLOWED));
	fprintf(out, ",\"next_heard\":%d,\"closed\":%d,\"forward\":%d",
		!!(f->flags & SOTTO_FLOW_F_NEXT_HEARD), !!(f->flags & SOTTO_FLOW_F_CLOSED),
		!!(f->flags & SOTTO_FLOW_F_FORWARD));
	fprintf(out, ",\"ifindex\":%d,\"mark\":%u,\"tos\":%u", f->ifindex, f->mark, f->tos);
	if (f->has_uid)
		fprintf(out, ",\"uid\":%u", f->uid);
	if (f->has_ssrc_tx)
		fprintf(out, ",\"ssrc_tx\":%u", f->ssrc_tx);
	if (f->has_ssrc_rx)
		fprintf(out, ",\"ssrc_rx\":%u", f->ssrc_rx);
	fprintf(out, ",\"profile_tx\":\"%s\",\"profile_rx\":\"%s\"",
	       sotto_profile_name(f->profile_tx), sotto_profile_name(f->profile_rx));
	fprintf(out, ",\"window\":%u,\"cryptex\":\"%s\",\"pad_size\":%u,\"pad_multiple\":%u",
		f->options.window, sotto_cryptex_name(f->options.cryptex), f->options.pad_size,
		f->options.pad_multiple);
	print_hex(out, "enc_ext", f->options.enc_ext, f->options.enc_ext_len);
	fprintf(out, ",\"age_ms\":%llu", (unsigned long long)f->age_ms);
	if (f->idle_tx_ms != SOTTO_IDLE_NEVER)
		fprintf(out, ",\"idle_tx_ms\":%llu", (unsigned long long)f->idle_tx_ms);
	if (f->idle_rx_ms != SOTTO_IDLE_NEVER)
		fprintf(out, ",\"idle_rx_ms\":%llu", (unsigned long long)f->idle_rx_ms);
	print_stats(out, f->stats);
	putc('}', out);
}

static int list_flow(const struct sotto_flow *f, void *arg)
{
	print_flow(stdout, f);
	putchar('\n');
	return 0;
}

struct wanted {
	char **args;	/* key, value, members */
	bool found;
};

/* The value of @member in one line of JSON, without quotes; "" if there is none. */
static void value_in(const char *json, const char *member, char *out, size_t room)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", member);
	at = strstr(json, key);
	snprintf(out, room, "%s", at ? at + strlen(key) + (at[strlen(key)] == '"') : "");
	/* The addresses of IPv6 have no commas either. */
	out[strcspn(out, "\",}")] = 0;
}

static int show_flow(const struct sotto_flow *f, void *arg)
{
	struct wanted *w = arg;
	const char *value = w->args[1];
	char *json, has[128];
	size_t len, extra;
	FILE *out = open_memstream(&json, &len);

	if (!out)
		err(2, "memory");
	print_flow(out, f);
	fclose(out);
	value_in(json, w->args[0], has, sizeof(has));
	extra = strlen(has) > strlen(value) && value[0] == ':' ? strlen(has) - strlen(value) : 0;
	w->found = !strcmp(has + extra, value);
	for (char **m = w->args + 2; w->found && *m; m++) {
		value_in(json, *m, has, sizeof(has));
		printf("%s%s", has, m[1] ? " " : "\n");
	}
	free(json);
	return w->found;
}

static int flow_show(struct sotto *s, char **args)
{
	struct wanted w = { .args = args };
	int e = sotto_flow_dump(s, show_flow, &w);

	if (e < 0)
		return e;
	if (!w.found)
		puts("none");
	return 0;
}

static int flow_new(struct sotto *s, int (*make)(struct sotto *, struct sotto_flow *), char **args)
{
	struct sotto_flow f = {};
	unsigned int count = 1;
	int e;

	for (; *args; args++) {
		char *v = value_of(*args);

		if (!strcmp(*args, "count"))
			count = number(v);
		else if (!strcmp(*args, "local"))
			f.local = address(v);
		else if (!strcmp(*args, "remote"))
			f.remote = address(v);
		else if (!strcmp(*args, "cookie"))
			f.cookie_len = unhex(v, f.cookie, sizeof(f.cookie));
		else if (!strcmp(*args, "ifindex"))
			f.ifindex = number(v);
		else if (!strcmp(*args, "mark"))
			f.mark = number(v);
		else if (!strcmp(*args, "tos"))
			f.tos = number(v);
		else if (!option(*args, v, &f.options))
			errx(2, "a new flow has no %s", *args);
	}
	while (!(e = make(s, &f)) && --count)	/* the port is where both families have it */
		f.remote.in.sin_port = htons(ntohs(f.remote.in.sin_port) + 1);
	return e ? e : list_flow(&f, NULL);
}

static int flow_set(struct sotto *s, uint64_t id, char **args)
{
	struct sotto_flow f;
	bool options = false;
	int e = sotto_flow_get(s, id, &f);

	for (; !e && *args; args++) {
		char *v = value_of(*args);

		if (option(*args, v, &f.options))
			options = true;
		else
			e = sotto_flow_set_state(s, id, direction(*args), state(v));
	}
	return e || !options ? e : sotto_flow_set_options(s, id, &f.options);
}

/* What anybody hears who listens: many events in a short time. */
static int flow_waver(struct sotto *s, uint64_t id, unsigned long long count)
{
	int e = 0;

	for (unsigned long long i = 0; !e && i < count; i++)
		e = sotto_flow_set_state(s, id, SOTTO_DIR_TX,
					 i % 2 ? SOTTO_STATE_HOLD : SOTTO_STATE_DEAD);
	return e;
}

static int print_stream(const struct sotto_stream *stream, void *arg)
{
	printf("{\"dir\":\"%s\",\"ssrc\":%u,\"roc\":%u",
	       stream->dir == SOTTO_DIR_TX ? "tx" : "rx", stream->ssrc, stream->roc);
	if (stream->has_seq)
		printf(",\"seq\":%u", stream->seq);
	puts("}");
	return 0;
}

static int flow(struct sotto *s, char **args)
{
	uint8_t cookie[SOTTO_COOKIE_MAX];

	if (!strcmp(args[0], "list"))
		return sotto_flow_dump(s, list_flow, NULL);
	if (!args[1])
		errx(2, "flow new|claim|del|set|waver|cookie|roc|streams|list|show");
	if (!strcmp(args[0], "show") && args[2])
		return flow_show(s, args + 1);
	if (!strcmp(args[0], "new"))
		return flow_new(s, sotto_flow_new, args + 1);
	if (!strcmp(args[0], "claim"))
		return flow_new(s, sotto_flow_claim, args + 1);
	if (!strcmp(args[0], "del"))
		return sotto_flow_del(s, number(args[1]));
	if (!strcmp(args[0], "set"))
		return flow_set(s, number(args[1]), args + 2);
	if (!strcmp(args[0], "streams"))
		return sotto_flow_streams(s, number(args[1]), print_stream, NULL);
	if (!strcmp(args[0], "waver") && args[2])
		return flow_waver(s, number(args[1]), number(args[2]));
	if (!strcmp(args[0], "roc") && args[2] && args[3] && args[4])
		return sotto_flow_set_roc(s, number(args[1]), direction(args[2]),
					  number(args[3]), number(args[4]));
	if (!strcmp(args[0], "cookie") && args[2])
		return sotto_flow_set_cookie(s, number(args[1]), cookie,
					     unhex(args[2], cookie, sizeof(cookie)));
	errx(2, "flow new|claim|del|set|waver|cookie|roc|streams|list|show");
}

/* Keys. */

static int key_new(struct sotto *s, char **args)
{
	char line[512], *master, *salt, *mki;
	struct sotto_key key = {
		.flow_id = number(args[0]), .dir = direction(args[1]), .profile = profile(args[2]),
	};
	int e;

	if (!fgets(line, sizeof(line), stdin))
		errx(2, "MASTER SALT [MKI] on standard input");
	master = strtok(line, " \n");
	salt = strtok(NULL, " \n");
	mki = strtok(NULL, " \n");
	if (!salt)
		errx(2, "MASTER SALT [MKI] on standard input");
	key.master_len = unhex(master, key.master, sizeof(key.master));
	key.salt_len = unhex(salt, key.salt, sizeof(key.salt));
	key.mki_len = mki ? unhex(mki, key.mki, sizeof(key.mki)) : 0;
	e = sotto_key_new(s, &key);
	sodium_memzero(&key, sizeof(key));
	sodium_memzero(line, sizeof(line));
	return e;
}

static int key(struct sotto *s, char **args)
{
	if (!args[1] || !args[2] || !args[3])
		errx(2, "key new FLOW tx|rx PROFILE, key del FLOW tx|rx current|next");
	if (!strcmp(args[0], "new"))
		return key_new(s, args + 1);
	return sotto_key_del(s, number(args[1]), direction(args[2]),
			     strcmp(args[3], "next") ? SOTTO_SLOT_CURRENT : SOTTO_SLOT_NEXT);
}

/* The agent, and who only listens. */

static int print_notice(const struct sotto_notice *n, void *arg)
{
	if (n->is_packet) {
		printf("{\"packet\":\"%s\",\"flow\":%llu",
		       n->kind == SOTTO_PACKET_ZRTP ? "zrtp" : "control",
		       (unsigned long long)n->flow_id);
		print_hex(stdout, "hex", n->data, n->len);
		puts("}");
	} else {
		printf("{\"event\":\"%s\"", sotto_event_name(n->event));
		if (n->has_dir)
			printf(",\"dir\":\"%s\"", n->dir == SOTTO_DIR_TX ? "tx" : "rx");
		printf(",\"flow\":");
		print_flow(stdout, &n->flow);
		puts("}");
	}
	fflush(stdout);
	return 0;
}

static void send_line(struct sotto_listener *l, char *line)
{
	char *id = strtok(line, " "), *kind = strtok(NULL, " "), *hex = strtok(NULL, " ");
	uint8_t data[SOTTO_PAYLOAD_MAX];
	int e;

	if (!hex || (strcmp(kind, "zrtp") && strcmp(kind, "control")))
		errx(2, "FLOW zrtp|control HEX");
	e = sotto_packet_send(l, number(id),
			      strcmp(kind, "zrtp") ? SOTTO_PACKET_CONTROL : SOTTO_PACKET_ZRTP,
			      data, unhex(hex, data, sizeof(data)));
	if (e)
		refused(e, sotto_listener_error(l));
	else
		puts("{\"sent\":true}");
	fflush(stdout);
}

/* Returns false when standard input has ended. */
static bool read_lines(struct sotto_listener *l)
{
	static char line[LINE_MAX_LEN];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, line + have, sizeof(line) - 1 - have);
	char *end;

	if (n <= 0)
		return false;
	have += n;
	line[have] = 0;
	while ((end = strchr(line, '\n'))) {
		*end++ = 0;
		send_line(l, line);
		have -= end - line;
		memmove(line, end, have + 1);
	}
	return true;
}

static int listen_on(bool agent)
{
	struct pollfd pfd[2] = {
		{ .events = POLLIN },
		{ .fd = agent ? STDIN_FILENO : -1, .events = POLLIN },
	};
	struct sotto_listener *l;
	int e = sotto_listener_open(&l, agent);

	if (e) {
		refused(e, l ? sotto_listener_error(l) : "no memory");
		sotto_listener_close(l);
		return 1;
	}
	puts(agent ? "{\"bound\":true}" : "{\"listening\":true}");
	fflush(stdout);
	pfd[0].fd = sotto_listener_fd(l);
	for (;;) {
		if (poll(pfd, 2, -1) < 0)
			err(2, "poll");
		if (pfd[0].revents) {
			e = sotto_listener_read(l, print_notice, NULL);
			if (e)
				return refused(e, sotto_listener_error(l));
		}
		/* It goes on without orders, until it is killed. */
		if (pfd[1].revents && !read_lines(l))
			pfd[1].fd = -1;
	}
}

static void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

static int stats(struct sotto *s, char **args)
{
	uint64_t count[SOTTO_STATS_COUNT];
	uint32_t flows;
	int e = sotto_stats_get(s, count, &flows);

	if (e)
		return e;
	printf("{\"flows\":%u", flows);
	print_stats(stdout, count);
	puts("}");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(struct sotto *s, char **args);
	} nouns[] = { { "rule", rule }, { "flow", flow }, { "key", key }, { "stats", stats } };
	struct sotto *s = NULL;
	int dump, e;

	if (argc >= 3 && !strcmp(argv[1], "--netns")) {
		enter(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc >= 2 && (!strcmp(argv[1], "agent") || !strcmp(argv[1], "listen")))
		return listen_on(!strcmp(argv[1], "agent"));
	if (argc >= 3 && !strcmp(argv[1], "raw")) {
		dump = !strcmp(argv[2], "--dump");
		if (!argv[2 + dump])
			errx(2, "raw [--dump] CMD");
		return nl_raw(number(argv[2 + dump]), dump, stdin);
	}
	for (size_t i = 0; argc >= 2 && i < sizeof(nouns) / sizeof(nouns[0]); i++) {
		if (strcmp(argv[1], nouns[i].word) || (argc < 3 && nouns[i].run != stats))
			continue;
		e = sotto_open(&s);
		if (!e)
			e = nouns[i].run(s, argv + 2);
		if (e)
			refused(e, s ? sotto_error(s) : "no memory");
		sotto_close(s);
		return e ? 1 : 0;
	}
	errx(2, "usage: sotto-nl rule|flow|key|stats|agent|listen|raw ...");
}
