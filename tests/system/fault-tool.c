// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault-tool: programs that never stop sending, while everything fails that can.
 *
 *	fault-tool DEBUGFS	prints a line of JSON for each kind of fault
 *
 * Run in the network namespace of alice (lib.sh), in a kernel with FAULT_INJECTION and,
 * or the functions are left out, FAIL_FUNCTION. There are two rules, as the guard would
 * have loaded them:
 *
 *	1001	requires security of ports 7000 to 7009
 *	1002	spares 7090
 *
 * A thread sends RTP with readable content from:
 *
 *	7000	a flow that is held
 *	7002	a secure flow, AES-CM
 *	7004	a secure flow, AES-GCM
 *	7006	no flow, or whatever the kernel makes of it
 *	7096	not covered, so that no failure in us stops it: the capture must show each
 *
 * Meanwhile each allocation that the kernel makes in an operation fails once, in turn
 * (/proc/thread-self/fail-nth), each function of the data path that may fail returns
 * each error that it knows, keys are used up, and keys, flows, rules and the agent come
 * and go. No step ends before the thread has sent from every port.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <sotto.h>

#include "udp-packet.h"

#define PORT		7000
#define PORTS		4
#define SPARED		7090
#define FREE		7096
#define ROUNDS		2	/* of all ports, in each step */
#define SITES_MAX	400
#define PATIENCE_S	60

static const char *debugfs;
static struct sotto *sotto;
static uint64_t flow_id[PORTS];
static atomic_ulong rounds;
static atomic_bool ended;
static atomic_uint stream;	/* that is sent from each port: its SSRC */
static atomic_uint first_seq;	/* the next stream's */
static unsigned long sent_free;
static int port_fd[PORTS];

static void put(const char *file, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", debugfs, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(2, "%s: %s", path, text);
	close(fd);
}

/* The sender. */

static int program(uint16_t port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in there = here;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "10.9.0.1", &here.sin_addr);
	inet_pton(AF_INET, "10.9.0.2", &there.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
	    connect(fd, (struct sockaddr *)&there, sizeof(there)))
		err(2, "socket of port %u", port);
	return fd;
}

static size_t rtp(uint32_t ssrc, uint16_t seq, size_t len, uint8_t *out)
{
	const struct udp_packet_params p = {
		.kind = "rtp", .payload = "said in confidence", .payload_len = len,
		.ssrc = ssrc, .seq = seq, .ts = 160u * seq, .pt = 0,
	};

	return udp_packet_make(&p, out);
}

static uint32_t ssrc_of(unsigned int number, uint16_t port)
{
	return number << 16 | port;
}

/* Return: it has been sent, as far as the program can know. */
static bool send_from(int fd, uint32_t ssrc, uint16_t seq)
{
	uint8_t data[UDP_PACKET_MAX];
	size_t len = rtp(ssrc, seq, 160, data);

	/* ECONNREFUSED: what bob's kernel said to the packet before. */
	return send(fd, data, len, 0) >= 0 ||
	       (errno == ECONNREFUSED && send(fd, data, len, 0) >= 0);
}

static void *sender(void *arg)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	unsigned int now = 0;
	int plain = program(FREE);

	for (uint16_t seq = 0; !ended; seq++) {
		if (now != stream) {
			now = stream;
			seq = first_seq;
		}
		for (int i = 0; i < PORTS; i++)
			send_from(port_fd[i], ssrc_of(now, PORT + 2 * i), seq);
		sent_free += send_from(plain, ssrc_of(now, FREE), seq);
		rounds++;
		nanosleep(&pause, NULL);	/* so that the capture keeps pace */
	}
	return NULL;
}

/* Until the sender has sent from every port, and again. */
static void let_send(void)
{
	unsigned long until = rounds + ROUNDS + 1;
	time_t end = time(NULL) + PATIENCE_S;

	while (rounds < until) {
		if (time(NULL) > end)
			errx(1, "the sender has stopped");
		poll(NULL, 0, 1);
	}
}

/* The thread goes on in another stream. */
static void next_stream(uint16_t seq)
{
	first_seq = seq;
	stream++;
	let_send();
}

/* Flows and keys. */

static void local(struct sotto_addr *a, const char *text, uint16_t port)
{
	*a = (struct sotto_addr){ .in = { .sin_family = AF_INET, .sin_port = htons(port) } };
	inet_pton(AF_INET, text, &a->in.sin_addr);
}

