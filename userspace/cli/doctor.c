// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "preset.h"

#define GROUP		"sotto"
/* What sotto-guard has left word of: sotto-guard(8). It has read RULE_DIR. */
#define GUARD_STATE	"/run/sotto-guard/state"
#define SENTENCE_MAX	512

#define FINDING(name, health, found, cure) \
	((struct finding){ name, health, found, cure })

#define MODULES		"/lib/modules/"
#define SIGNED		"~Module signature appended~\n"	/* how a signed module's file ends */

/* The module for the running kernel, where "make install" and DKMS put one. */
static FILE *open_module(char release[sizeof(((struct utsname *)0)->release)])
{
	static const char *const places[] = {
		"extra/sotto.ko", "updates/sotto.ko", "updates/dkms/sotto.ko",
		"extra/sotto.ko.xz", "updates/dkms/sotto.ko.xz", "updates/dkms/sotto.ko.zst",
	};
	struct utsname kernel;
	char path[PATH_MAX];
	FILE *file = NULL;

	if (uname(&kernel))
		return NULL;
	strcpy(release, kernel.release);
	for (size_t i = 0; !file && i < sizeof(places) / sizeof(places[0]); i++)
		if (snprintf(path, sizeof(path), MODULES "%s/%s", release, places[i]) <
		    (int)sizeof(path))
			file = fopen(path, "re");
	return file;
}

/* Of a file that is compressed it cannot be told: then it counts as signed. */
static bool is_signed(FILE *file)
{
	char end[sizeof(SIGNED) - 1], begin[4] = "";

	if (fread(begin, 1, sizeof(begin), file) != sizeof(begin) || memcmp(begin, "\177ELF", 4))
		return true;
	return !fseek(file, -(long)sizeof(end), SEEK_END) &&
	       fread(end, 1, sizeof(end), file) == sizeof(end) &&
	       !memcmp(end, SIGNED, sizeof(end));
}

static bool file_says(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	char line[128] = "";
	bool says = file && fgets(line, sizeof(line), file) && strstr(line, word);

	if (file)
		fclose(file);
	return says;
}

/* Does this kernel load only what is signed? By its own choice, or locked down as under Secure Boot. */
static bool wants_signature(void)
{
	return file_says("/sys/module/module/parameters/sig_enforce", "Y") ||
	       file_says("/sys/kernel/security/lockdown", "[integrity]") ||
	       file_says("/sys/kernel/security/lockdown", "[confidentiality]");
}

#define SIGN	"sign it with a key that this machine trusts (mokutil --import), then: sudo " \
		"systemctl restart sotto-guard"

struct finding doctor_module(void)
{
	static char found[256];
	char release[sizeof(((struct utsname *)0)->release)] = "?";
	bool has_signature;
	FILE *file;

	if (!access("/sys/module/sotto", F_OK))
		return FINDING("module", HEALTH_GOOD, "the kernel module is loaded", "");
	file = open_module(release);
	if (!file) {
		snprintf(found, sizeof(found),
			 "the kernel module is not loaded: there is none for this kernel, %s", release);
		return FINDING("module", HEALTH_BAD, found,
			       "build and install sotto for this kernel, then: sudo modprobe sotto");
	}
	has_signature = is_signed(file);
	fclose(file);
	if (wants_signature())
		return FINDING("module", HEALTH_BAD, has_signature ?
			       "the kernel module is not loaded: this kernel takes only what a key "
			       "that it trusts has signed (Secure Boot), perhaps another key than this "
			       "module's" :
			       "the kernel module is not loaded: this kernel takes only what is signed "
			       "(Secure Boot), and the module is not", SIGN);
	return FINDING("module", HEALTH_BAD, "the kernel module is not loaded",
		       "sudo modprobe sotto; if that fails, the end of: sudo dmesg");
}

/* Which of the guard's words means what. */
static const struct {
	const char *word;
	enum health health;
	const char *found;
} guard_states[] = {
	{ "loaded", HEALTH_GOOD, "the kernel has the rules that are kept" },
	{ "waiting", HEALTH_GOOD, "the kernel has the rules that are kept" },
	{ "wider", HEALTH_BAD, "a rule covers more than it says" },
	{ "old", HEALTH_BAD, "the kernel has the rules from before" },
	{ "standing", HEALTH_BAD, "the guard stands in, calls are held back" },
	{ "off", HEALTH_BAD, "the guard is not there, calls may leave in clear" },
};

