// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is the whole machine's belongs to root, and to whom polkit allows it. A request is
 * put aside while polkit is asked, which may take a person and a password, and then handled
 * as if it came now. Where polkit does not run, or does not answer, root remains.
 */
#include "bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_error.h"
#include "log.h"

#define POLKIT			"org.freedesktop.PolicyKit1"
#define POLKIT_PATH		"/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE	POLKIT ".Authority"
#define MAY_ASK_THE_PERSON	1	/* a flag of CheckAuthorization() */

/* So long may a person take to find her password. The CLI waits a little longer. */
#define POLKIT_TIMEOUT_US	(120 * 1000000ULL)
#define QUERIES_MAX		64

static const struct {
	const char *action;	/* in org.sotto1.policy */
	const char *refusal;
} rights[] = {
	[BUS_RIGHT_RULES] = { BUS_NAME ".manage-rules",
		"Rules are the whole machine's: only root may see or change them, and who is allowed "
		"org.sotto1.manage-rules by polkit. Try again with sudo." },
	[BUS_RIGHT_STRANGERS] = { BUS_NAME ".set-strangers",
		"Only root may say who makes this machine ring, and who is allowed "
		"org.sotto1.set-strangers by polkit. Try again with sudo." },
	[BUS_RIGHT_METRICS] = { BUS_NAME ".read-metrics",
		"How much this machine calls is everybody's on it: only root may see that, and who is "
		"allowed org.sotto1.read-metrics by polkit. Try again with sudo." },
};

/**
 * struct bus_query - a request that waits for polkit
 * @request: a reference of ours
 * @slot: of the question; polkit's answer, if any, comes with it
 * @answered: polkit has said so, or did not answer; @allowed holds
 */
struct bus_query {
	struct bus_query *next;
	struct bus *bus;
	sd_bus_message *request;
	sd_bus_message_handler_t handler;
	sd_bus_slot *slot;
	bool answered;
	bool allowed;
};

static void query_free(struct bus_query *q)
{
	for (struct bus_query **p = &q->bus->queries; *p; p = &(*p)->next)
		if (*p == q) {
			*p = q->next;
			break;
		}
	sd_bus_slot_unref(q->slot);
	sd_bus_message_unref(q->request);
	free(q);
}

/* An error of any kind is no permission. That nobody is there to be asked is nothing to tell. */
static bool is_allowed(sd_bus_message *answer)
{
	const sd_bus_error *error = sd_bus_message_get_error(answer);
	int allowed = 0;
	int r;

	if (error) {
		if (!sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) &&
		    !sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
			log_warning("polkit was asked in vain (%s): who is not root was refused",
				    error->name);
		return false;
	}
	r = sd_bus_message_enter_container(answer, 'r', "bba{ss}");
	if (r >= 0)
		r = sd_bus_message_read(answer, "b", &allowed);
	if (r < 0)
		log_errno(r, "polkit's answer could not be read: who is not root was refused");
	return r >= 0 && allowed;
}

static int on_answer(sd_bus_message *answer, void *arg, sd_bus_error *unused)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	struct bus_query *q = arg;
	int r;

	q->allowed = is_allowed(answer);
	q->answered = true;
	r = sd_bus_message_rewind(q->request, true);
	if (r >= 0)
		r = q->handler(q->request, q->bus, &error);
	if (sd_bus_error_is_set(&error))
		r = sd_bus_reply_method_error(q->request, &error);
	else if (r < 0)
		r = sd_bus_reply_method_errno(q->request, r, NULL);
	if (r < 0)
		log_errno(r, "a request that polkit was asked about could not be answered");
	sd_bus_error_free(&error);
	query_free(q);
	return 0;
}

static int ask(struct bus_query *q, const char *action)
{
	bool person = sd_bus_message_get_allow_interactive_authorization(q->request);
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(q->bus->bus, &m, POLKIT, POLKIT_PATH, POLKIT_INTERFACE,
					       "CheckAuthorization");

	if (r >= 0)
		r = sd_bus_message_append(m, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
					  sd_bus_message_get_sender(q->request), action, 0,
					  person ? MAY_ASK_THE_PERSON : 0, "");
	if (r >= 0)
		r = sd_bus_call_async(q->bus->bus, &q->slot, m, on_answer, q, POLKIT_TIMEOUT_US);
	sd_bus_message_unref(m);
	return r < 0 ? r : 0;
}

/* One at a time from each connection, so that nobody takes the place of others. */
static bool has_room(const struct bus *b, const char *sender)
{
	unsigned int n = 0;

	for (const struct bus_query *q = b->queries; q; q = q->next) {
		n++;
		if (!strcmp(sd_bus_message_get_sender(q->request), sender))
			return false;
	}
	return n < QUERIES_MAX;
}

static int begin(struct bus *b, sd_bus_message *m, const char *action,
		 sd_bus_message_handler_t handler, sd_bus_error *error)
{
	struct bus_query *q;
	int r;

	if (!has_room(b, sd_bus_message_get_sender(m)))
		return sd_bus_error_set(error, BUS_BUSY,
					"polkit is still being asked about another request. Try again "
					"when it has answered, or with sudo.");
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->bus = b;
	q->request = sd_bus_message_ref(m);
	q->handler = handler;
	q->next = b->queries;
	b->queries = q;
	r = ask(q, action);
	if (r)
		query_free(q);
	return r;
}

int bus_may(struct bus *b, sd_bus_message *m, enum bus_right right,
	    sd_bus_message_handler_t handler, sd_bus_error *error)
{
	uid_t uid;
	int r;

	for (const struct bus_query *q = b->queries; q; q = q->next)
		if (q->request == m && q->answered)
			return q->allowed ? 1 : sd_bus_error_set(error, BUS_NOT_ALLOWED,
								 rights[right].refusal);
	r = bus_sender(m, &uid, error);
	if (r < 0)
		return r;
	return uid ? begin(b, m, rights[right].action, handler, error) : 1;
}

void bus_queries_free(struct bus *b)
{
	while (b->queries)
		query_free(b->queries);
}
