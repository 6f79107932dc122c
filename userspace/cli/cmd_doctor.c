// SPDX-License-Identifier: GPL-2.0-or-later
/* What this program can see for itself (doctor.c), then what sottod sees. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "doctor.h"
#include "json.h"
#include "text.h"

#define PORT	7686	/* sottod's, unless it says another */

/** struct report - @j: NULL for text; @ill: something is bad */
struct report {
	struct json *j;
	bool ill;
};

static void put_finding(const struct finding *f)
{
	static const struct {
		const char *word;
		enum text_colour colour;
	} healths[] = {
		[HEALTH_GOOD]		= { "good", TEXT_GOOD },
		[HEALTH_BAD]		= { "BAD", TEXT_BAD },
		[HEALTH_UNKNOWN]	= { "?", TEXT_FAINT },
	};

	text_paint(stdout, healths[f->health].colour);
	printf("%-5s", healths[f->health].word);
	text_paint(stdout, TEXT_PLAIN);
	text_pad(stdout, text_put(stdout, f->name), 10);
	text_put(stdout, f->found);
	putchar('\n');
	if (f->health == HEALTH_BAD) {
		fputs("               cure: ", stdout);
		text_put(stdout, f->cure);
		putchar('\n');
	}
}

static void tell(struct report *report, struct finding f)
{
	report->ill |= f.health == HEALTH_BAD;
	if (!report->j) {
		put_finding(&f);
		return;
	}
	json_object(report->j, NULL);
	json_text(report->j, "name", f.name);
	if (f.health == HEALTH_UNKNOWN)
		json_null(report->j, "good");
	else
		json_bool(report->j, "good", f.health == HEALTH_GOOD);
	json_text(report->j, "finding", f.found);
	json_text_or_null(report->j, "cure", f.cure);
	json_object_end(report->j);
}

static struct finding no_bus(void)
{
	return (struct finding){ "bus", HEALTH_BAD, "the system bus cannot be reached",
				 "sudo systemctl start dbus" };
}

/* Why sottod cannot be asked. */
static struct finding no_daemon(const sd_bus_error *error)
{
	if (sd_bus_error_has_names(error, SD_BUS_ERROR_SERVICE_UNKNOWN,
				   SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		return (struct finding){ "sottod", HEALTH_BAD, "sottod is not running",
					 "sudo systemctl enable --now sottod; if it fails: "
					 "journalctl -u sottod" };
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED))
		return (struct finding){ "sottod", HEALTH_BAD,
					 "the bus does not let you talk to sottod",
					 "join the group sotto, see above; if you are in it, sotto's bus "
					 "policy is missing: install sotto anew" };
	return (struct finding){ "sottod", HEALTH_BAD, "sottod does not answer",
				 "journalctl -u sottod; then sudo systemctl restart sottod" };
}

/* Return: 0, or a negative errno for an answer that is not as the contract says. */
static int tell_theirs(struct report *report, sd_bus_message *reply)
{
	const char *name, *found, *cure;
	int good, r = sd_bus_message_enter_container(reply, 'a', "(sbss)");

	while (r >= 0 && (r = sd_bus_message_read(reply, "(sbss)", &name, &good, &found, &cure)) > 0)
		tell(report, (struct finding){ name, good ? HEALTH_GOOD : HEALTH_BAD, found,
					       cure });
	return r;
}

static void tell_port(struct report *report, sd_bus *bus)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	uint16_t port = PORT;
	int r = bus ? sd_bus_get_property_trivial(bus, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE,
						  "Port", &error, 'q', &port) : -ENOTCONN;

	if (r >= 0 || sd_bus_error_has_name(&error, SD_BUS_ERROR_SERVICE_UNKNOWN))
		tell(report, doctor_port(port, r >= 0));
	else	/* whoever has it may well be sottod */
		tell(report, (struct finding){ "port", HEALTH_UNKNOWN,
					       "not looked at, because sottod cannot be asked", "" });
	sd_bus_error_free(&error);
}

static void ask_daemon(struct report *report, sd_bus *bus)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r = sd_bus_call_method(bus, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE, "Doctor", &error,
				   &reply, NULL);

	if (r < 0) {
		tell(report, no_daemon(&error));
	} else {
		tell(report, (struct finding){ "sottod", HEALTH_GOOD, "sottod answers", "" });
		if (tell_theirs(report, reply) < 0)
			tell(report, (struct finding){ "release", HEALTH_BAD,
						       "sottod is of another release than this "
						       "program",
						       "install both from the same release" });
	}
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
}

static void examine(struct cli *cli, struct report *report)
{
	tell(report, doctor_module());
	tell(report, doctor_guard());
	tell(report, doctor_group());
	if (sd_bus_open_system(&cli->bus) < 0)
		tell(report, no_bus());
	else
		ask_daemon(report, cli->bus);
	tell_port(report, cli->bus);
	tell(report, doctor_presets());
	tell(report, doctor_pipewire());
	tell(report, doctor_plugin());
}

enum cli_exit cmd_doctor(struct cli *cli, int argc, char **argv)
{
	struct report report = { 0 };
	struct json j;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 0);
	if (cli->json) {
		report.j = &j;
		json_begin(&j, stdout);
		json_array(&j, "findings");
	}
	examine(cli, &report);
	if (cli->json) {
		json_array_end(&j);
		json_bool(&j, "good", !report.ill);
		json_end(&j);
	} else if (!report.ill) {
		puts("Nothing is wrong.");
	}
	return report.ill ? CLI_REFUSED : CLI_DONE;
}
