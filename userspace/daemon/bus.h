/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sottod on D-Bus, Documentation/dbus.rst:
 *
 *	bus.c		the connection, whose is what, what is told
 *	bus_manager.c	org.sotto1.Manager: peers and calls
 *	bus_backup.c	org.sotto1.Manager: backup and restore
 *	bus_rules.c	org.sotto1.Manager: the kernel's rules
 *	bus_flows.c	org.sotto1.Manager: the kernel's flows
 *	bus_dict.c	dictionaries of both
 *	bus_doctor.c	org.sotto1.Manager: what is wrong
 *	bus_gateway.c	the same of a gateway
 *	bus_metrics.c	org.sotto1.Manager: what has happened, in numbers
 *	bus_call.c	org.sotto1.Call
 *	bus_peer.c	org.sotto1.Peer
 *	bus_holder.c	who has a call's socket
 *	bus_agent.c	org.sotto1.Agent: whom to ask
 *	bus_polkit.c	who besides root may do what is the whole machine's
 */
#ifndef SOTTOD_BUS_H
#define SOTTOD_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "calls.h"

#define BUS_NAME		"org.sotto1"
#define BUS_PATH		"/org/sotto1"
#define BUS_CALL_PATH		BUS_PATH "/call"
#define BUS_PEER_PATH		BUS_PATH "/peer"
#define BUS_MANAGER_INTERFACE	BUS_NAME ".Manager"
#define BUS_CALL_INTERFACE	BUS_NAME ".Call"
#define BUS_PEER_INTERFACE	BUS_NAME ".Peer"
#define BUS_PATH_MAX		64

struct bus_agent;
struct bus_group;
struct bus_holder;
struct bus_query;
struct keeper;

/**
 * struct bus - sottod's place on the system bus
 * @started: when this process began, us since 1970
 * @trouble: why there is no kernel, a sentence; NULL while there is one
 * @signalling: port of SIP that is to be looked at, 0 for none
 * @signalling_trouble: why it is not, a sentence; or NULL
 * @keeper: of the worker
 * @peer: the row that a request is about
 */
struct bus {
	sd_bus *bus;
	struct calls *calls;
	struct store *store;
	uint16_t port;
	bool strangers;
	uint64_t started;
	const char *trouble;
	uint16_t signalling;
	const char *signalling_trouble;
	const struct keeper *keeper;
	struct peer *peer;
	struct bus_agent *agents;
	struct bus_holder *holders;
	struct bus_group *groups;
	struct bus_query *queries;
};

/**
 * bus_open() - Connect to the system bus and stand ready, without a name yet.
 * @out: the caller owns it, free with bus_close()
 *
 * @store must outlive it. Return: 0 or a negative errno.
 */
int bus_open(struct bus **out, struct store *store, uint16_t port, bool strangers);
void bus_close(struct bus *b);

/** bus_serve() - The calls are adopted: resume their holders, take the name. @calls outlives @b */
int bus_serve(struct bus *b, struct calls *calls);

/** bus_watch - What to give to calls_new() with the struct bus as its argument. */
extern const struct calls_watch bus_watch;

/* For bus_*.c. */

/**
 * bus_sender() - Who asks?
 *
 * Return: 0, or a negative errno with @error set.
 */
int bus_sender(sd_bus_message *m, uid_t *uid, sd_bus_error *error);

/** bus_owns() - Is what belongs to @owner @uid's? Root's is everything. */
bool bus_owns(uid_t uid, uint32_t owner);

/** bus_may_see() - A direct call that belongs to nobody yet rings for everybody. */
bool bus_may_see(uid_t uid, const struct call *call);

void bus_call_path(uint64_t id, char out[BUS_PATH_MAX]);
void bus_peer_path(uint64_t id, char out[BUS_PATH_MAX]);	/* "/" for 0 */

/** bus_path_id() - Return: the number behind "@prefix/", 0 for none. */
uint64_t bus_path_id(const char *path, const char *prefix);

