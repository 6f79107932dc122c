// SPDX-License-Identifier: GPL-2.0-or-later
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <libkmod.h>

#include "release.h"

#define MODULE	"sotto"
#define BUILD	"build and install sotto for this kernel, then: sudo systemctl restart sotto-guard"
#define SIGN	"sudo mokutil --import /var/lib/dkms/mok.pub, or another key that signs the module; " \
		"then restart the machine, and let its firmware enrol the key"
#define LOOK	"the end of: sudo dmesg; then: sudo systemctl restart sotto-guard"

#define NO_FILE	(-ENXIO)	/* ENOENT is also what a module says that misses another */

static int load_trouble(struct trouble *t, int err)
{
	switch (err) {
	case NO_FILE:
		return release_missing(t);
	case -EKEYREJECTED:
	case -ENOKEY:
	case -EPERM:
		return trouble(t, SIGN, "the kernel refuses the kernel module: no key that it "
			       "trusts has signed it (Secure Boot)");
	case -ENOEXEC:
	case -EBADMSG:
		return trouble(t, BUILD, "the kernel module is damaged, or was built for another "
			       "kernel");
	default:
		return trouble(t, LOOK, "the kernel module does not load: %s", strerror(-err));
	}
}

static int insert(struct kmod_module *module)
{
	const char *path = kmod_module_get_path(module);
	int r = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);

	return r == -ENOENT && (!path || access(path, F_OK)) ? NO_FILE : r;
}

/* Wherever it has come from. */
static bool is_loaded(struct kmod_ctx *kmod)
{
	struct kmod_module *module;
	int state;

	if (kmod_module_new_from_name(kmod, MODULE, &module) < 0)
		return false;
	state = kmod_module_get_initstate(module);
	kmod_module_unref(module);
	return state == KMOD_MODULE_LIVE || state == KMOD_MODULE_BUILTIN;
}

static int probe(struct kmod_ctx *kmod)
{
	struct kmod_list *found = NULL, *at;
	int r;

	if (is_loaded(kmod))
		return 0;
	r = kmod_module_new_from_lookup(kmod, MODULE, &found);
	if ((!r && !found) || r == -ENOENT)
		r = NO_FILE;
	kmod_list_foreach(at, found) {
		struct kmod_module *module = kmod_module_get_module(at);

		if (r >= 0)
			r = insert(module);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
	return r;
}

int module_load(struct trouble *t)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	int r = kmod ? 0 : -ENOMEM;

	if (kmod) {
		kmod_set_log_priority(kmod, LOG_EMERG);	/* it is ours to say */
		r = probe(kmod);
		kmod_unref(kmod);
	}
	return r < 0 ? load_trouble(t, r) : 0;
}

int module_unload(struct trouble *t)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	struct kmod_module *module;
	int r = kmod ? kmod_module_new_from_name(kmod, MODULE, &module) : -ENOMEM;

	if (r >= 0) {
		r = kmod_module_remove_module(module, KMOD_REMOVE_NOLOG);
		kmod_module_unref(module);
	}
	if (kmod)
		kmod_unref(kmod);
	if (r == -EAGAIN || r == -EBUSY)
		return trouble(t, "sudo sotto rule list; delete what must go, then once more",
			       "rules that were not read from files hold the kernel module");
	if (r < 0 && r != -ENOENT)
		return trouble(t, LOOK, "the kernel module cannot be unloaded: %s", strerror(-r));
	return 0;
}

/* Rules as an array. */
struct array {
	struct sotto_rule *rules;
	size_t n;
};

static int append(const struct sotto_rule *rule, void *arg)
{
	struct array *a = arg;
	struct sotto_rule *rules = reallocarray(a->rules, a->n + 1, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	a->rules = rules;
	rules[a->n++] = *rule;
	return 0;
}

static int from_files(const struct rules *rules, struct array *out)
{
	int r = 0;

	for (size_t i = 0; !r && rules && i < rules->n; i++)
		if (rule_line_counts(&rules->lines[i]))
			r = append(&rules->lines[i].rule, out);
	return r;
}

static bool has(const struct array *a, const struct sotto_rule *rule)
{
	for (size_t i = 0; i < a->n; i++)
		if (rules_same(&a->rules[i], rule))
			return true;
	return false;
}

/* Has the kernel exactly these in our place? Return: 1 or 0, or a negative errno. */
static int are_there(struct sotto *s, const struct array *wanted)
{
	struct array got = { 0 };
	size_t ours = 0, same = 0;
	int r = sotto_rule_dump(s, append, &got);

	for (size_t i = 0; i < got.n; i++) {
		if (got.rules[i].id < RULE_ID_MIN || got.rules[i].id > RULE_ID_MAX)
			continue;
		ours++;
		same += has(wanted, &got.rules[i]);
	}
	free(got.rules);
	return r ?: ours == wanted->n && same == wanted->n;
}

static int put(struct sotto *s, const struct array *wanted, struct trouble *t)
{
	int r = sotto_rule_replace_between(s, RULE_ID_MIN, RULE_ID_MAX, wanted->rules, wanted->n);

	if (r)
		return trouble(t, "sotto-guard check; then: sudo systemctl reload-or-restart "
			       "sotto-guard", "the kernel module refuses the rules: %s",
			       sotto_error(s));
	r = are_there(s, wanted);
	if (r <= 0) {
		trouble(t, "install module and programs of the same release; then: sudo systemctl "
			"restart sotto-guard",
			"the kernel module has not the rules that it was given%s%s",
			r ? ": " : "", r ? sotto_error(s) : "");
		return MODULE_DOUBTFUL;
	}
	return 0;
}

int module_put_rules(const struct rules *rules, struct trouble *t)
{
	struct array wanted = { 0 };
	struct sotto *s = NULL;
	int r = from_files(rules, &wanted);

	if (r)
		r = trouble(t, LOOK, "%s", strerror(-r));
	else if (sotto_open(&s))
		r = trouble(t, LOOK, "the kernel module does not answer: %s", sotto_error(s));
	else
		r = put(s, &wanted, t);
	sotto_close(s);
	free(wanted.rules);
	return r;
}

int module_drop_rules(struct trouble *t)
{
	struct sotto *s = NULL;
	int r = sotto_open(&s);

	if (!r)
		r = sotto_rule_replace(s, NULL, 0);
	if (r)
		r = trouble(t, LOOK, "the kernel module keeps its rules: %s", sotto_error(s));
	sotto_close(s);
	return r;
}

int module_get_rules(struct sotto_rule **out, size_t *n)
{
	struct array got = { 0 };
	struct sotto *s = NULL;
	int r = sotto_open(&s);

	if (!r)
		r = sotto_rule_dump(s, append, &got);
	else if (r == -ENOENT)
		r = 0;
	sotto_close(s);
	if (r) {
		free(got.rules);
		return -1;
	}
	*out = got.rules;
	*n = got.n;
	return 0;
}
