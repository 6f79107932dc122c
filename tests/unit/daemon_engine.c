// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secrets that go from sottod to its worker: both are this process here, so that all
 * that either leaves behind is found in its memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "engine.h"
#include "worker.h"

#define NEEDLE		16	/* octets; what is left of a secret is found by so many */
#define CHUNK		(1 << 20)
#define MASK		0xa5	/* the needle itself must not be found */
#define ID		7

/* In the place of clock.c. */

uint64_t clock_ms(void)
{
	return 1000;
}

uint64_t clock_wall_us(void)
{
	return 1000000;
}

struct ends {
	struct engine *engine;
	struct worker *worker;
	int worker_fd;
	struct ends *far;	/* whom packets go to */
	uint8_t zid;
	unsigned int keys;
	bool secure;
	uint8_t key[NEEDLE], rs1[NEEDLE], sess[NEEDLE];	/* masked */
};

static void keep(uint8_t masked[NEEDLE], const uint8_t *secret)
{
	for (size_t i = 0; i < NEEDLE; i++)
		masked[i] = secret[i] ^ MASK;
}

static void tell_peer(struct ends *e)
{
	const struct zrtp_peer peer = { .own_zid = { e->zid }, .peer_zid = { e->far->zid } };

	assert_int_equal(engine_peer(e->engine, ID, &peer), 0);
}

static void on_action(uint64_t id, const struct zrtp_action *action, void *arg)
{
	struct ends *e = arg;

	switch (action->type) {
	case ZRTP_ACTION_SEND:
		if (e->far)
			assert_int_equal(engine_packet(e->far->engine, ID, action->packet.data,
						       action->packet.len), 0);
		break;
	case ZRTP_ACTION_PEER:
		tell_peer(e);
		break;
	case ZRTP_ACTION_KEY_RX:
		e->keys++;
		keep(e->key, action->srtp.key);
		break;
	case ZRTP_ACTION_RETAIN:
		keep(e->rs1, action->retain.rs1);
		break;
	case ZRTP_ACTION_SECURE:
		e->secure = true;
		keep(e->sess, action->secure.master.key);
		break;
	default:
		break;
	}
}

static void on_heard(uint64_t flow_id, const struct control_packet *packet, void *arg)
{
}

static const struct engine_events events = { .action = on_action, .heard = on_heard };

static void open_ends(struct ends *e)
{
	int pair[2];

	memset(e, 0, sizeof(*e));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(engine_new(&e->engine, &events, e), 0);
	engine_use(e->engine, pair[0]);
	e->worker_fd = pair[1];
	assert_int_equal(worker_new(&e->worker, pair[1], WIRE_LOCKS_ALL), 0);
	engine_run(e->engine, clock_ms());
	assert_int_equal(engine_locks(e->engine), WIRE_LOCKS_ALL);
}

static void run(struct ends *e)
{
	assert_int_equal(worker_step(e->worker, clock_ms()), 0);
	engine_run(e->engine, clock_ms());
	assert_null(engine_fault(e->engine));
}

static void close_ends(struct ends *e)
{
	engine_free(e->engine);
	worker_free(e->worker);
	close(e->worker_fd);
}

/* Random, and kept so that it is not found where it is kept. */
static void make_needle(uint8_t masked[NEEDLE])
{
	randombytes_buf(masked, NEEDLE);
}

static void write_needle(uint8_t *to, const uint8_t masked[NEEDLE])
{
	for (size_t i = 0; i < NEEDLE; i++)
		to[i] = masked[i] ^ MASK;
}

static bool is_needle(const uint8_t *at, const uint8_t masked[NEEDLE])
{
	for (size_t i = 0; i < NEEDLE; i++)
		if ((at[i] ^ MASK) != masked[i])
			return false;
	return true;
}

/* As the kernel reads it: what a sanitizer has put out of use is seen as well. */
static unsigned int count_in(int mem, uint64_t from, uint64_t to, uint8_t *chunk,
			     const uint8_t masked[NEEDLE])
{
	unsigned int found = 0;
	ssize_t n;

	for (; from < to; from += CHUNK) {
		n = pread(mem, chunk, CHUNK + NEEDLE < to - from ? CHUNK + NEEDLE : to - from,
			  from);
		for (ssize_t i = 0; i + NEEDLE <= n && i < CHUNK; i++)
			found += is_needle(chunk + i, masked);
	}
	return found;
}

/* How often it is in the memory of this process, freed and on the stack too. */
static unsigned int count(const uint8_t masked[NEEDLE])
{
	uint8_t *chunk = mmap(NULL, CHUNK + NEEDLE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	unsigned int found = 0;
	uint64_t from, to;
	char line[512], rights[5];

	assert_true(chunk != MAP_FAILED && maps && mem >= 0);
	while (fgets(line, sizeof(line), maps)) {
		assert_int_equal(sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &to, rights), 3);
		/* Not what is never written, nor where we read to; terabytes are a sanitizer's. */
		if (rights[1] != 'w' || to - from > (1ULL << 32) ||
		    (from <= (uintptr_t)chunk && (uintptr_t)chunk < to))
			continue;
		found += count_in(mem, from, to, chunk, masked);
	}
	fclose(maps);
	close(mem);
	munmap(chunk, CHUNK + NEEDLE);
	return found;
}

