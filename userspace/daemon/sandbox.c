// SPDX-License-Identifier: GPL-2.0-or-later
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wire.h"

#define NAMESPACES	(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
#define SOCKET		STDIN_FILENO

/*
 * A directory in which there is nothing but what this process has open, and nothing can
 * be opened there either.
 */
#define EMPTY_ROOT	"/proc/self/fdinfo"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED	1
#else
#define SANITIZED	0
#endif

/* Needs a user namespace, or for root none. Return: WIRE_LOCK_NETWORK and WIRE_LOCK_FILES. */
static uint32_t leave_the_world(void)
{
	uint32_t locks = 0;

	if (unshare(CLONE_NEWUSER | NAMESPACES) && unshare(NAMESPACES))
		return 0;
	locks |= WIRE_LOCK_NETWORK;
	if (!chroot(EMPTY_ROOT) && !chdir("/"))
		locks |= WIRE_LOCK_FILES;
	return locks;
}

/* The bounding set, where it cannot be dropped, means nothing without new privileges. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int cap = 0; !prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); cap++)
		;
	syscall(SYS_capset, &head, none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static bool has_no_capability(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, has))
		return false;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (has[i].effective || has[i].permitted || has[i].inheritable)
			return false;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static bool hide(void)
{
	const struct rlimit none = { 0, 0 };

	return !setrlimit(RLIMIT_CORE, &none) && !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) &&
	       !prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

/* The socket is descriptor 0, so that there is no place for another. */
static void close_all(void)
{
	const struct rlimit one = { 1, 1 };

	setrlimit(RLIMIT_NOFILE, &one);
	close_range(SANITIZED ? STDERR_FILENO + 1 : SOCKET + 1, ~0U, 0);
}

static int allow(scmp_filter_ctx filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	/* Not every architecture has all of them. */
	return number < 0 ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
}

/* Memory, but none that is executed. */
static int allow_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);

	/* A file could only be one that is open. */
	return r ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_code,
				     SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
}

static int allow_socket(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp ours = SCMP_A0(SCMP_CMP_EQ, SOCKET);
	/* To nobody else than whom it is connected with. */
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 2, ours,
				 SCMP_A4(SCMP_CMP_EQ, 0));

	return r ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), 1, ours);
}

static scmp_filter_ctx make_filter(void)
{
	static const char *const harmless[] = {
		"brk", "munmap", "mremap", "madvise", "mlock", "munlock",
		"poll", "ppoll", "clock_gettime", "getrandom", "getpid", "futex",
		"rt_sigreturn", "restart_syscall", "exit", "exit_group",
	};
	/* Of AddressSanitizer, which also says what it has found. */
	static const char *const sanitizer[] = { "write", "sigaltstack", "gettid", "readlink" };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < sizeof(harmless) / sizeof(harmless[0]); i++)
		r = allow(filter, harmless[i]);
	for (size_t i = 0; !r && SANITIZED && i < sizeof(sanitizer) / sizeof(sanitizer[0]); i++)
		r = allow(filter, sanitizer[i]);
	r = r ?: allow_memory(filter);
	r = r ?: allow_socket(filter);
	/* So that it can be shown that the filter holds. */
	r = r ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
				  SCMP_A0(SCMP_CMP_EQ, PR_GET_SECCOMP));
	if (!r)
		return filter;
	seccomp_release(filter);
	return NULL;
}

uint32_t sandbox_enter(void)
{
	uint32_t locks = leave_the_world();	/* gives capabilities in there: first */
	scmp_filter_ctx filter = make_filter();
	int r;

	close_all();
	drop_capabilities();
	if (has_no_capability())
		locks |= WIRE_LOCK_CAPABILITIES;
	if (hide())
		locks |= WIRE_LOCK_HIDDEN;
	/* It shall not outlive its parent, should it hang. Kept from here on only. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	r = filter ? seccomp_load(filter) : -ENOMEM;
	seccomp_release(filter);
	if (!r && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER)
		locks |= WIRE_LOCK_SECCOMP;
	return locks;
}
