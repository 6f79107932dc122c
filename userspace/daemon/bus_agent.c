// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_error.h"
#include "log.h"

#define AGENT_INTERFACE	BUS_NAME ".Agent"
#define AGENTS_MAX	32

/* A desktop shell, or "sotto agent". */
struct bus_agent {
	struct bus_agent *next;
	struct bus *bus;
	uid_t uid;
	char *sender;
	char *path;
	sd_bus_track *track;
};

static void agent_free(struct bus_agent *a)
{
	sd_bus_track_unref(a->track);
	free(a->sender);
	free(a->path);
	free(a);
}

static void remove_agent(struct bus *b, struct bus_agent *agent)
{
	struct bus_agent **at = &b->agents;

	while (*at && *at != agent)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = agent->next;
	agent_free(agent);
}

static struct bus_agent *find(const struct bus *b, const char *sender, const char *path)
{
	struct bus_agent *a = b->agents;

	while (a && (strcmp(a->sender, sender) || strcmp(a->path, path)))
		a = a->next;
	return a;
}

static int on_gone(sd_bus_track *track, void *data)
{
	struct bus_agent *a = data;

	remove_agent(a->bus, a);
	return 0;
}

static size_t count(const struct bus *b)
{
	size_t n = 0;

	for (const struct bus_agent *a = b->agents; a; a = a->next)
		n++;
	return n;
}

static int add(struct bus *b, uid_t uid, const char *sender, const char *path)
{
	struct bus_agent *a = calloc(1, sizeof(*a));
	int r = -ENOMEM;

	if (!a)
		return r;
	a->bus = b;
	a->uid = uid;
	a->sender = strdup(sender);
	a->path = strdup(path);
	if (a->sender && a->path)
		r = sd_bus_track_new(b->bus, &a->track, on_gone, a);
	if (r >= 0)
		r = sd_bus_track_add_name(a->track, sender);
	if (r < 0) {
		agent_free(a);
		return r;
	}
	a->next = b->agents;
	b->agents = a;
	return 0;
}

int bus_agent_register(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	const char *path;
	uid_t uid;
	int r = sd_bus_message_read(m, "o", &path);

	if (r >= 0)
		r = bus_sender(m, &uid, error);
	if (r < 0)
		return r;
	if (find(b, sd_bus_message_get_sender(m), path))
		return sd_bus_reply_method_return(m, NULL);
	if (count(b) >= AGENTS_MAX)
		return sd_bus_error_setf(error, BUS_BUSY,
					 "There are %d agents already; end one of them.",
					 AGENTS_MAX);
	r = add(b, uid, sd_bus_message_get_sender(m), path);
	return r < 0 ? r : sd_bus_reply_method_return(m, NULL);
}

int bus_agent_unregister(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct bus_agent *a;
	const char *path;
	int r = sd_bus_message_read(m, "o", &path);

	if (r < 0)
		return r;
	a = find(b, sd_bus_message_get_sender(m), path);
	if (!a)
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "No agent of yours is registered at %s.", path);
	remove_agent(b, a);
	return sd_bus_reply_method_return(m, NULL);
}

static const char *method_of(enum calls_ask what)
{
	switch (what) {
	case CALLS_ASK_RING:	return "Ring";
	case CALLS_ASK_CANCEL:	return "Cancel";
	case CALLS_ASK_VERIFY:	return "Verify";
	case CALLS_ASK_SECURE:	return "Secure";
	case CALLS_ASK_NOTE:	return "Note";
	case CALLS_ASK_ALARM:	return "Alarm";
	}
	return NULL;
}

static int ask(struct bus *b, const struct bus_agent *a, const char *method, const char *path)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(b->bus, &m, a->sender, a->path, AGENT_INTERFACE,
					       method);

	if (r >= 0)
		r = sd_bus_message_append(m, "o", path);
	if (r >= 0)	/* what the person does comes as a request of its own */
		r = sd_bus_message_set_expect_reply(m, 0);
	if (r >= 0)
		r = sd_bus_send(b->bus, m, NULL);
	sd_bus_message_unref(m);
	return r;
}

void bus_agents_ask(struct bus *b, const struct line *line, enum calls_ask what)
{
	char path[BUS_PATH_MAX];
	int r;

	bus_call_path(line->id, path);
	for (const struct bus_agent *a = b->agents; a; a = a->next) {
		/* Not root's agent for everybody: only the person whom it concerns. */
		if (line->call->has_uid && line->call->uid != a->uid)
			continue;
		r = ask(b, a, method_of(what), path);
		if (r < 0)
			log_errno(r, "an agent could not be asked");
	}
}

void bus_agents_free(struct bus *b)
{
	while (b->agents)
		remove_agent(b, b->agents);
}
