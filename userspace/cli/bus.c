// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* More than sottod gives to polkit. */
#define ASKING_TIMEOUT_US	(130 * 1000000ULL)

#define OWN_ERRORS	BUS_NAME ".Error."

#define NO_DAEMON \
	"sottod is not running. Start it with: systemctl start sottod; sotto doctor says more."
#define NO_ACCESS \
	"You may not talk to sottod: only root and the group sotto may. Join it with: " \
	"sudo adduser \"$USER\" sotto; then log in again."
#define NO_ANSWER \
	"sottod does not answer. Look at: journalctl -u sottod; then systemctl restart sottod"
#define WENT_AWAY \
	"sottod or the bus went away meanwhile. See whether calls run with: sotto"
#define MISMATCH \
	"sottod is of another release than this program. Install both from the same."

static const struct {
	const char *name;
	const char *means;
	const char *sentence;
} known[] = {
	{ SD_BUS_ERROR_SERVICE_UNKNOWN,		"NoDaemon",	NO_DAEMON },
	{ SD_BUS_ERROR_NAME_HAS_NO_OWNER,	"NoDaemon",	NO_DAEMON },
	{ SD_BUS_ERROR_ACCESS_DENIED,		"NoAccess",	NO_ACCESS },
	{ SD_BUS_ERROR_NO_REPLY,		"NoAnswer",	NO_ANSWER },
	{ SD_BUS_ERROR_TIMEOUT,			"NoAnswer",	NO_ANSWER },
	{ SD_BUS_ERROR_DISCONNECTED,		"NoAnswer",	WENT_AWAY },
	{ SD_BUS_ERROR_UNKNOWN_METHOD,		"Mismatch",	MISMATCH },
	{ SD_BUS_ERROR_UNKNOWN_INTERFACE,	"Mismatch",	MISMATCH },
	{ SD_BUS_ERROR_UNKNOWN_PROPERTY,	"Mismatch",	MISMATCH },
	{ SD_BUS_ERROR_INVALID_ARGS,		"Mismatch",	MISMATCH },
	{ SD_BUS_ERROR_UNKNOWN_OBJECT,		"NoSuchCall",
	  "There is no such call any more. See which there are with: sotto" },
};

int bus_failed(struct cli *cli, const sd_bus_error *error, int r)
{
	if (!sd_bus_error_is_set(error)) {
		if (r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE)
			cli_refuse(cli, "NoAnswer", WENT_AWAY);
		else if (r == -ETIMEDOUT)
			cli_refuse(cli, "NoAnswer", NO_ANSWER);
		else if (r == -EINVAL)
			cli_refuse(cli, "BadArgument", "D-Bus carries UTF-8 only, and something "
				   "given is not; write it so.");
		else
			cli_refuse(cli, "Failed", "sottod cannot be asked: %s. See: sotto doctor",
				   strerror(-r));
		return r;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(error->name, known[i].name)) {
			cli_refuse(cli, known[i].means, "%s", known[i].sentence);
			return r;
		}
	if (!strncmp(error->name, OWN_ERRORS, strlen(OWN_ERRORS)))
		cli_refuse(cli, error->name + strlen(OWN_ERRORS), "%s", error->message);
	else
		cli_refuse(cli, "Failed", "%s", error->message ?: error->name);
	return r;
}

int bus_unreadable(struct cli *cli, int r)
{
	cli_refuse(cli, "Mismatch", "%s", MISMATCH);
	return r;
}

int bus_need(struct cli *cli)
{
	int r;

	if (cli->bus)
		return 0;
	r = sd_bus_open_system(&cli->bus);
	if (r < 0)
		cli_refuse(cli, "NoBus", "The system bus cannot be reached: %s. sotto needs it to "
			   "talk to sottod; see: systemctl status dbus", strerror(-r));
	return r;
}

int bus_let_ask(sd_bus_message *m)
{
	bool asks = geteuid() && isatty(STDIN_FILENO);

	return sd_bus_message_set_allow_interactive_authorization(m, asks);
}

int bus_send(struct cli *cli, sd_bus_message *m, sd_bus_message **reply)
{
	bool asks = sd_bus_message_get_allow_interactive_authorization(m);
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call(cli->bus, m, asks ? ASKING_TIMEOUT_US : 0, &error, reply);

	if (r < 0)
		bus_failed(cli, &error, r);
	sd_bus_error_free(&error);
	return r;
}

