// SPDX-License-Identifier: GPL-2.0-or-later
#include "rule_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rule_words.h"

#define SUFFIX	".conf"
#define BLANKS	" \t\r\n\v\f"

/* One line as it is read. @seen: bits, by the place in options[] */
struct reading {
	struct rule_line *out;
	const struct rule_lookup *lookup;
	unsigned int seen;
};

/* Each returns NULL, or why the value is none. */

static const char *take_port(struct reading *r, const char *value)
{
	struct sotto_rule *rule = &r->out->rule;

	if (!rule_ports(value, &rule->port_min, &rule->port_max))
		return "--port is one port or a range such as 16384-32767";
	rule->has |= SOTTO_RULE_HAS_PORTS;
	return NULL;
}

static const char *take_peer(struct reading *r, const char *value)
{
	struct sotto_rule *rule = &r->out->rule;
	uint16_t family;

	if (!rule_peer(value, &family, rule->peer, &rule->peer_len))
		return "--peer is an address or a network such as 192.0.2.0/24; names are not "
		       "looked up here";
	if (rule->has & SOTTO_RULE_HAS_FAMILY && rule->family != family)
		return "--peer and --family are not of the same family";
	rule->family = family;
	rule->has |= SOTTO_RULE_HAS_FAMILY | SOTTO_RULE_HAS_PEER;
	return NULL;
}

static const char *take_family(struct reading *r, const char *value)
{
	struct sotto_rule *rule = &r->out->rule;
	uint16_t family;

	if (!rule_family(value, &family))
		return "--family is ipv4 or ipv6";
	if (rule->has & SOTTO_RULE_HAS_FAMILY && rule->family != family)
		return "--peer and --family are not of the same family";
	rule->family = family;
	rule->has |= SOTTO_RULE_HAS_FAMILY;
	return NULL;
}

static const char *take_user(struct reading *r, const char *value)
{
	if (r->lookup->user(value, &r->out->rule.uid))
		r->out->rule.has |= SOTTO_RULE_HAS_UID;
	else
		r->out->missing = RULE_MISSING_USER;
	return NULL;
}

static const char *take_cgroup(struct reading *r, const char *value)
{
	int64_t number;

	if (rule_number(value, INT64_MIN, INT64_MAX, &number))
		return "--cgroup is a path here: its number is another's after the next start";
	if (r->lookup->cgroup(value, &r->out->rule.cgroup))
		r->out->rule.has |= SOTTO_RULE_HAS_CGROUP;
	else
		r->out->missing = RULE_MISSING_CGROUP;
	return NULL;
}

static const char *take_priority(struct reading *r, const char *value)
{
	int64_t number;

	if (!rule_number(value, INT32_MIN, INT32_MAX, &number))
		return "--priority is a whole number, the lower decides first";
	r->out->rule.priority = number;
	return NULL;
}

static const char *take_own(struct reading *r, const char *value)
{
	r->out->rule.flags |= SOTTO_RULE_F_OWN;
	return NULL;
}

static const char *take_sdes(struct reading *r, const char *value)
{
	r->out->rule.flags |= SOTTO_RULE_F_SDES;
	return NULL;
}

static const char *take_local(struct reading *r, const char *value)
{
	r->out->rule.flags |= SOTTO_RULE_F_LOCAL;
	return NULL;
}

static const char *take_forward(struct reading *r, const char *value)
{
	struct sotto_rule *rule = &r->out->rule;

	if (!rule_device(value))
		return "--forward is the name of the network device behind which the telephones are";
	snprintf(rule->forward, sizeof(rule->forward), "%s", value);
	rule->has |= SOTTO_RULE_HAS_FORWARD;
	return NULL;
}

static const struct {
	const char *word;
	bool has_value;
	const char *(*take)(struct reading *r, const char *value);
} options[] = {
	{ "--port", true, take_port },
	{ "--peer", true, take_peer },
	{ "--family", true, take_family },
	{ "--user", true, take_user },
	{ "--cgroup", true, take_cgroup },
	{ "--priority", true, take_priority },
	{ "--own", false, take_own },
	{ "--sdes", false, take_sdes },
	{ "--local", false, take_local },
	{ "--forward", true, take_forward },
};

