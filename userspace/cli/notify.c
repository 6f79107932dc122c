// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME		"org.freedesktop.Notifications"
#define PATH		"/org/freedesktop/Notifications"
#define URGENCY_NORMAL	1
#define URGENCY_CRITICAL 2
#define NEVER_EXPIRES	0
#define AS_USUAL	(-1)
#define TIMEOUT_US	(5 * 1000000ULL)	/* a desktop that hangs does not hang the agent */

struct notify {
	sd_bus *bus;
	notify_chosen chosen;
	void *arg;
};

static int on_action(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct notify *n = data;
	const char *key;
	uint32_t id;

	if (sd_bus_message_read(m, "us", &id, &key) >= 0)
		n->chosen(id, key, NULL, n->arg);
	return 0;
}

static int on_reply(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct notify *n = data;
	const char *typed;
	uint32_t id;

	if (sd_bus_message_sensitive(m) >= 0 && sd_bus_message_read(m, "us", &id, &typed) >= 0)
		n->chosen(id, "inline-reply", typed, n->arg);
	return 0;
}

int notify_open(struct notify **out, sd_event *loop, notify_chosen chosen, void *arg)
{
	struct notify *n = calloc(1, sizeof(*n));
	int r;

	if (!n)
		return -ENOMEM;
	n->chosen = chosen;
	n->arg = arg;
	r = sd_bus_open_user(&n->bus);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(n->bus, TIMEOUT_US);
	if (r >= 0)
		r = sd_bus_match_signal(n->bus, NULL, NAME, PATH, NAME, "ActionInvoked", on_action,
					n);
	if (r >= 0)
		r = sd_bus_match_signal(n->bus, NULL, NAME, PATH, NAME, "NotificationReplied",
					on_reply, n);
	if (r >= 0)
		r = sd_bus_attach_event(n->bus, loop, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0) {
		notify_close(n);
		return r;
	}
	*out = n;
	return 0;
}

void notify_close(struct notify *n)
{
	if (!n)
		return;
	if (n->bus)
		sd_bus_detach_event(n->bus);
	sd_bus_flush_close_unref(n->bus);
	free(n);
}

/* Asked each time: another desktop may have taken the place of the last. */
static bool can(struct notify *n, const char *what)
{
	sd_bus_message *reply = NULL;
	char **all = NULL;
	bool found = false;

	if (sd_bus_call_method(n->bus, NAME, PATH, NAME, "GetCapabilities", NULL, &reply, NULL) >= 0)
		sd_bus_message_read_strv(reply, &all);
	for (char **one = all; one && *one; one++) {
		found = found || !strcmp(*one, what);
		free(*one);
	}
	free(all);
	sd_bus_message_unref(reply);
	return found;
}

bool notify_can_reply(struct notify *n)
{
	return can(n, "inline-reply");
}

/* Names are others' words: none of them is markup. NULL if there is no memory. */
static char *escaped(const char *text)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	if (!f)
		return NULL;
	for (; *text; text++) {
		if (*text == '&')
			fputs("&amp;", f);
		else if (*text == '<')
			fputs("&lt;", f);
		else if (*text == '>')
			fputs("&gt;", f);
		else
			fputc(*text, f);
	}
	if (fclose(f)) {
		free(out);
		return NULL;
	}
	return out;
}

static int append_actions(sd_bus_message *m, const struct notify_text *text)
{
	int r = sd_bus_message_open_container(m, 'a', "s");

	for (const char *const *a = text->actions; r >= 0 && a && *a; a++)
		r = sd_bus_message_append(m, "s", *a);
	if (r >= 0 && text->reply)
		r = sd_bus_message_append(m, "ss", "inline-reply", "Compare");
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_hints(sd_bus_message *m, const struct notify_text *text)
{
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "urgency", "y",
					  text->urgent ? URGENCY_CRITICAL : URGENCY_NORMAL);
	if (r >= 0)	/* no history on the disk of who called */
		r = sd_bus_message_append(m, "{sv}", "transient", "b", 1);
	if (r >= 0 && text->urgent)
		r = sd_bus_message_append(m, "{sv}", "resident", "b", 1);
	if (r >= 0 && text->sound)
		r = sd_bus_message_append(m, "{sv}", "sound-name", "s", text->sound);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append(sd_bus_message *m, uint32_t replaces, const struct notify_text *text,
		  const char *body)
{
	int r = sd_bus_message_append(m, "susss", "sotto", replaces, "call-start", text->summary,
				      body);

	if (r >= 0)
		r = append_actions(m, text);
	if (r >= 0)
		r = append_hints(m, text);
	if (r >= 0)
		r = sd_bus_message_append(m, "i", text->urgent ? NEVER_EXPIRES : AS_USUAL);
	return r;
}

int notify_show(struct notify *n, uint32_t *id, const struct notify_text *text)
{
	sd_bus_message *m = NULL, *reply = NULL;
	const char *plain = text->body ?: "";
	char *body = can(n, "body-markup") ? escaped(plain) : strdup(plain);
	int r = -ENOMEM;

	if (body)
		r = sd_bus_message_new_method_call(n->bus, &m, NAME, PATH, NAME, "Notify");
	if (r >= 0)
		r = append(m, *id, text, body);
	if (r >= 0)
		r = sd_bus_call(n->bus, m, 0, NULL, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "u", id);
	sd_bus_message_unref(reply);
	sd_bus_message_unref(m);
	free(body);
	return r < 0 ? r : 0;
}

void notify_hide(struct notify *n, uint32_t id)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(n->bus, &m, NAME, PATH, NAME, "CloseNotification");

	if (r >= 0)
		r = sd_bus_message_append(m, "u", id);
	if (r >= 0)
		r = sd_bus_message_set_expect_reply(m, 0);
	if (r >= 0)
		sd_bus_send(n->bus, m, NULL);
	sd_bus_message_unref(m);
}