static int manager(struct cli *cli, const char *member, bool asks, sd_bus_message **reply,
		   const char *types, va_list arguments)
{
	sd_bus_message *m = NULL;
	int r = bus_need(cli);

	if (r < 0)
		return r;
	r = sd_bus_message_new_method_call(cli->bus, &m, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE,
					   member);
	if (r >= 0 && asks)
		r = bus_let_ask(m);
	if (r >= 0 && types)
		r = sd_bus_message_appendv(m, types, arguments);
	if (r < 0)
		bus_failed(cli, NULL, r);
	else
		r = bus_send(cli, m, reply);
	sd_bus_message_unref(m);
	return r;
}

int bus_manager(struct cli *cli, const char *member, sd_bus_message **reply,
		const char *types, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, types);
	r = manager(cli, member, false, reply, types, arguments);
	va_end(arguments);
	return r;
}

int bus_manager_asking(struct cli *cli, const char *member, sd_bus_message **reply,
		       const char *types, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, types);
	r = manager(cli, member, true, reply, types, arguments);
	va_end(arguments);
	return r;
}

int bus_on_call(struct cli *cli, const char *path, const char *member, sd_bus_message **reply)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = bus_need(cli);

	if (r < 0)
		return r;
	r = sd_bus_call_method(cli->bus, BUS_NAME, path, BUS_CALL_INTERFACE, member, &error, reply,
			       NULL);
	if (r < 0)
		bus_failed(cli, &error, r);
	sd_bus_error_free(&error);
	return r;
}

int bus_get_flag(struct cli *cli, const char *path, const char *interface, const char *property)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int yes = 0, r = bus_need(cli);

	if (r < 0)
		return r;
	r = sd_bus_get_property_trivial(cli->bus, BUS_NAME, path, interface, property, &error, 'b',
					&yes);
	if (r < 0)
		bus_failed(cli, &error, r);
	sd_bus_error_free(&error);
	return r < 0 ? r : yes;
}

int bus_set_flag(struct cli *cli, const char *path, const char *interface, const char *property,
		 bool yes)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = bus_need(cli);

	if (r < 0)
		return r;
	r = sd_bus_set_property(cli->bus, BUS_NAME, path, interface, property, &error, "b",
				(int)yes);
	if (r < 0)
		bus_failed(cli, &error, r);
	sd_bus_error_free(&error);
	return r;
}

int bus_watch(struct cli *cli, sd_bus_message_handler_t handler,
	      sd_bus_message_handler_t owner, void *arg)
{
	int r = bus_need(cli);

	if (r < 0)
		return r;
	r = sd_bus_match_signal(cli->bus, NULL, BUS_NAME, NULL, NULL, NULL, handler, arg);
	if (r >= 0)
		r = sd_bus_add_match(cli->bus, NULL,
				     "type='signal',sender='org.freedesktop.DBus',"
				     "interface='org.freedesktop.DBus',member='NameOwnerChanged',"
				     "arg0='" BUS_NAME "'", owner, arg);
	return r < 0 ? bus_failed(cli, NULL, r) : 0;
}

int bus_block_interrupts(struct cli *cli)
{
	sigset_t interrupts;

	sigemptyset(&interrupts);
	sigaddset(&interrupts, SIGINT);
	sigaddset(&interrupts, SIGTERM);
	return sigprocmask(SIG_BLOCK, &interrupts, NULL) ? bus_failed(cli, NULL, -errno) : 0;
}

int bus_loop_open(struct cli *cli, sd_event **loop)
{
	int r = sd_event_default(loop);

	if (r >= 0)
		r = sd_bus_attach_event(cli->bus, *loop, SD_EVENT_PRIORITY_NORMAL);
	if (r >= 0)	/* which ends the loop with another code than ours */
		r = sd_bus_set_exit_on_disconnect(cli->bus, true);
	return r < 0 ? bus_failed(cli, NULL, r) : 0;
}

int bus_loop_run(struct cli *cli, sd_event *loop)
{
	int r = sd_event_loop(loop);

	if (!r)
		return 0;
	return bus_failed(cli, NULL, r < 0 ? r : -ECONNRESET);
}

void bus_loop_free(struct cli *cli, sd_event *loop)
{
	if (loop)
		sd_bus_detach_event(cli->bus);
	sd_event_unref(loop);
}

bool bus_owner_is_gone(sd_bus_message *m)
{
	const char *name, *before, *now;

	return sd_bus_message_read(m, "sss", &name, &before, &now) >= 0 && !*now;
}
