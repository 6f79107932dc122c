// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's rules as dictionaries, Documentation/dbus.rst. */
#include "bus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "bus_dict.h"
#include "bus_error.h"
#include "rule_words.h"

static int put_peer_network(sd_bus_message *m, const struct sotto_rule *rule)
{
	char host[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 4];

	inet_ntop(rule->family, rule->peer, host, sizeof(host));
	snprintf(text, sizeof(text), "%s/%u", host, rule->peer_len);
	return bus_put_text(m, "peer", text);
}

static int put_what_matches(sd_bus_message *m, const struct sotto_rule *rule)
{
	int r = 0;

	if (rule->has & SOTTO_RULE_HAS_FAMILY)
		r = bus_put_text(m, "family", rule->family == AF_INET ? "ipv4" : "ipv6");
	if (r >= 0 && rule->has & SOTTO_RULE_HAS_PORTS)
		r = bus_put_u16(m, "port-min", rule->port_min);
	if (r >= 0 && rule->has & SOTTO_RULE_HAS_PORTS)
		r = bus_put_u16(m, "port-max", rule->port_max);
	if (r >= 0 && rule->has & SOTTO_RULE_HAS_PEER)
		r = put_peer_network(m, rule);
	if (r >= 0 && rule->has & SOTTO_RULE_HAS_UID)
		r = bus_put_u32(m, "uid", rule->uid);
	if (r >= 0 && rule->has & SOTTO_RULE_HAS_CGROUP)
		r = bus_put_u64(m, "cgroup", rule->cgroup);
	if (r >= 0 && rule->has & SOTTO_RULE_HAS_FORWARD)
		r = bus_put_text(m, "forward", rule->forward);
	return r;
}

static int list_rule(const struct sotto_rule *rule, void *arg)
{
	sd_bus_message *m = arg;
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	if (r >= 0)
		r = bus_put_u32(m, "id", rule->id);
	if (r >= 0)
		r = bus_put_text(m, "action", sotto_action_name(rule->action));
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "priority", "i", rule->priority);
	if (r >= 0)
		r = put_what_matches(m, rule);
	if (r >= 0)
		r = bus_put_flag(m, "own", rule->flags & SOTTO_RULE_F_OWN);
	if (r >= 0)
		r = bus_put_flag(m, "sdes", rule->flags & SOTTO_RULE_F_SDES);
	if (r >= 0)
		r = bus_put_flag(m, "local", rule->flags & SOTTO_RULE_F_LOCAL);
	if (r >= 0)
		r = bus_put_u32(m, "flows", rule->flows);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : 0;
}

int bus_list_rules(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct kernel *k = calls_kernel(b->calls);
	sd_bus_message *reply = NULL;
	int r = bus_may(b, m, BUS_RIGHT_RULES, bus_list_rules, error);

	if (r <= 0)
		return r ?: 1;
	if (!k)
		return bus_kernel_failed(b, error, -ENODEV, NULL);
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "a{sv}");
	if (r < 0)
		return bus_send_list(reply, r);
	r = sotto_rule_dump(kernel_requests(k), list_rule, reply);
	if (r) {
		sd_bus_message_unref(reply);
		return bus_kernel_failed(b, error, r, "The rules could not be read");
	}
	return bus_send_list(reply, 0);
}

static int parse_family(struct sotto_rule *rule, const char *text)
{
	rule->has |= SOTTO_RULE_HAS_FAMILY;
	return rule_family(text, &rule->family) ? 0 : -EINVAL;
}

static int parse_peer(struct sotto_rule *rule, const char *text)
{
	uint16_t family;

	if (!rule_peer(text, &family, rule->peer, &rule->peer_len) ||
	    (rule->has & SOTTO_RULE_HAS_FAMILY && rule->family != family))
		return -EINVAL;
	rule->family = family;
	rule->has |= SOTTO_RULE_HAS_FAMILY | SOTTO_RULE_HAS_PEER;
	return 0;
}

static int read_flag(sd_bus_message *m, struct sotto_rule *rule, uint32_t flag)
{
	int on;
	int r = sd_bus_message_read(m, "v", "b", &on);

	if (r >= 0 && on)
		rule->flags |= flag;
	return r;
}

static int read_text(sd_bus_message *m, struct sotto_rule *rule,
		     int (*parse)(struct sotto_rule *rule, const char *text))
{
	const char *text;
	int r = sd_bus_message_read(m, "v", "s", &text);

	return r < 0 ? r : parse(rule, text);
}

