/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTOD_CONFIG_H
#define SOTTOD_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define CONFIG_FILE	"/etc/sotto/sottod.conf"
#define CONFIG_PORT	7686

/**
 * struct config - sottod.conf, sottod(8)
 * @port: of direct calls
 * @strangers: may somebody whom nobody here has paired make it ring?
 * @signalling: port of SIP whose messages are looked at; 0: none are
 * @verbose: debug messages, which name peers and addresses
 * @state_dir: the store
 * @runtime_dir: records of running calls
 * @worker: program of the process that agrees keys, or "unix:" and the socket at which
 *	systemd starts it
 */
struct config {
	uint16_t port;
	bool strangers;
	uint16_t signalling;
	bool verbose;
	char state_dir[PATH_MAX];
	char runtime_dir[PATH_MAX];
	char worker[PATH_MAX];
};

/** config_init() - What holds when nothing is said; directories as systemd gives them. */
void config_init(struct config *c);

/**
 * config_set() - One setting, as text.
 *
 * Return: 0, -ENOKEY for an unknown @key, -EINVAL for a value it cannot have.
 */
int config_set(struct config *c, const char *key, const char *value);

/**
 * config_read() - Read a file of lines "key = value"; "#" begins a comment.
 * @line: set to the line of an error
 *
 * A file that is not there says nothing. Return: 0 or a negative errno, as
 * config_set() and open(2) give it.
 */
int config_read(struct config *c, const char *path, unsigned int *line);

#endif
