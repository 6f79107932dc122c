/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications of the desktop, by org.freedesktop.Notifications on the session bus. */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/**
 * struct notify_text - what a notification shows and offers
 * @summary: one line, plain text
 * @body: plain text; NULL for none
 * @urgent: stays until somebody does something, and is heard
 * @sound: a name of the sound theme, NULL for none
 * @actions: key, label, key, label, ..., NULL; may be NULL
 * @reply: the person may type an answer in the notification, where the desktop can
 */
struct notify_text {
	const char *summary;
	const char *body;
	bool urgent;
	const char *sound;
	const char *const *actions;
	bool reply;
};

struct notify;

/**
 * typedef notify_chosen - The person has done something with a notification.
 * @key: the action's
 * @typed: what was typed for "inline-reply", else NULL
 */
typedef void (*notify_chosen)(uint32_t id, const char *key, const char *typed, void *arg);

/**
 * notify_open() - Find the session's bus; the desktop may come later.
 * @out: free with notify_close()
 *
 * Return: 0, or a negative errno if there is no session.
 */
int notify_open(struct notify **out, sd_event *loop, notify_chosen chosen, void *arg);
void notify_close(struct notify *n);

/** notify_can_reply() - Does this desktop let people type into a notification? */
bool notify_can_reply(struct notify *n);

/**
 * notify_show() - Show @text, in place of what *@id is unless that is 0.
 * @id: set to the number of what is shown
 *
 * Return: 0 or a negative errno.
 */
int notify_show(struct notify *n, uint32_t *id, const struct notify_text *text);

/** notify_hide() - Take it away; harmless if the person has. */
void notify_hide(struct notify *n, uint32_t id);

#endif
