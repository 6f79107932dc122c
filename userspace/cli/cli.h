/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sotto, the command line: it knows sottod by D-Bus only (Documentation/dbus.rst).
 *
 *	main.c		from word to function
 *	options.c	--json, --help, usage
 *	bus.[ch]	the connection, calls of methods, errors as sentences
 *	dict.[ch]	reads a{sv}
 *	calls.[ch]	calls: list, choose one, as text and as JSON
 *	peers.[ch]	peers
 *	json.[ch]	writes JSON (Documentation/json.rst)
 *	metrics.[ch]	writes OpenMetrics (Documentation/watching.rst)
 *	sas.[ch]	the halves that people compare
 *	notify.[ch]	notifications of the desktop
 *	ask.[ch]	what is typed and not shown
 *	backup_head.[ch]	from a passphrase to a backup's key
 *	code.[ch]	what two people agree on before the first call
 *	lookup.[ch]	names of machines to addresses
 *	text.[ch]	colours, times, tables
 *	cmd_*.c		the commands
 */
#ifndef CLI_H
#define CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <systemd/sd-bus.h>

enum cli_exit {
	CLI_DONE	= 0,
	CLI_REFUSED	= 1,
	CLI_USAGE	= 2,
};

struct cli;

/**
 * struct command - what a word does
 * @arguments: as the usage line shows them
 * @summary: for the list of commands
 * @details: for its own --help, whole lines; NULL if @summary says it all
 */
struct command {
	const char *word;
	const char *arguments;
	const char *summary;
	const char *details;
	enum cli_exit (*run)(struct cli *cli, int argc, char **argv);
};

/**
 * struct cli - one run of the program
 * @bus: NULL until bus_need()
 * @core: soft limit of core files that the person had set; ours is 0
 */
struct cli {
	const struct command *command;
	bool json;
	rlim_t core;
	sd_bus *bus;
};

/**
 * cli_option() - The next option of a command, as getopt_long(3) finds them.
 * @own: the command's options beside --json and --help, ends in zeros; may be NULL
 *
 * Takes --json by itself. Ends the program for --help and for what is no option.
 *
 * Return: the option's val, or -1 after the last one: then optind is the first argument.
 */
int cli_option(struct cli *cli, int argc, char **argv, const struct option *own);

/** cli_arguments() - Ends the program unless so many arguments are left behind the options. */
void cli_arguments(struct cli *cli, int argc, int least, int most);

/** cli_usage() - Ends the program: @problem, and how the command is used. */
void cli_usage(struct cli *cli, const char *problem, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/** cli_refuse() - Say on stderr, and in JSON if asked for, why it cannot be. Return: CLI_REFUSED */
enum cli_exit cli_refuse(struct cli *cli, const char *error, const char *why, ...)
	__attribute__((format(printf, 3, 4)));

/** cli_finish() - What could not be written was not done. Return: @status, or CLI_REFUSED */
enum cli_exit cli_finish(struct cli *cli, enum cli_exit status);

enum cli_exit cmd_status(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_pair(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_peers(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_forget(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_backup(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_restore(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_strangers(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_autoanswer(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_call(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_answer(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_decline(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_hangup(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_verify(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_flows(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_rule(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_run(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_agent(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_monitor(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_doctor(struct cli *cli, int argc, char **argv);
enum cli_exit cmd_metrics(struct cli *cli, int argc, char **argv);

#endif
