/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal. No name, address, ZID or key may be said above debug level.
 */
#ifndef SOTTOD_LOG_H
#define SOTTOD_LOG_H

#include <stdbool.h>

#include <systemd/sd-daemon.h>

/* The prefix is what systemd reads from stderr; see sd-daemon(3). */
void log_write(const char *prefix, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** log_errno() - A failure with its reason; @error is a negative errno. */
void log_errno(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** log_verbose() - Say debug messages too. */
void log_verbose(bool on);

#define log_error(...)		log_write(SD_ERR, __VA_ARGS__)
#define log_warning(...)	log_write(SD_WARNING, __VA_ARGS__)
#define log_info(...)		log_write(SD_INFO, __VA_ARGS__)
#define log_debug(...)		log_write(SD_DEBUG, __VA_ARGS__)

#endif