static int new_flow(unsigned int i)
{
	struct sotto_flow flow = {};
	int rc;

	local(&flow.local, "10.9.0.1", PORT + 2 * i);
	local(&flow.remote, "10.9.0.2", PORT + 2 * i);
	rc = sotto_flow_new(sotto, &flow);
	if (!rc && i < PORTS)
		flow_id[i] = flow.id;
	return rc;
}

static int new_key(unsigned int i, enum sotto_dir dir)
{
	struct sotto_key key = { .flow_id = flow_id[i], .dir = dir, .master_len = 16 };

	key.profile = i == 1 ? SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80
			     : SOTTO_PROFILE_AEAD_AES_128_GCM;
	key.salt_len = i == 1 ? 14 : 12;
	if (getrandom(key.master, 16, 0) != 16 || getrandom(key.salt, 12, 0) != 12)
		err(2, "random");
	return sotto_key_new(sotto, &key);
}

static int by_port(const struct sotto_flow *flow, void *arg)
{
	unsigned int i = (ntohs(flow->local.in.sin_port) - PORT) / 2;

	if (i < PORTS)
		flow_id[i] = flow->id;
	return 0;
}

/* What the steps before have left of the secure flows is made whole. */
static void make_secure(unsigned int i)
{
	struct sotto_flow flow;
	int rc = new_flow(i);

	if (rc == -EEXIST)
		rc = sotto_flow_dump(sotto, by_port, NULL);
	for (int dir = SOTTO_DIR_TX; !rc && dir <= SOTTO_DIR_RX; dir++) {
		rc = new_key(i, dir);
		if (!rc)
			rc = sotto_flow_set_state(sotto, flow_id[i], dir, SOTTO_STATE_SECURE);
	}
	if (!rc)
		rc = sotto_flow_get(sotto, flow_id[i], &flow);
	if (rc || flow.tx != SOTTO_STATE_SECURE)
		errx(1, "port %u does not get secure: %s", PORT + 2 * i, sotto_error(sotto));
}

static void restore(void)
{
	make_secure(1);
	make_secure(2);
}

/* Allocations that fail. */

static struct sotto_rule the_rules[2] = {
	{ .id = 1001, .has = SOTTO_RULE_HAS_PORTS, .action = SOTTO_ACTION_REQUIRE,
	  .port_min = PORT, .port_max = PORT + 9 },
	{ .id = 1002, .has = SOTTO_RULE_HAS_PORTS, .action = SOTTO_ACTION_BYPASS,
	  .port_min = SPARED, .port_max = SPARED },
};

static int op_rule_new(void)
{
	struct sotto_rule rule = { .id = 7, .has = SOTTO_RULE_HAS_PORTS,
				   .action = SOTTO_ACTION_REQUIRE, .port_min = 7050,
				   .port_max = 7060 };

	sotto_rule_del(sotto, 7);
	return sotto_rule_new(sotto, &rule);
}

static int op_rule_del(void)
{
	return sotto_rule_del(sotto, 7);
}

/* As the guard does it. */
static int op_rule_replace(void)
{
	return sotto_rule_replace_between(sotto, 1001, 1256, the_rules, 2);
}

static int op_flow_new(void)
{
	return new_flow(2);
}

static int op_flow_del(void)
{
	sotto_flow_dump(sotto, by_port, NULL);
	return sotto_flow_del(sotto, flow_id[2]);
}

static int op_key_new(void)
{
	return new_key(1, SOTTO_DIR_TX);
}

static int op_key_promote(void)
{
	return sotto_flow_set_state(sotto, flow_id[1], SOTTO_DIR_TX, SOTTO_STATE_SECURE);
}

static int op_key_new_gcm(void)
{
	return new_key(2, SOTTO_DIR_RX);
}

static int op_key_del(void)
{
	return sotto_key_del(sotto, flow_id[1], SOTTO_DIR_TX, SOTTO_SLOT_CURRENT);
}

static int op_cookie(void)
{
	return sotto_flow_set_cookie(sotto, flow_id[1], "cookie", 6);
}

static int op_dump(void)
{
	return sotto_flow_dump(sotto, by_port, NULL);
}

static int op_agent(void)
{
	struct sotto_listener *l = NULL;
	int rc = sotto_listener_open(&l, true);

	if (!rc)
		rc = sotto_packet_send(l, flow_id[1], SOTTO_PACKET_ZRTP,
				       "\x10\0\0\1ZRTP\0\0\0\1", 12);
	if (!rc)
		rc = sotto_packet_send(l, flow_id[2], SOTTO_PACKET_CONTROL,
				       "\x80\xcc\0\2\0\0\0\1SOTO", 12);
	sotto_listener_close(l);
	return rc;
}

