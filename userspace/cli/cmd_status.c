// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "calls.h"
#include "doctor.h"
#include "text.h"

/* Where nothing goes, or all may, that is why calls are not what one expects. */
static void print_trouble(void)
{
	const struct finding guard = doctor_guard();

	if (guard.health != HEALTH_BAD || !doctor_guard_has_run())
		return;
	text_paint(stdout, TEXT_BAD);
	fputs("Trouble", stdout);
	text_paint(stdout, TEXT_PLAIN);
	fputs(": ", stdout);
	text_put(stdout, guard.found);
	fputs("\n  cure: ", stdout);
	text_put(stdout, guard.cure);
	fputs("\n\n", stdout);
}

static void print_text(const struct calls *calls)
{
	print_trouble();
	if (!calls->n)
		puts("No call. Begin one with: sotto call NAME");
	for (size_t i = 0; i < calls->n; i++) {
		if (i)
			putchar('\n');
		call_put(stdout, &calls->list[i], text_now_us());
	}
}

static void print_json(const struct calls *calls)
{
	struct json j;

	json_begin(&j, stdout);
	json_array(&j, "calls");
	for (size_t i = 0; i < calls->n; i++)
		call_json(&j, NULL, &calls->list[i]);
	json_array_end(&j);
	json_end(&j);
}

enum cli_exit cmd_status(struct cli *cli, int argc, char **argv)
{
	struct calls calls;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 0);
	if (calls_list(cli, &calls) < 0)
		return CLI_REFUSED;
	if (calls.n)
		calls_count(cli, &calls);
	if (cli->json)
		print_json(&calls);
	else
		print_text(&calls);
	calls_free(&calls);
	return CLI_DONE;
}