#define N_OPTIONS	(sizeof(options) / sizeof(options[0]))

/* The words of a line, one after the other. */
struct words {
	char *rest;
	char *word;	/* the one at hand */
	unsigned int number;
};

static char *next_word(struct words *w)
{
	char *word = strtok_r(NULL, BLANKS, &w->rest);

	if (word) {
		w->word = word;
		w->number++;
	}
	return word;
}

static const char *take_option(struct reading *r, struct words *w)
{
	char *value = strchr(w->word, '=');
	size_t len = value ? (size_t)(value - w->word) : strlen(w->word);

	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (strlen(options[i].word) != len || strncmp(options[i].word, w->word, len))
			continue;
		if (r->seen & 1U << i)
			return "this option stands here twice";
		r->seen |= 1U << i;
		if (!options[i].has_value)
			return value ? "this option has no value" : options[i].take(r, NULL);
		value = value ? value + 1 : next_word(w);
		return value ? options[i].take(r, value) : "the value of this option is missing";
	}
	return "a rule has --port, --peer, --family, --user, --cgroup, --priority, --own, --sdes, "
	       "--local, --forward and nothing else";
}

/*
 * What names somebody who is not here (yet) may mean anybody. It is then no leave for
 * everybody to encrypt by himself.
 */
static void widen(struct rule_line *line)
{
	if (line->missing == RULE_MISSING_NOTHING)
		return;
	line->rule.has &= ~(SOTTO_RULE_HAS_UID | SOTTO_RULE_HAS_CGROUP);
	line->rule.uid = 0;
	line->rule.cgroup = 0;
	line->rule.flags &= ~(SOTTO_RULE_F_OWN | SOTTO_RULE_F_SDES);
}

static bool is_of_a_program(const struct rule_line *line)
{
	return line->missing != RULE_MISSING_NOTHING ||
	       line->rule.has & (SOTTO_RULE_HAS_UID | SOTTO_RULE_HAS_CGROUP) ||
	       line->rule.flags & SOTTO_RULE_F_LOCAL;
}

static const char *read_rule(struct reading *r, struct words *w)
{
	const char *reason = NULL;

	if (sotto_action_parse(w->word, &r->out->rule.action))
		return "a rule begins with require, prefer or bypass";
	while (!reason && next_word(w))
		reason = take_option(r, w);
	if (!reason && r->out->rule.has & SOTTO_RULE_HAS_FORWARD && is_of_a_program(r->out))
		reason = "--forward is for those behind this machine: no --user, --cgroup, --local with it";
	widen(r->out);
	return reason;
}

static int fail(struct rule_fault *fault, const struct words *w, const char *reason)
{
	fault->reason = reason;
	if (w && w->word) {
		snprintf(fault->word, sizeof(fault->word), "%s", w->word);
		fault->word_number = w->number;
	}
	return -1;
}

static struct rule_line *line_new(struct rules *rules)
{
	struct rule_line *lines = reallocarray(rules->lines, rules->n + 1, sizeof(*lines));

	if (!lines)
		return NULL;
	rules->lines = lines;
	memset(&lines[rules->n], 0, sizeof(*lines));
	return &lines[rules->n];
}

/* @text: one line, @len bytes; it is taken apart */
static int read_line(struct rules *rules, char *text, size_t len,
		     const struct rule_lookup *lookup, struct rule_fault *fault)
{
	struct words w = { .rest = text };
	struct reading r = { .lookup = lookup };
	const char *reason;

	if (len > RULE_LINE_MAX)
		return fail(fault, NULL, "the line is too long");
	if (strlen(text) != len)
		return fail(fault, NULL, "the line has a byte of 0");
	text[strcspn(text, "#")] = '\0';
	if (!next_word(&w))
		return 0;
	if (rules->n == RULES_MAX)
		return fail(fault, NULL, "the kernel takes no more than 256 rules");
	r.out = line_new(rules);
	if (!r.out)
		return fail(fault, NULL, strerror(ENOMEM));
	reason = read_rule(&r, &w);
	if (reason)
		return fail(fault, &w, reason);
	snprintf(r.out->file, sizeof(r.out->file), "%.*s", NAME_MAX, fault->file);
	r.out->line = fault->line;
	r.out->rule.id = RULE_ID_MIN + rules->n;
	rules->n++;
	return 0;
}

