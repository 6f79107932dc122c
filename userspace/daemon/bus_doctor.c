// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the daemon can tell of its own health. */
#include "bus.h"

#include <sodium.h>

#include "clock.h"
#include "keeper.h"
#include "rule_file.h"
#include "wire.h"

#define BUILT_AFTER	1767225600	/* 2026: no clock that is right says less */

static struct finding check_kernel(const struct bus *b)
{
	if (calls_kernel(b->calls))
		return (struct finding){ "kernel", true, "sottod is the kernel module's agent", "" };
	return (struct finding){ "kernel", false, b->trouble,
				 "modprobe sotto; then look again, sottod tries every few seconds" };
}

#define WORKER	"the process that reads what the network sends "

static struct finding check_worker(const struct bus *b)
{
	const char *trouble = keeper_trouble(b->keeper);
	uint32_t locks = calls_worker_locks(b->calls);

	if (trouble)
		return (struct finding){ "worker", false, trouble,
					 "journalctl -u sottod; if it stays so, install sotto anew" };
	if (!locks)
		return (struct finding){ "worker", false, WORKER "is not locked in yet",
					 "look again in a second" };
	if (locks != WIRE_LOCKS_ALL)
		return (struct finding){ "worker", false,
					 WORKER "is held by seccomp, but by no namespaces",
					 "allow user namespaces, see sottod(8), WORKER; then: "
					 "sudo systemctl restart sottod" };
	return (struct finding){ "worker", true, WORKER "is locked in", "" };
}

static int is_ours(const struct sotto_rule *rule, void *arg)
{
	const struct bus *b = arg;

	return rule->action == SOTTO_ACTION_REQUIRE && !(rule->has & SOTTO_RULE_HAS_FORWARD) &&
	       rule->port_min <= b->port && rule->port_max >= b->port;
}

/* Where there is no kernel there is no rule either, and that has been said. */
static bool check_rule(struct bus *b, struct finding *out)
{
	struct kernel *k = calls_kernel(b->calls);

	if (!k)
		return false;
	if (sotto_rule_dump(kernel_requests(k), is_ours, b) == 1)
		*out = (struct finding){ "rule", true, "the port of calls must be encrypted", "" };
	else
		*out = (struct finding){ "rule", false,
					 "no rule says that the port of calls must be encrypted",
					 "sudo systemctl restart sottod" };
	return true;
}

/* How many of the kernel's rules are those of the files, and how many claim to be. */
struct kept {
	const struct rules *rules;
	size_t same;
	size_t all;
};

static int compare(const struct sotto_rule *rule, void *arg)
{
	struct kept *k = arg;

	if (rule->id < RULE_ID_MIN || rule->id > RULE_ID_MAX)
		return 0;
	k->all++;
	for (size_t i = 0; i < k->rules->n; i++)
		k->same += rule_line_counts(&k->rules->lines[i]) &&
			   rules_same(rule, &k->rules->lines[i].rule);
	return 0;
}

static size_t count(const struct rules *rules)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++)
		n += rule_line_counts(&rules->lines[i]);
	return n;
}

/* Not only what the guard has done, but what is in the kernel now. */
static struct finding compare_rules(struct kernel *k, const struct rules *rules)
{
	struct kept kept = { .rules = rules };

	if (!sotto_rule_dump(kernel_requests(k), compare, &kept) &&
	    kept.same == count(rules) && kept.all == kept.same)
		return (struct finding){ "rules", true,
					 "the kernel's rules are those of /etc/sotto/rules.d", "" };
	return (struct finding){ "rules", false,
				 "the kernel's rules are not those of /etc/sotto/rules.d",
				 "sudo systemctl reload-or-restart sotto-guard" };
}

/*
 * Where we may not read the files, or there is no kernel, there is nothing to say:
 * others say it. A cgroup that was made anew has another number, and is found here.
 */
static bool check_rules(struct bus *b, struct finding *out)
{
	struct kernel *k = calls_kernel(b->calls);
	struct rule_fault fault;
	struct rules rules = { 0 };
	bool found = true;

	if (!k) {
		found = false;
	} else if (!rules_read(&rules, RULE_DIR, &rule_lookup_here, &fault)) {
		*out = compare_rules(k, &rules);
	} else if (fault.line) {
		*out = (struct finding){ "rules", false,
					 "a file of /etc/sotto/rules.d is wrong",
					 "sudo sotto-guard check" };
	} else {
		found = false;
	}
	rules_free(&rules);
	return found;
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
				 "sotto forget NAME, by its whole name, for whoever cannot be called "
				 "any more; then pair again" };
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

/* Only where it is asked for. */
static bool check_signalling(const struct bus *b, struct finding *out)
{
	if (!b->signalling)
		return false;
	*out = b->signalling_trouble ?
	       (struct finding){ "signalling", false, b->signalling_trouble,
				 "journalctl -u sottod; then sudo systemctl restart sottod" } :
	       (struct finding){ "signalling", true, "SIP is seen, and zrtp-hash is compared", "" };
	return true;
}

int bus_doctor(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct finding findings[] = {
		check_kernel(b), check_worker(b), check_store(b), check_clock(), check_memory(),
		{ 0 }, { 0 }, { 0 }, { 0 },
	};
	size_t n = sizeof(findings) / sizeof(findings[0]) - 4;
	sd_bus_message *reply = NULL;
	char waits[BUS_GATEWAY_MAX];
	int r = sd_bus_message_new_method_return(m, &reply);

	n += check_rule(b, &findings[n]);
	n += check_rules(b, &findings[n]);
	n += bus_gateway(b, &findings[n], waits);
	n += check_signalling(b, &findings[n]);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sbss)");
	for (size_t i = 0; r >= 0 && i < n; i++)
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
