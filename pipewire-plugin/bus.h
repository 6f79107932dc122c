/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_BUS_H
#define SOTTO_PLUGIN_BUS_H

#include <stddef.h>
#include <stdint.h>

#include <pipewire/pipewire.h>

#include "media.h"

#define BUS_MAX_CALLS	16
#define BUS_PATH_LEN	64
#define BUS_NAME_LEN	128

/**
 * struct bus_call - an active direct call, as sottod lists it
 * @path: of the object, "/org/sotto1/call/N"
 * @since: when it became active, microseconds since 1970
 * @name: of the other end; empty for a stranger
 */
struct bus_call {
	char path[BUS_PATH_LEN];
	uint64_t since;
	char name[BUS_NAME_LEN];
};

/**
 * struct bus_events - what comes from org.sotto1, on the main loop
 * @active: the whole list of active direct calls, whenever it may have changed
 * @acquired: bus_acquire() has been answered: error 0 and a socket that the
 *	callee now owns with its parameters, or a negative errno and fd -1
 */
struct bus_events {
	void (*active)(void *data, const struct bus_call *calls, size_t n);
	void (*acquired)(void *data, const char *path, int error, int fd,
			 const struct media_params *params);
};

/*
 * The connection to sottod. Everything is asynchronous: nothing here waits, the
 * audio's main loop is never held up. If the bus or sottod is not there or goes,
 * it is tried again; the calls that run are not touched by that.
 */
struct bus;

/**
 * bus_new() - connect and begin to watch
 * @loop: the main loop
 * @events: must outlive the bus
 * @data: for @events
 * @out: set to the bus; the caller ends it with bus_free()
 *
 * Return: 0 or a negative errno. That sottod is not there is no error.
 */
int bus_new(struct pw_loop *loop, const struct bus_events *events, void *data,
	    struct bus **out);
void bus_free(struct bus *b);

/**
 * bus_acquire() - ask for a call's socket (org.sotto1.Call.Acquire)
 * @b: bus
 * @path: of the call
 *
 * If it returns 0, the answer comes as bus_events.acquired, whatever happens.
 * Return: 0 or a negative errno.
 */
int bus_acquire(struct bus *b, const char *path);

/** bus_release() - give a call's socket back (org.sotto1.Call.Release) */
void bus_release(struct bus *b, const char *path);

#endif
