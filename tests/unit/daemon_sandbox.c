// SPDX-License-Identifier: GPL-2.0-or-later
/* What the worker can still do when it is locked in, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <sodium.h>

#include "sandbox.h"
#include "wire.h"
#include "zrtp_sim.h"

#define DONE	42	/* exit status: it could do it */

static int parent_end;

/* A process with a socket to us as descriptor 0, as the worker has. 0 in the child. */
static pid_t fork_worker(void)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		dup2(pair[1], STDIN_FILENO);
	close(pair[1]);
	parent_end = pair[0];
	return pid;
}

static int bury(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(parent_end);
	return status;
}

static int in_sandbox(void (*what)(void))
{
	pid_t pid = fork_worker();

	if (!pid) {
		sandbox_enter();
		what();
		_exit(DONE);
	}
	return bury(pid);
}

static void nothing(void)
{
}

static void open_file(void)
{
	syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY);
}

static void make_socket(void)
{
	socket(AF_INET, SOCK_DGRAM, 0);
}

static void ask_netlink(void)
{
	socket(AF_NETLINK, SOCK_RAW, 16);
}

static void connect_elsewhere(void)
{
	struct sockaddr any = { .sa_family = AF_UNSPEC };

	connect(STDIN_FILENO, &any, sizeof(any));
}

static void send_elsewhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	sendto(STDIN_FILENO, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
}

static void receive_from_elsewhere(void)
{
	recv(STDERR_FILENO, NULL, 0, 0);
}

/* A descriptor could come with it. */
static void receive_descriptors(void)
{
	struct msghdr msg = { 0 };

	recvmsg(STDIN_FILENO, &msg, MSG_DONTWAIT);
}

static void make_process(void)
{
	syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
}

static void start_program(void)
{
	char *const argv[] = { "true", NULL };

	execve("/bin/true", argv, argv);
}

static void kill_parent(void)
{
	kill(getppid(), 0);
}

static void kill_anybody(void)
{
	syscall(SYS_kill, 1, 0);
}

static void trace_somebody(void)
{
	ptrace(PTRACE_ATTACH, 1, NULL, NULL);
}

static void read_memory_of_others(void)
{
	syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
}

static void map_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void make_code(void)
{
	static char page[4096] __attribute__((aligned(4096)));

	mprotect(page, sizeof(page), PROT_READ | PROT_EXEC);
}

static void be_seen_again(void)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void get_rights(void)
{
	unshare(CLONE_NEWUSER);
}

static void duplicate(void)
{
	dup(STDIN_FILENO);
}

static void load_program_into_the_kernel(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
}

static const struct {
	const char *name;
	void (*what)(void);
} forbidden[] = {
	{ "open a file", open_file },
	{ "make a socket", make_socket },
	{ "ask the kernel by netlink", ask_netlink },
	{ "connect elsewhere", connect_elsewhere },
	{ "send elsewhere", send_elsewhere },
	{ "receive from elsewhere", receive_from_elsewhere },
	{ "receive descriptors", receive_descriptors },
	{ "make a process", make_process },
	{ "start a program", start_program },
	{ "signal the parent", kill_parent },
	{ "signal anybody", kill_anybody },
	{ "trace somebody", trace_somebody },
	{ "read the memory of others", read_memory_of_others },
	{ "map code", map_code },
	{ "make code of data", make_code },
	{ "be seen again", be_seen_again },
	{ "get rights in a namespace", get_rights },
	{ "duplicate a descriptor", duplicate },
	{ "load a program into the kernel", load_program_into_the_kernel },
};

static void everything_else_ends_it(void **state)
{
	int status = in_sandbox(nothing);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == DONE);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		status = in_sandbox(forbidden[i].what);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("it could %s, status %#x", forbidden[i].name, status);
	}
}

/* The line of /proc/PID/status, without its name. */
static void read_status(pid_t pid, const char *name, char out[64])
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	*out = '\0';
	while (!*out && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			assert_int_equal(sscanf(line + strlen(name) + 1, "%63s", out), 1);
	fclose(f);
}

static void assert_status(pid_t pid, const char *name, const char *is)
{
	char text[64];

	read_status(pid, name, text);
	assert_string_equal(text, is);
}

/* What it says of itself is what the kernel says of it. */
static void locks_are_told_as_they_are(void **state)
{
	pid_t pid = fork_worker();
	uint32_t locks = 0;
	char byte;
	int status;

	if (!pid) {
		locks = sandbox_enter();
		send(STDIN_FILENO, &locks, sizeof(locks), 0);
		recv(STDIN_FILENO, &byte, 1, 0);
		_exit(DONE);
	}
	assert_int_equal(recv(parent_end, &locks, sizeof(locks), 0), sizeof(locks));
	assert_int_equal(locks & WIRE_LOCKS_NEEDED, WIRE_LOCKS_NEEDED);
	assert_status(pid, "Seccomp", "2");
	assert_status(pid, "NoNewPrivs", "1");
	assert_status(pid, "CapEff", "0000000000000000");
	assert_status(pid, "CapPrm", "0000000000000000");
	assert_status(pid, "CapInh", "0000000000000000");
	assert_status(pid, "CapAmb", "0000000000000000");
	close(parent_end);	/* which is how sottod ends it */
	parent_end = -1;
	status = bury(pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == DONE);
}

/* Inside: both ends of an exchange, so that whatever a library needs is asked for. */
static enum zrtp_agreement agreement;
static enum zrtp_hash hash;

static void agree(void)
{
	struct sim *sim = sodium_malloc(sizeof(*sim));

	if (!sim)
		_exit(1);
	sim_init(sim, agreement);
	for (int end = ALICE; end <= BOB; end++) {
		sim->end[end].config.agreements[0] = agreement;
		sim->end[end].config.hashes[0] = hash;
	}
	sim_engines(sim, agreement);
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, 10000);
	if (!sim_agreed(sim) || sim->end[ALICE].secured.secure.suite.agreement != agreement)
		_exit(1);
	sim_free(sim);
	sodium_free(sim);
}

static void every_key_agreement_works_inside(void **state)
{
	static const enum zrtp_hash hashes[] = { ZRTP_HASH_S256, ZRTP_HASH_S384, ZRTP_HASH_S512 };
	int status;

	for (agreement = ZRTP_KA_DH3K; agreement <= ZRTP_KA_X448; agreement++) {
		hash = hashes[agreement % 3];
		status = in_sandbox(agree);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != DONE)
			fail_msg("agreement %d does not work inside, status %#x", agreement,
				 status);
	}
}

static int set_up(void **state)
{
	/* As worker_main.c prepares. */
	return sodium_init() < 0 || !OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_else_ends_it),
		cmocka_unit_test(locks_are_told_as_they_are),
		cmocka_unit_test(every_key_agreement_works_inside),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