static void fill_peer(struct zrtp_peer *peer, const uint8_t masked[NEEDLE])
{
	memset(peer, 0, sizeof(*peer));
	peer->own_zid[0] = 1;
	peer->peer_zid[0] = 2;
	write_needle(peer->rs1, masked);
	write_needle(peer->aux, masked);
	peer->has_rs1 = true;
	peer->aux_len = NEEDLE;
}

static void what_is_searched_is_all_memory(void **state)
{
	uint8_t masked[NEEDLE], *there = sodium_malloc(NEEDLE);

	make_needle(masked);
	assert_non_null(there);
	assert_int_equal(count(masked), 0);
	write_needle(there, masked);
	assert_int_equal(count(masked), 1);
	sodium_free(there);
	assert_int_equal(count(masked), 0);
}

static void retained_secrets_are_gone_with_the_session(void **state)
{
	uint8_t masked[NEEDLE];
	struct zrtp_peer *peer = sodium_malloc(sizeof(*peer));
	struct ends e;

	open_ends(&e);
	make_needle(masked);
	fill_peer(peer, masked);
	assert_int_equal(engine_open(e.engine, ID, 1), 0);
	assert_int_equal(engine_start(e.engine, ID, peer), 0);
	sodium_free(peer);
	assert_int_equal(count(masked), 0);	/* on its way it is the kernel's alone */
	run(&e);
	assert_int_equal(count(masked), 2);	/* the session's rs1 and auxsecret, no copy */
	engine_close(e.engine, ID);
	run(&e);
	assert_int_equal(count(masked), 0);
	close_ends(&e);
}

static void so_is_what_more_keys_come_from(void **state)
{
	struct zrtp_suite suite = { ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255,
				    ZRTP_SAS_B32 };
	struct zrtp_master *master = sodium_malloc(sizeof(*master));
	struct zrtp_peer peer = { .own_zid = { 1 }, .peer_zid = { 2 } };
	uint8_t masked[NEEDLE];
	struct ends e;

	open_ends(&e);
	make_needle(masked);
	memset(master, 0, sizeof(*master));
	master->suite = suite;
	write_needle(master->key, masked);
	assert_int_equal(engine_open(e.engine, ID, 1), 0);
	assert_int_equal(engine_multistream(e.engine, ID, master, &peer), 0);
	sodium_free(master);
	assert_int_equal(count(masked), 0);
	run(&e);
	assert_int_equal(count(masked), 1);
	engine_close(e.engine, ID);
	run(&e);
	assert_int_equal(count(masked), 0);
	close_ends(&e);
}

/* The other way: keys on their way to the kernel module. */
static void keys_leave_nothing_behind(void **state)
{
	struct wire_answer *a = sodium_malloc(sizeof(*a));
	uint8_t masked[NEEDLE], *message = sodium_malloc(WIRE_MAX);
	struct ends e;
	size_t len;

	open_ends(&e);
	make_needle(masked);
	memset(a, 0, sizeof(*a));
	a->type = WIRE_ACTION;
	a->action.type = ZRTP_ACTION_KEY_RX;
	a->action.srtp = (struct zrtp_srtp){ .cipher = ZRTP_CIPHER_AES1, .auth_tag = ZRTP_AUTH_HS80,
					     .key_len = NEEDLE, .salt_len = ZRTP_SALT_MAX };
	write_needle(a->action.srtp.key, masked);
	len = wire_put_answer(message, a);
	assert_int_equal(send(e.worker_fd, message, len, 0), len);
	sodium_free(message);
	sodium_free(a);
	assert_int_equal(count(masked), 0);
	engine_run(e.engine, clock_ms());
	assert_int_equal(e.keys, 1);
	assert_int_equal(count(masked), 0);
	close_ends(&e);
}

static void nothing_is_left_of_a_whole_exchange(void **state)
{
	struct ends alice, bob;
	struct zrtp_peer peer = { .own_zid = { 1 } };

	open_ends(&alice);
	open_ends(&bob);
	alice.zid = 1;
	bob.zid = 2;
	alice.far = &bob;
	bob.far = &alice;
	assert_int_equal(engine_open(alice.engine, ID, 1), 0);
	assert_int_equal(engine_open(bob.engine, ID, 2), 0);
	assert_int_equal(engine_start(alice.engine, ID, &peer), 0);
	for (int n = 0; n < 20 && !(alice.secure && bob.secure); n++) {
		run(&alice);
		run(&bob);
	}
	assert_true(alice.secure && bob.secure);
	engine_close(alice.engine, ID);
	engine_close(bob.engine, ID);
	run(&alice);
	run(&bob);
	assert_int_equal(count(alice.key), 0);
	assert_int_equal(count(bob.key), 0);
	assert_int_equal(count(alice.rs1), 0);
	assert_int_equal(count(alice.sess), 0);
	close_ends(&alice);
	close_ends(&bob);
}

static int set_up(void **state)
{
	return sodium_init() < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_searched_is_all_memory),
		cmocka_unit_test(retained_secrets_are_gone_with_the_session),
		cmocka_unit_test(so_is_what_more_keys_come_from),
		cmocka_unit_test(keys_leave_nothing_behind),
		cmocka_unit_test(nothing_is_left_of_a_whole_exchange),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
