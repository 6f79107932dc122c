// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the daemon can tell of its own health. */
#include "bus.h"

#include <sodium.h>

#include "clock.h"

#define BUILT_AFTER	1767225600	/* 2026: no clock that is right says less */

struct finding {
	const char *name;
	bool good;
	const char *finding;
	const char *cure;
};

static struct finding check_kernel(const struct bus *b)
{
	if (calls_kernel(b->calls))
		return (struct finding){ "kernel", true, "sottod is the kernel module's agent", "" };
	return (struct finding){ "kernel", false, b->trouble,
				 "modprobe sotto; then look again, sottod tries every few seconds" };
}

static int is_ours(const struct sotto_rule *rule, void *arg)
{
	const struct bus *b = arg;

	return rule->action == SOTTO_ACTION_REQUIRE && rule->port_min <= b->port &&
	       rule->port_max >= b->port;
}

static struct finding check_rule(struct bus *b)
{
	struct kernel *k = calls_kernel(b->calls);

	if (k && sotto_rule_dump(kernel_requests(k), is_ours, b) == 1)
		return (struct finding){ "rule", true, "the port of calls must be encrypted", "" };
	return (struct finding){ "rule", false,
				 "no rule says that the port of calls must be encrypted",
				 "systemctl restart sottod" };
}

static int read_one(const struct peer *p, void *arg)
{
	return 0;
}

static struct finding check_store(const struct bus *b)
{
	if (!store_each(b->store, read_one, NULL))
		return (struct finding){ "store", true, "every peer can be read", "" };
	return (struct finding){ "store", false, "a peer's row is spoilt or cannot be read",
				 "see the journal of sottod; forget and pair that peer again" };
}

static struct finding check_clock(void)
{
	if (clock_wall_us() / 1000000 >= BUILT_AFTER)
		return (struct finding){ "clock", true, "the clock can be right", "" };
	return (struct finding){ "clock", false,
				 "the clock is years behind: retained secrets seem to live on",
				 "timedatectl set-ntp true" };
}

static struct finding check_memory(void)
{
	void *page = sodium_malloc(1);
	bool good = page && !sodium_mlock(page, 1);

	sodium_free(page);
	if (good)
		return (struct finding){ "memory", true, "keys are kept out of swap", "" };
	return (struct finding){ "memory", false, "memory cannot be locked: keys may reach the swap",
				 "raise LimitMEMLOCK= in sottod.service" };
}

int bus_doctor(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	const struct finding findings[] = {
		check_kernel(b), check_rule(b), check_store(b), check_clock(), check_memory(),
	};
	sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_return(m, &reply);

	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sbss)");
	for (size_t i = 0; r >= 0 && i < sizeof(findings) / sizeof(findings[0]); i++)
		r = sd_bus_message_append(reply, "(sbss)", findings[i].name,
					  (int)findings[i].good, findings[i].finding,
					  findings[i].cure);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}
