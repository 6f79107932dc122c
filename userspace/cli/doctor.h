/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the doctor can see for itself, without sottod. Each check says what it has
 * found and, unless that is good, what mends it.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

enum health {
	HEALTH_GOOD,
	HEALTH_BAD,
	HEALTH_UNKNOWN,	/* could not be looked at, for the reason found; mends nothing */
};

struct finding {
	const char *name;
	enum health health;
	const char *found;
	const char *cure;
};

/** doctor_module() - Is it loaded? If not, is it there, and would the kernel take it? */
struct finding doctor_module(void);
struct finding doctor_group(void);

/** doctor_guard() - Has the kernel the rules that are kept, or does nftables stand in? */
struct finding doctor_guard(void);

/** doctor_guard_has_run() - Is there word of the guard? Not where it is not used. */
bool doctor_guard_has_run(void);

/** doctor_presets() - Can each preset be used? */
struct finding doctor_presets(void);

struct finding doctor_pipewire(void);
struct finding doctor_plugin(void);

/** doctor_port() - Is UDP port @port bound in this network namespace? @served: sottod runs */
struct finding doctor_port(uint16_t port, int served);

#endif