/* Sockets on ports that the rule covers, and nobody has a flow for. */
static int unknown, large;

static int op_send_unknown(void)
{
	static uint16_t seq;
	uint8_t data[UDP_PACKET_MAX];
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		size_t len = rtp(PORT + 8, ++seq, 160, data);

		if (send(unknown, data, len, 0) < 0)
			rc = -errno;
	}
	return rc;
}

/*
 * From where the thread sends too, in streams that are new. Of some of these lengths the
 * packet fills its memory, so that there must be more of it for the tag.
 */
static int op_send_known(void)
{
	static uint32_t ssrc;
	uint8_t data[UDP_PACKET_MAX];
	uint16_t seq = 0;
	int rc = 0;

	ssrc++;
	for (size_t n = 96; n <= 160; n += 4) {
		seq++;
		for (int i = 0; i < PORTS; i++) {
			size_t len = rtp(ssrc, seq, n, data);

			if (send(port_fd[i], data, len, 0) < 0)
				rc = -errno;
		}
	}
	return rc;
}

/* Fragments, from pages: what must be copied and does not fit one piece. */
static int op_send_large(void)
{
	static uint8_t data[8000];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = "said in confidence"[i % 18];
	data[0] = 0x80;
	data[1] = 0;
	return send(large, data, sizeof(data), 0) < 0 ? -errno : 0;
}

static const struct {
	const char *name;
	int (*run)(void);
	bool breaks;	/* what is secure: restored each time */
} ops[] = {
	{ "rule-new", op_rule_new },
	{ "rule-del", op_rule_del },
	{ "rule-replace", op_rule_replace },
	{ "key-new", op_key_new },
	{ "key-promote", op_key_promote },
	{ "key-new-gcm", op_key_new_gcm },
	{ "key-del", op_key_del, true },
	{ "flow-del", op_flow_del, true },
	{ "flow-new", op_flow_new, true },
	{ "cookie", op_cookie },
	{ "dump", op_dump },
	{ "agent", op_agent },
	{ "send-known", op_send_known, true },
	{ "send-unknown", op_send_unknown },
	{ "send-large", op_send_large },
};

/* Is it armed still? Then there was no allocation number @nth. */
static bool spent(int fd)
{
	char left[16] = {};

	if (pread(fd, left, sizeof(left) - 1, 0) <= 0)
		err(2, "fail-nth");
	if (pwrite(fd, "0", 1, 0) < 0)
		err(2, "fail-nth");
	return atoi(left) == 0;
}

static void fail_each(unsigned int op)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	unsigned int nth, refused = 0;
	char text[16];

	if (fd < 0)
		err(2, "fail-nth");
	for (nth = 1; nth <= SITES_MAX; nth++) {
		int rc;

		snprintf(text, sizeof(text), "%u", nth);
		if (pwrite(fd, text, strlen(text), 0) < 0)
			err(2, "fail-nth");
		rc = ops[op].run();
		if (!spent(fd))
			break;
		refused += rc != 0;
		let_send();
		if (ops[op].breaks)
			restore();
	}
	close(fd);
	if (nth > SITES_MAX)
		errx(1, "%s: no end of allocations", ops[op].name);
	let_send();
	restore();
	printf("{\"fault\":\"allocation\",\"in\":\"%s\",\"sites\":%u,\"refused\":%u}\n",
	       ops[op].name, nth - 1, refused);
}

/* Those that may sleep count too, and whole pages. */
static void arm_allocations(void)
{
	put("failslab/ignore-gfp-wait", "N");
	put("failslab/verbose", "0");
	put("fail_page_alloc/ignore-gfp-wait", "N");
	put("fail_page_alloc/ignore-gfp-highmem", "N");
	put("fail_page_alloc/min-order", "0");
	put("fail_page_alloc/verbose", "0");
}

/* Functions that fail. */

static uint64_t protected_by(unsigned int i)
{
	struct sotto_flow flow;

	if (sotto_flow_get(sotto, flow_id[i], &flow))
		errx(1, "flow: %s", sotto_error(sotto));
	return flow.stats[SOTTO_A_STATS_TX_PROTECTED];
}