/** bus_signal() - A signal of the manager with a path, or without if NULL. */
void bus_signal(struct bus *b, const char *member, const char *path);

/** bus_invalidate() - Properties of @path are to be read again. @names: NULL-terminated */
void bus_invalidate(struct bus *b, const char *path, const char *interface,
		    const char *const *names);

/**
 * struct finding - one of Doctor()'s
 * @cure: empty where nothing is wrong
 */
struct finding {
	const char *name;
	bool good;
	const char *finding;
	const char *cure;
};

#define BUS_GATEWAY_MAX	128

/**
 * bus_gateway() - Can those behind this machine be protected, as rules say?
 * @waits: room for what @out may say
 *
 * Return: false where no rule is for such, or the kernel cannot be asked.
 */
bool bus_gateway(struct bus *b, struct finding *out, char waits[BUS_GATEWAY_MAX]);

int bus_manager_add(struct bus *b);
int bus_call_add(struct bus *b);
int bus_peer_add(struct bus *b);

/* An "a{sv}" of all properties; 0 or a negative errno. */
int bus_call_append(sd_bus_message *m, const struct line *line);
int bus_peer_append(sd_bus_message *m, const struct peer *p);

void bus_call_invalidate(struct bus *b, const struct line *line);
void bus_peer_invalidate(struct bus *b, uint64_t id);

/* bus_holder.c */

/** bus_holder_add() - @name holds the socket of @line; when it leaves the bus, no more. */
int bus_holder_add(struct bus *b, const struct line *line, const char *name);
void bus_holder_drop(struct bus *b, uint64_t line_id);
void bus_holders_resume(struct bus *b);
void bus_holders_free(struct bus *b);

/* bus_agent.c */

int bus_agent_register(sd_bus_message *m, void *data, sd_bus_error *error);
int bus_agent_unregister(sd_bus_message *m, void *data, sd_bus_error *error);
void bus_agents_ask(struct bus *b, const struct line *line, enum calls_ask what);
void bus_agents_free(struct bus *b);

/* bus_rules.c: methods of the manager */

int bus_list_flows(sd_bus_message *m, void *data, sd_bus_error *error);
int bus_list_counters(sd_bus_message *m, void *data, sd_bus_error *error);
int bus_add_rule(sd_bus_message *m, void *data, sd_bus_error *error);
int bus_delete_rule(sd_bus_message *m, void *data, sd_bus_error *error);
int bus_list_rules(sd_bus_message *m, void *data, sd_bus_error *error);

/* bus_backup.c: methods of the manager */
int bus_backup(sd_bus_message *m, void *data, sd_bus_error *error);
int bus_restore(sd_bus_message *m, void *data, sd_bus_error *error);

/* bus_group.c: a method of the manager */

int bus_require_group(sd_bus_message *m, void *data, sd_bus_error *error);
void bus_groups_free(struct bus *b);

/* bus_metrics.c: a method of the manager */
int bus_metrics(sd_bus_message *m, void *data, sd_bus_error *error);

/* bus_polkit.c */

/** enum bus_right - what is the whole machine's, each an action in org.sotto1.policy */
enum bus_right { BUS_RIGHT_RULES, BUS_RIGHT_STRANGERS, BUS_RIGHT_METRICS };

/**
 * bus_may() - May the sender of @m do that: root, or whom polkit allows it?
 * @handler: of the method, which has read nothing of @m yet
 *
 * Return: 1 if so; 0 if polkit is being asked: @handler returns 1, and is called again with @m
 * and @b when this is known; or a negative errno, with @error set or not.
 */
int bus_may(struct bus *b, sd_bus_message *m, enum bus_right right,
	    sd_bus_message_handler_t handler, sd_bus_error *error);
void bus_queries_free(struct bus *b);

/* bus_doctor.c */
int bus_doctor(sd_bus_message *m, void *data, sd_bus_error *error);

#endif
