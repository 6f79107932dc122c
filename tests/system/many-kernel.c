// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module with many calls (pretended-module.h): at SIGUSR1 as many programs as MANY_CALLS
 * says send their first packets at once, each of another person. The other end of each is
 * another program of this machine, so that half of them are both ends of the other half.
 * When all are secure, MANY_REPORT is a line of JSON.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pretended-module.h"

#define FIRST_ADDRESS	0x0a090000	/* 10.9.0.0, the other end of it 10.9.0.1, and so on */
#define FIRST_PORT	10000
#define FIRST_UID	20000

/* What the agent has still to be told. */
struct notice {
	struct notice *next;
	size_t len;
	uint8_t data[];
};

static struct flow *flows;
static size_t n_flows, n_begun, n_secure;
static struct notice *first, **last = &first;
static volatile sig_atomic_t begun;
static uint64_t began;

static void begin(int signal)
{
	begun = 1;
	wake();
}

__attribute__((constructor)) static void prepare(void)
{
	const char *n = getenv("MANY_CALLS");

	n_flows = n ? strtoull(n, NULL, 10) : 0;
	flows = calloc(n_flows ? n_flows : 1, sizeof(*flows));
	if (!flows)
		err(1, "MANY_CALLS");
	signal(SIGUSR1, begin);
}

static void report(void)
{
	const char *path = getenv("MANY_REPORT");
	FILE *f = path ? fopen(path, "we") : NULL;

	if (!f)
		err(1, "MANY_REPORT");
	fprintf(f, "{\"secure\":%zu,\"ms\":%llu}\n", n_secure,
		(unsigned long long)(now_ms() - began));
	if (fclose(f))
		err(1, "MANY_REPORT");
}

static void enqueue(const uint8_t *data, size_t len)
{
	struct notice *one = malloc(sizeof(*one) + len);

	if (!one)
		err(1, "a notice");
	one->next = NULL;
	one->len = len;
	memcpy(one->data, data, len);
	*last = one;
	last = &one->next;
	wake();
}

static size_t dequeue(uint8_t *buf)
{
	struct notice *one = first;
	size_t len = one->len;

	memcpy(buf, one->data, len);
	first = one->next;
	if (!first)
		last = &first;
	free(one);
	return len;
}

static void tell(enum sotto_event event, const struct flow *f)
{
	uint8_t buf[MESSAGE_MAX];

	enqueue(buf, put_event(buf, event, f));
}

size_t module_room(void)
{
	return n_flows;
}

struct flow *module_flow(size_t place)
{
	return &flows[place];
}

struct flow *module_flow_of(uint64_t id)
{
	struct flow *f = id && id <= n_flows ? &flows[id - 1] : NULL;

	return f && f->id ? f : NULL;
}

static bool is_secure(const struct flow *f, enum sotto_dir dir)
{
	return f->has_key[dir] && f->state[dir] == SOTTO_STATE_SECURE;
}

void module_flow_set(struct flow *f)
{
	size_t n = 0;

	tell(SOTTO_EVENT_FLOW_STATE, f);
	for (size_t i = 0; i < n_flows; i++)
		n += is_secure(&flows[i], SOTTO_DIR_TX) && is_secure(&flows[i], SOTTO_DIR_RX);
	if (n == n_flows && n_secure < n) {
		n_secure = n;
		report();
	}
}

int module_packet(struct flow *f, enum sotto_packet_kind kind, const uint8_t *data, size_t len)
{
	struct flow *to = &flows[(f->id - 1) ^ 1];
	uint8_t buf[MESSAGE_MAX];

	if (kind == SOTTO_PACKET_CONTROL && !is_secure(f, SOTTO_DIR_TX))
		return ENOKEY;
	if (!to->id || (kind == SOTTO_PACKET_CONTROL && !is_secure(to, SOTTO_DIR_RX)))
		return 0;	/* nobody hears it */
	if (kind == SOTTO_PACKET_CONTROL && !to->heard)
		tell(SOTTO_EVENT_RX_FIRST, to);
	to->heard += kind == SOTTO_PACKET_CONTROL ? len : 0;
	enqueue(buf, put_packet(buf, to->id, kind, data, len));
	return 0;
}

/* Nobody calls from here. */
struct flow *module_new_flow(uint32_t to)
{
	return NULL;
}

int module_delete_flow(struct flow *f)
{
	tell(SOTTO_EVENT_FLOW_GONE, f);
	memset(f, 0, sizeof(*f));
	return 0;
}

/* The next program has sent its first packet. */
static size_t next_begins(uint8_t *buf)
{
	struct flow *f = &flows[n_begun];

	if (!n_begun)
		began = now_ms();
	*f = (struct flow){
		.id = n_begun + 1,
		.from = FIRST_ADDRESS + n_begun % 2, .to = FIRST_ADDRESS + (n_begun ^ 1) % 2,
		.from_port = FIRST_PORT + n_begun / 2, .port = FIRST_PORT + n_begun / 2,
		.uid = FIRST_UID + n_begun, .has_uid = true,
		.state = { SOTTO_STATE_HOLD, SOTTO_STATE_HOLD },
	};
	n_begun++;
	return put_event(buf, SOTTO_EVENT_FLOW_NEW, f);
}

ssize_t module_notice(uint8_t *buf)
{
	if (begun && n_begun < n_flows)
		return next_begins(buf);
	return first ? dequeue(buf) : 0;
}