static void fail_function(const char *name, int error, unsigned int flow)
{
	char path[128], text[32];
	uint64_t before, after;

	restore();
	put("fail_function/inject", name);
	snprintf(path, sizeof(path), "fail_function/%s/retval", name);
	snprintf(text, sizeof(text), "%#lx", (unsigned long)(long)-error);
	put(path, text);
	let_send();
	before = protected_by(flow);
	let_send();
	after = protected_by(flow);
	put("fail_function/inject", "\n");
	let_send();
	printf("{\"fault\":\"function\",\"in\":\"%s\",\"error\":\"%s\",\"protected\":%llu}\n",
	       name, strerrorname_np(error), (unsigned long long)(after - before));
}

static void fail_functions(void)
{
	static const struct {
		const char *name;
		unsigned int flow;	/* that needs it */
	} functions[] = {
		{ "sotto_cm_xor", 1 },
		{ "sotto_hmac_sign", 1 },
		{ "sotto_gcm_seal", 2 },
		{ "sotto_packet_load", 1 },
		{ "sotto_packet_own", 2 },
		{ "sotto_packet_make_fit", 1 },
		{ "sotto_key_spend", 2 },
	};
	static const int errors[] = { ENOMEM, EINVAL, EIO, EBADMSG, EKEYEXPIRED, ENOKEY };

	put("fail_function/probability", "100");
	put("fail_function/interval", "0");
	put("fail_function/times", "-1");
	put("fail_function/verbose", "0");
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++)
			fail_function(functions[i].name, errors[e], functions[i].flow);
}

/* What comes and goes. */

static void come_and_go(const char *name)
{
	let_send();
	restore();
	let_send();
	printf("{\"fault\":\"%s\"}\n", name);
}

/* The thread uses up the keys of both secure flows, and does not stop at that. */
static void exhaust(void)
{
	struct sotto_flow flow;
	time_t end = time(NULL) + PATIENCE_S;

	for (unsigned int i = 1; i <= 2; i++)
		if (sotto_flow_set_roc(sotto, flow_id[i], SOTTO_DIR_TX,
				       ssrc_of(stream + 1, PORT + 2 * i), UINT32_MAX))
			errx(1, "roc: %s", sotto_error(sotto));
	next_stream(UINT16_MAX - 15);
	for (unsigned int i = 1; i <= 2; i++)
		do {
			if (time(NULL) > end)
				errx(1, "port %u: there is no end of its key", PORT + 2 * i);
			let_send();
			if (sotto_flow_get(sotto, flow_id[i], &flow))
				errx(1, "flow: %s", sotto_error(sotto));
		} while (flow.tx != SOTTO_STATE_DEAD);
	let_send();
	next_stream(0);	/* dead for every stream */
}

static void orders(void)
{
	struct sotto_listener *l = NULL;

	sotto_flow_dump(sotto, by_port, NULL);
	for (int i = 1; i <= 2; i++)
		sotto_key_del(sotto, flow_id[i], SOTTO_DIR_TX, SOTTO_SLOT_CURRENT);
	come_and_go("keys deleted");
	for (int i = 0; i < PORTS; i++)
		sotto_flow_del(sotto, flow_id[i]);
	come_and_go("flows deleted");
	if (sotto_listener_open(&l, true))
		errx(1, "agent: %s", sotto_listener_error(l));
	let_send();
	sotto_listener_close(l);
	come_and_go("agent gone");
	exhaust();
	come_and_go("keys used up");
	for (int i = 0; i < 20; i++)
		if (op_rule_replace())
			errx(1, "rules: %s", sotto_error(sotto));
	come_and_go("rules replaced");
	for (int i = 0; i < 20; i++) {
		make_secure(1);
		make_secure(2);
	}
	come_and_go("keys replaced");
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char path[256];

	if (argc != 2)
		errx(2, "usage: fault-tool DEBUGFS");
	debugfs = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (sotto_open(&sotto))
		errx(2, "sotto: %s", sotto_error(sotto));
	for (unsigned int i = 0; i < 3; i++)
		if (new_flow(i))
			errx(2, "flow: %s", sotto_error(sotto));
	for (int i = 0; i < PORTS; i++)
		port_fd[i] = program(PORT + 2 * i);
	unknown = program(PORT + 8);
	large = program(PORT + 9);
	arm_allocations();
	if (pthread_create(&thread, NULL, sender, NULL))
		errx(2, "no thread");
	let_send();
	restore();
	let_send();
	orders();
	for (unsigned int i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		fail_each(i);
	snprintf(path, sizeof(path), "%s/fail_function", debugfs);
	if (!access(path, F_OK))
		fail_functions();
	ended = true;
	pthread_join(thread, NULL);
	printf("{\"free\":%lu}\n", sent_free);
	sotto_close(sotto);
	return 0;
}