static int parse_forward(struct sotto_rule *rule, const char *text)
{
	if (!rule_device(text))
		return -EINVAL;
	snprintf(rule->forward, sizeof(rule->forward), "%s", text);
	rule->has |= SOTTO_RULE_HAS_FORWARD;
	return 0;
}

static int parse_action(struct sotto_rule *rule, const char *text)
{
	return sotto_action_parse(text, &rule->action);
}

/* Return: 0, -EINVAL for a value that is none, -ENOKEY for an unknown key. */
static int read_entry(sd_bus_message *m, const char *key, struct sotto_rule *rule)
{
	if (!strcmp(key, "action"))
		return read_text(m, rule, parse_action);
	if (!strcmp(key, "family"))
		return read_text(m, rule, parse_family);
	if (!strcmp(key, "peer"))
		return read_text(m, rule, parse_peer);
	if (!strcmp(key, "forward"))
		return read_text(m, rule, parse_forward);
	if (!strcmp(key, "priority"))
		return sd_bus_message_read(m, "v", "i", &rule->priority);
	if (!strcmp(key, "port-min"))
		return sd_bus_message_read(m, "v", "q", &rule->port_min);
	if (!strcmp(key, "port-max"))
		return sd_bus_message_read(m, "v", "q", &rule->port_max);
	if (!strcmp(key, "own"))
		return read_flag(m, rule, SOTTO_RULE_F_OWN);
	if (!strcmp(key, "sdes"))
		return read_flag(m, rule, SOTTO_RULE_F_SDES);
	if (!strcmp(key, "local"))
		return read_flag(m, rule, SOTTO_RULE_F_LOCAL);
	if (!strcmp(key, "uid")) {
		rule->has |= SOTTO_RULE_HAS_UID;
		return sd_bus_message_read(m, "v", "u", &rule->uid);
	}
	if (!strcmp(key, "cgroup")) {
		rule->has |= SOTTO_RULE_HAS_CGROUP;
		return sd_bus_message_read(m, "v", "t", &rule->cgroup);
	}
	return -ENOKEY;
}

static int bad_entry(sd_bus_error *error, int r, const char *key)
{
	if (r == -ENOKEY)
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "A rule has no \"%s\". See: man sotto", key);
	return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
				 "The rule's \"%s\" has a value or type that it cannot have. See: "
				 "man sotto", key);
}

static int read_rule(sd_bus_message *m, struct sotto_rule *rule, sd_bus_error *error)
{
	bool has_action = false;
	const char *key;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &key);
		if (r < 0)
			return r;
		r = read_entry(m, key, rule);
		if (r < 0)
			return bad_entry(error, r, key);
		has_action |= !strcmp(key, "action");
		r = sd_bus_message_exit_container(m);
	}
	if (r < 0)
		return r;
	if (!has_action)
		return sd_bus_error_set(error, BUS_BAD_ARGUMENT,
					"A rule needs an action: require, prefer or bypass.");
	if (rule->port_max && !rule->port_min)
		return bad_entry(error, -EINVAL, "port-min");
	if (rule->port_min)
		rule->has |= SOTTO_RULE_HAS_PORTS;
	if (rule->port_min && !rule->port_max)
		rule->port_max = rule->port_min;
	return sd_bus_message_exit_container(m);
}

int bus_add_rule(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct kernel *k = calls_kernel(b->calls);
	struct sotto_rule rule = { 0 };
	int r = bus_may(b, m, BUS_RIGHT_RULES, bus_add_rule, error);

	if (!r)
		return 1;
	if (r >= 0)
		r = read_rule(m, &rule, error);
	if (r < 0)
		return r;
	r = k ? sotto_rule_new(kernel_requests(k), &rule) : -ENODEV;
	if (r)
		return bus_kernel_failed(b, error, r, "The kernel refused the rule");
	return sd_bus_reply_method_return(m, "u", rule.id);
}

int bus_delete_rule(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct kernel *k = calls_kernel(b->calls);
	uint32_t id;
	int r = bus_may(b, m, BUS_RIGHT_RULES, bus_delete_rule, error);

	if (!r)
		return 1;
	if (r >= 0)
		r = sd_bus_message_read(m, "u", &id);
	if (r < 0)
		return r;
	r = k ? sotto_rule_del(kernel_requests(k), id) : -ENODEV;
	if (r)
		return bus_kernel_failed(b, error, r, "The rule could not be deleted");
	return sd_bus_reply_method_return(m, NULL);
}
