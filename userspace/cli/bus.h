/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sottod over the system bus; every error becomes a sentence, once, here. */
#ifndef CLI_BUS_H
#define CLI_BUS_H

#include <systemd/sd-event.h>

#include "cli.h"

#define BUS_NAME		"org.sotto1"
#define BUS_PATH		"/org/sotto1"
#define BUS_CALL_PATH		BUS_PATH "/call/"
#define BUS_MANAGER_INTERFACE	BUS_NAME ".Manager"
#define BUS_PEER_INTERFACE	BUS_NAME ".Peer"
#define BUS_CALL_INTERFACE	BUS_NAME ".Call"
#define BUS_PROPERTIES		"org.freedesktop.DBus.Properties"

/*
 * All that follow return 0 or more if it is done. Otherwise a negative errno, and
 * the person has been told why: the command has but to return CLI_REFUSED.
 */

/** bus_need() - Connect unless connected. */
int bus_need(struct cli *cli);

/** bus_manager() - A method of the manager. @reply: may be NULL; the caller owns it */
int bus_manager(struct cli *cli, const char *member, sd_bus_message **reply,
		const char *types, ...);

/** bus_manager_asking() - Likewise what root may, or whom polkit allows: bus_let_ask() */
int bus_manager_asking(struct cli *cli, const char *member, sd_bus_message **reply,
		       const char *types, ...);

/** bus_on_call() - A method without arguments of the call at @path. */
int bus_on_call(struct cli *cli, const char *path, const char *member, sd_bus_message **reply);

/** bus_get_flag() - A property of type b. @return: 1 or 0 */
int bus_get_flag(struct cli *cli, const char *path, const char *interface, const char *property);
int bus_set_flag(struct cli *cli, const char *path, const char *interface, const char *property,
		 bool yes);

/** bus_let_ask() - If somebody sits there, polkit may ask for a password before @m is answered. */
int bus_let_ask(sd_bus_message *m);

/** bus_send() - Send @m, which stays the caller's, and wait for the answer. */
int bus_send(struct cli *cli, sd_bus_message *m, sd_bus_message **reply);

/** bus_failed() - Tell why @error, or the errno @r where it says nothing. Return: @r */
int bus_failed(struct cli *cli, const sd_bus_error *error, int r);

/** bus_unreadable() - Tell that an answer is not as the contract says. Return: @r */
int bus_unreadable(struct cli *cli, int r);

/** bus_watch() - Have @handler called for each signal of sottod; and when it comes or goes. */
int bus_watch(struct cli *cli, sd_bus_message_handler_t handler,
	      sd_bus_message_handler_t owner, void *arg);

/** bus_block_interrupts() - From here on SIGINT and SIGTERM are the loop's. */
int bus_block_interrupts(struct cli *cli);

/** bus_loop_open() - A loop that serves the bus; free it with bus_loop_free(). */
int bus_loop_open(struct cli *cli, sd_event **loop);

/** bus_loop_run() - Until somebody calls sd_event_exit() with 0. */
int bus_loop_run(struct cli *cli, sd_event *loop);
void bus_loop_free(struct cli *cli, sd_event *loop);

/** bus_owner_is_gone() - From a NameOwnerChanged: has sottod left the bus, or come? */
bool bus_owner_is_gone(sd_bus_message *m);

#endif