static bool is_newer(const struct stat *st, const struct timespec *than)
{
	return st->st_mtim.tv_sec != than->tv_sec ? st->st_mtim.tv_sec > than->tv_sec
						  : st->st_mtim.tv_nsec > than->tv_nsec;
}

/* Has a file of rules been changed, made or removed? */
static bool rules_changed_since(const struct timespec *then)
{
	DIR *dir = opendir(RULE_DIR);
	const struct dirent *entry;
	bool changed = false;
	struct stat st;

	if (!dir)
		return false;
	while (!changed && (entry = readdir(dir)))
		changed = strcmp(entry->d_name, "..") &&
			  !fstatat(dirfd(dir), entry->d_name, &st, 0) && is_newer(&st, then);
	closedir(dir);
	return changed;
}

static void read_line(FILE *file, char *line, int room)
{
	if (!fgets(line, room, file))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

struct finding doctor_guard(void)
{
	static char found[512], cure[256];
	char word[16], cause[384];
	FILE *file = fopen(GUARD_STATE, "re");
	struct stat st;

	if (!file)
		return FINDING("guard", HEALTH_BAD, "the guard has not run: calls may leave in clear "
			       "until the kernel has rules",
			       "sudo systemctl enable --now sotto-guard");
	read_line(file, word, sizeof(word));
	read_line(file, cause, sizeof(cause));
	read_line(file, cure, sizeof(cure));
	if (fstat(fileno(file), &st))
		st.st_mtim = (struct timespec){ 0 };
	fclose(file);
	for (size_t i = 0; i < sizeof(guard_states) / sizeof(guard_states[0]); i++) {
		if (strcmp(word, guard_states[i].word))
			continue;
		if (guard_states[i].health == HEALTH_GOOD && rules_changed_since(&st.st_mtim))
			return FINDING("guard", HEALTH_BAD,
				       "a file of rules has changed since the kernel was given them",
				       "sudo systemctl reload-or-restart sotto-guard");
		snprintf(found, sizeof(found), "%s%s%s", guard_states[i].found,
			 *cause ? ": " : "", cause);
		return FINDING("guard", guard_states[i].health, found, cure);
	}
	return FINDING("guard", HEALTH_BAD, "the guard is of another release than this program",
		       "install both from the same release");
}

bool doctor_guard_has_run(void)
{
	return !access(GUARD_STATE, F_OK);
}

/* Ends at the first that is wrong. @arg: room for a sentence */
static int find_wrong_preset(const char *name, enum preset_result result,
			     const struct rules *rules, const struct rule_fault *fault, void *arg)
{
	if (result == PRESET_GOOD)
		return 0;
	snprintf(arg, SENTENCE_MAX, "the preset %s cannot be used: line %u: %s", name,
		 fault->line, fault->reason ? fault->reason : "it is gone");
	return 1;
}

struct finding doctor_presets(void)
{
	static char found[SENTENCE_MAX];
	int r = preset_each(find_wrong_preset, found);

	if (!r)
		return FINDING("presets", HEALTH_GOOD, "every preset can be used", "");
	if (r < 0)
		snprintf(found, sizeof(found), "there are no presets: %s", strerror(-r));
	return FINDING("presets", HEALTH_BAD, found,
		       "mend that file of " PRESET_DIR ", or install sotto anew");
}

static bool session_has(gid_t gid)
{
	gid_t groups[NGROUPS_MAX];
	int n = getgroups(NGROUPS_MAX, groups);

	for (int i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return getegid() == gid;
}

static bool database_has(const struct group *group)
{
	const struct passwd *user = getpwuid(getuid());

	for (char **member = group->gr_mem; user && *member; member++)
		if (!strcmp(*member, user->pw_name))
			return true;
	return user && user->pw_gid == group->gr_gid;
}

struct finding doctor_group(void)
{
	const struct group *group = getgrnam(GROUP);

	if (!group)
		return FINDING("group", HEALTH_BAD, "there is no group " GROUP,
			       "install sotto anew, or: sudo systemd-sysusers");
	if (!geteuid())
		return FINDING("group", HEALTH_GOOD, "root needs no group", "");
	if (session_has(group->gr_gid))
		return FINDING("group", HEALTH_GOOD, "you are in the group " GROUP, "");
	if (database_has(group))
		return FINDING("group", HEALTH_BAD,
			       "you have joined the group " GROUP ", but this session is older",
			       "log out and in again");
	return FINDING("group", HEALTH_BAD, "you are not in the group " GROUP,
		       "sudo adduser \"$USER\" " GROUP "; then log in again");
}

/* Whose PipeWire? Not one of root's who came by sudo. */
static const char *runtime_dir(void)
{
	const char *dir = getenv("PIPEWIRE_RUNTIME_DIR");

	return dir && *dir ? dir : getenv("XDG_RUNTIME_DIR");
}

struct finding doctor_pipewire(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *dir = runtime_dir();
	bool connected;
	int fd;

	if (!dir || snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/pipewire-0", dir) >=
	    (int)sizeof(addr.sun_path))
		return FINDING("pipewire", HEALTH_UNKNOWN,
			       "no session of a person here; ask again without sudo", "");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	connected = fd >= 0 && !connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	if (fd >= 0)
		close(fd);
	if (connected)
		return FINDING("pipewire", HEALTH_GOOD, "PipeWire runs", "");
	return FINDING("pipewire", HEALTH_BAD, "PipeWire does not run in your session",
		       "systemctl --user start pipewire wireplumber");
}

/* Does the process whose directory this is serve calls as audio devices, for us? */
static bool is_plugin(int proc, const char *pid)
{
	static const char conf[] = "sotto.conf";
	char path[PATH_MAX], line[PATH_MAX];
	struct stat st;
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/cmdline", pid) >= (int)sizeof(path))
		return false;
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;	/* it has ended meanwhile, or is none of our business */
	n = fstat(fd, &st) || st.st_uid != getuid() ? -1 : read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	if (strcmp(basename(line), "pipewire"))
		return false;
	for (char *word = line; word < line + n; word += strlen(word) + 1)
		if (!strcmp(basename(word), conf))
			return true;
	return false;
}

struct finding doctor_plugin(void)
{
	const struct dirent *entry;
	bool found = false;
	DIR *proc;

	if (!runtime_dir())
		return FINDING("plugin", HEALTH_UNKNOWN,
			       "no session of a person here; ask again without sudo", "");
	proc = opendir("/proc");
	if (!proc)
		return FINDING("plugin", HEALTH_UNKNOWN, "/proc cannot be read", "");
	while (!found && (entry = readdir(proc)))
		if (*entry->d_name >= '1' && *entry->d_name <= '9')
			found = is_plugin(dirfd(proc), entry->d_name);
	closedir(proc);
	if (found)
		return FINDING("plugin", HEALTH_GOOD, "calls appear as audio devices", "");
	return FINDING("plugin", HEALTH_BAD, "the process that shows calls as audio devices does not run",
		       "systemctl --user enable --now sotto-pipewire");
}

/* Columns of /proc/net/udp: "  sl: HEX-ADDRESS:HEX-PORT ...". */
static bool bound_in(const char *path, uint16_t port)
{
	FILE *table = fopen(path, "re");
	char *line = NULL;
	bool found = false;
	unsigned int got;
	size_t room = 0;

	if (!table)
		return false;	/* IPv6 may be off */
	while (!found && getline(&line, &room, table) > 0)
		found = sscanf(line, " %*d: %*[0-9A-Fa-f]:%x", &got) == 1 && got == port;
	free(line);
	fclose(table);
	return found;
}

struct finding doctor_port(uint16_t port, int served)
{
	bool bound = bound_in("/proc/net/udp", port) || bound_in("/proc/net/udp6", port);

	if (served && bound)
		return FINDING("port", HEALTH_GOOD, "the UDP port of calls is open", "");
	if (served)
		return FINDING("port", HEALTH_BAD, "nobody listens on the UDP port of calls",
			       "sudo systemctl restart sottod");
	if (bound)
		return FINDING("port", HEALTH_BAD, "another program has the UDP port of calls",
			       "find it with: sudo ss -ulpn; end it, or set port in sottod.conf");
	return FINDING("port", HEALTH_GOOD, "the UDP port of calls is free for sottod", "");
}
