// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A desktop that shows notifications: org.freedesktop.Notifications on the session bus.
 *
 *	desktop CAPABILITY...
 *
 * Prints "ready", and each notification on a line:
 *	show ID REPLACES | URGENCY | ACTION,... | SUMMARY | BODY
 *	hide ID
 * and reads from stdin what the person does:
 *	press ID ACTION
 *	type ID TEXT
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define NAME	"org.freedesktop.Notifications"
#define PATH	"/org/freedesktop/Notifications"

struct desktop {
	sd_bus *bus;
	sd_event *loop;
	char **capabilities;
	uint32_t last;
};

static int get_capabilities(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct desktop *d = data;
	sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_return(m, &reply);

	if (r >= 0)
		r = sd_bus_message_append_strv(reply, d->capabilities);
	if (r >= 0)
		r = sd_bus_send(d->bus, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

/* Keys only: every other one is a label. */
static int print_actions(sd_bus_message *m)
{
	const char *key, *label;
	int r = sd_bus_message_enter_container(m, 'a', "s");

	while (r >= 0 && (r = sd_bus_message_read(m, "s", &key)) > 0) {
		r = sd_bus_message_read(m, "s", &label);
		printf("%s,", key);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int print_urgency(sd_bus_message *m)
{
	const char *key, *contents;
	uint8_t urgency = 255;
	char type;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &key);
		if (r >= 0)
			r = sd_bus_message_peek_type(m, &type, &contents);
		if (r >= 0 && !strcmp(key, "urgency"))
			r = sd_bus_message_read(m, "v", "y", &urgency);
		else if (r >= 0)
			r = sd_bus_message_skip(m, "v");
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	printf("%u | ", urgency);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int show(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *app, *icon, *summary, *body;
	struct desktop *d = data;
	uint32_t replaces;
	int r = sd_bus_message_read(m, "susss", &app, &replaces, &icon, &summary, &body);

	if (r < 0)
		return r;
	if (!replaces)
		replaces = ++d->last;
	printf("show %" PRIu32 " ", replaces);
	r = print_actions(m);
	printf(" | ");
	if (r >= 0)
		r = print_urgency(m);
	printf("%s | %s\n", summary, body);
	return r < 0 ? r : sd_bus_reply_method_return(m, "u", replaces);
}

static int hide(sd_bus_message *m, void *data, sd_bus_error *error)
{
	uint32_t id;
	int r = sd_bus_message_read(m, "u", &id);

	if (r < 0)
		return r;
	printf("hide %" PRIu32 "\n", id);
	return sd_bus_reply_method_return(m, NULL);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("GetCapabilities", "", "as", get_capabilities, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Notify", "susssasa{sv}i", "u", show, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("CloseNotification", "u", "", hide, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

static int on_stdin(sd_event_source *s, int fd, uint32_t events, void *data)
{
	struct desktop *d = data;
	char word[16], text[256];
	uint32_t id;

	if (scanf("%15s %" SCNu32 " %255[^\n]", word, &id, text) != 3)
		return sd_event_exit(d->loop, 0);
	return sd_bus_emit_signal(d->bus, PATH, NAME, !strcmp(word, "press") ? "ActionInvoked" :
				  "NotificationReplied", "us", id, text);
}

static int start(struct desktop *d)
{
	int r = sd_event_default(&d->loop);

	if (r >= 0)
		r = sd_bus_open_user(&d->bus);
	if (r >= 0)
		r = sd_bus_add_object_vtable(d->bus, NULL, PATH, NAME, vtable, d);
	if (r >= 0)
		r = sd_bus_request_name(d->bus, NAME, 0);
	if (r >= 0)
		r = sd_bus_attach_event(d->bus, d->loop, 0);
	if (r >= 0)
		r = sd_event_add_io(d->loop, NULL, STDIN_FILENO, EPOLLIN, on_stdin, d);
	return r;
}

int main(int argc, char **argv)
{
	struct desktop d = { .capabilities = argv + 1 };
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);	/* so that poll sees what is left */
	r = start(&d);
	if (r >= 0) {
		puts("ready");
		r = sd_event_loop(d.loop);
	}
	if (r < 0)
		fprintf(stderr, "desktop: %s\n", strerror(-r));
	sd_bus_flush_close_unref(d.bus);
	sd_event_unref(d.loop);
	return r < 0;
}