int rules_parse(struct rules *rules, FILE *file, const char *name,
		const struct rule_lookup *lookup, struct rule_fault *fault)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	int r = 0;

	*fault = (struct rule_fault){ 0 };
	snprintf(fault->file, sizeof(fault->file), "%s", name);
	while (!r && (len = getline(&text, &room, file)) >= 0) {
		fault->line++;
		r = read_line(rules, text, len, lookup, fault);
	}
	if (!r && !feof(file)) {
		fault->line = 0;
		r = fail(fault, NULL, strerror(errno));
	}
	free(text);
	return r;
}

/* Not one that would keep us waiting. */
static FILE *open_file(int dir, const char *name, const char **reason)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		*reason = strerror(errno);
	} else if (!S_ISREG(st.st_mode)) {
		*reason = "it is not a file";
	} else {
		file = fdopen(fd, "r");
		if (!file)
			*reason = strerror(errno);
	}
	if (!file && fd >= 0)
		close(fd);
	return file;
}

static int read_file(struct rules *rules, int dir, const char *name,
		     const struct rule_lookup *lookup, struct rule_fault *fault)
{
	const char *reason = NULL;
	FILE *file = open_file(dir, name, &reason);
	int r;

	if (!file) {
		*fault = (struct rule_fault){ 0 };
		snprintf(fault->file, sizeof(fault->file), "%s", name);
		return fail(fault, NULL, reason);
	}
	r = rules_parse(rules, file, name, lookup, fault);
	fclose(file);
	return r;
}

static int is_rule_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(SUFFIX);

	return *entry->d_name != '.' && len > suffix &&
	       !strcmp(entry->d_name + len - suffix, SUFFIX);
}

/* By their bytes: the order is the same whatever language is set. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int rules_read(struct rules *rules, const char *dir, const struct rule_lookup *lookup,
	       struct rule_fault *fault)
{
	int fd = open(dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	struct dirent **entries = NULL;
	int n, r = 0;

	n = fd < 0 ? -1 : scandirat(fd, ".", &entries, is_rule_file, by_name);
	if (n < 0) {
		*fault = (struct rule_fault){ .reason = strerror(errno) };
		snprintf(fault->file, sizeof(fault->file), "%s", dir);
		r = -1;
	}
	for (int i = 0; i < n; i++) {
		if (!r)
			r = read_file(rules, fd, entries[i]->d_name, lookup, fault);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
	return r;
}

void rules_free(struct rules *rules)
{
	free(rules->lines);
	*rules = (struct rules){ 0 };
}

bool rule_line_counts(const struct rule_line *line)
{
	return line->missing == RULE_MISSING_NOTHING ||
	       line->rule.action == SOTTO_ACTION_REQUIRE;
}

bool rules_same(const struct sotto_rule *a, const struct sotto_rule *b)
{
	size_t peer = a->family == AF_INET ? 4 : 16;

	return a->id == b->id && a->has == b->has && a->priority == b->priority &&
	       a->action == b->action && a->flags == b->flags &&
	       (!(a->has & SOTTO_RULE_HAS_FAMILY) || a->family == b->family) &&
	       (!(a->has & SOTTO_RULE_HAS_PORTS) ||
		(a->port_min == b->port_min && a->port_max == b->port_max)) &&
	       (!(a->has & SOTTO_RULE_HAS_PEER) ||
		(a->peer_len == b->peer_len && !memcmp(a->peer, b->peer, peer))) &&
	       (!(a->has & SOTTO_RULE_HAS_UID) || a->uid == b->uid) &&
	       (!(a->has & SOTTO_RULE_HAS_CGROUP) || a->cgroup == b->cgroup) &&
	       (!(a->has & SOTTO_RULE_HAS_FORWARD) || !strcmp(a->forward, b->forward));
}

const struct rule_lookup rule_lookup_here = { rule_user, rule_cgroup };
