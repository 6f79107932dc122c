// SPDX-License-Identifier: GPL-2.0-or-later
#include "release.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkmod.h>

#include "sotto.h"

#define RUNNING		"/sys/module/sotto/srcversion"
#define DKMS		"/var/lib/dkms/sotto"
#define THEN		"sudo systemctl restart sotto-guard"

#define VERSION_MAX	64

static bool read_running(char version[VERSION_MAX])
{
	FILE *file = fopen(RUNNING, "re");
	bool read = file && fgets(version, VERSION_MAX, file);

	if (file)
		fclose(file);
	if (read)
		version[strcspn(version, "\n")] = '\0';
	return read;
}

static bool info_of(struct kmod_module *module, char version[VERSION_MAX])
{
	struct kmod_list *info = NULL, *at;
	bool found = false;

	if (kmod_module_get_info(module, &info) < 0)
		return false;
	kmod_list_foreach(at, info)
		if (!strcmp(kmod_module_info_get_key(at), "srcversion")) {
			snprintf(version, VERSION_MAX, "%s", kmod_module_info_get_value(at));
			found = true;
		}
	kmod_module_info_free_list(info);
	return found;
}

static bool read_installed(char version[VERSION_MAX])
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	struct kmod_list *modules = NULL;
	bool found = false;

	if (!kmod)
		return false;
	if (kmod_module_new_from_lookup(kmod, "sotto", &modules) >= 0 && modules) {
		struct kmod_module *module = kmod_module_get_module(modules);

		found = info_of(module, version);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(modules);
	kmod_unref(kmod);
	return found;
}

bool release_waits(void)
{
	char running[VERSION_MAX], installed[VERSION_MAX];

	return read_running(running) && read_installed(installed) && strcmp(running, installed);
}

/* What DKMS keeps of a build that has failed, until the next one. */
static bool build_failed(void)
{
	glob_t logs;
	bool found = !glob(DKMS "/*/build/make.log", 0, NULL, &logs);

	globfree(&logs);
	return found;
}

int release_missing(struct trouble *t)
{
	struct utsname kernel;
	char headers[PATH_MAX], cure[sizeof(t->cure)];

	if (uname(&kernel))
		kernel.release[0] = '\0';
	snprintf(headers, sizeof(headers), "/lib/modules/%s/build", kernel.release);
	if (access(DKMS, F_OK))
		return trouble(t, "install sotto-dkms, or build and install sotto for this kernel; then: "
			       THEN, "there is no kernel module for this kernel, %s", kernel.release);
	if (access(headers, F_OK)) {
		snprintf(cure, sizeof(cure), "sudo apt install linux-headers-%.64s; then: sudo dkms "
			 "autoinstall; then: " THEN, kernel.release);
		return trouble(t, cure, "there is no kernel module for this kernel, %s: its headers "
			       "are not installed, so that DKMS cannot build it", kernel.release);
	}
	if (build_failed())
		return trouble(t, "the end of " DKMS "/*/build/make.log says why; then: sudo dkms "
			       "autoinstall; then: " THEN,
			       "there is no kernel module for this kernel, %s: DKMS could not build "
			       "it", kernel.release);
	return trouble(t, "sudo dkms autoinstall; then: " THEN,
		       "there is no kernel module for this kernel, %s: DKMS has not built it",
		       kernel.release);
}

static int count(const struct sotto_flow *flow, void *arg)
{
	++*(int *)arg;
	return 0;
}

int release_flows(void)
{
	struct sotto *s = NULL;
	int n = 0, r = sotto_open(&s);

	if (!r)
		r = sotto_flow_dump(s, count, &n);
	else if (r == -ENOENT)
		r = 0;
	sotto_close(s);
	return r ?: n;
}
