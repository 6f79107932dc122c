// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PipeWire module: encrypted calls as devices. The page below is its manual.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/impl.h>
#include <pipewire/pipewire.h>
#include <spa/utils/result.h>

#include "calls.h"
#include "log.h"

/** \page page_module_sotto Sotto
 *
 * Shows each active call of sottod, the daemon that encrypts calls, as a
 * microphone and a loudspeaker called "Call with NAME". Programs that choose
 * them record the other end and are heard there. They are never chosen for a
 * program that did not ask for them; for that, a sink that leads nowhere is
 * there for as long as a call is.
 *
 * The module is meant for a process of its own, `pipewire -c sotto.conf`, so
 * that what reads from the network is not inside the audio server.
 *
 * ## Module Name
 *
 * `libpipewire-module-sotto`
 *
 * ## Module Options
 *
 * - `sotto.hash-log = <file>`: append the SHA-256 and the length of each packet's
 *   plaintext, one line per packet; or environment variable SOTTO_HASH_LOG
 * - `sotto.stats-file = <file>`: append one line of JSON at the end of each call;
 *   or environment variable SOTTO_STATS_FILE
 *
 * ## General options
 *
 * - \ref PW_KEY_REMOTE_NAME
 *
 * ## Example
 *
 *\code{.unparsed}
 * context.modules = [
 *     { name = libpipewire-module-sotto }
 * ]
 *\endcode
 */

PW_LOG_TOPIC(sotto_log_topic, "mod.sotto");

#define MODULE_USAGE "( remote.name=<remote> ) " \
		     "( sotto.hash-log=<file> ) " \
		     "( sotto.stats-file=<file> ) "

static const struct spa_dict_item module_info[] = {
	{ PW_KEY_MODULE_AUTHOR, "The sotto project" },
	{ PW_KEY_MODULE_DESCRIPTION, "Encrypted calls as devices" },
	{ PW_KEY_MODULE_USAGE, MODULE_USAGE },
	{ PW_KEY_MODULE_VERSION, SOTTO_VERSION },
};

struct impl {
	struct pw_impl_module *module;
	struct spa_hook module_listener;
	struct pw_core *core;
	struct spa_hook core_listener;
	struct spa_hook core_proxy_listener;
	struct calls *calls;
};

static void impl_free(struct impl *impl)
{
	calls_free(impl->calls);
	if (impl->core) {
		spa_hook_remove(&impl->core_listener);
		spa_hook_remove(&impl->core_proxy_listener);
		pw_core_disconnect(impl->core);
	}
	free(impl);
}

static void module_destroy(void *data)
{
	struct impl *impl = data;

	spa_hook_remove(&impl->module_listener);
	impl_free(impl);
}

static const struct pw_impl_module_events module_events = {
	PW_VERSION_IMPL_MODULE_EVENTS,
	.destroy = module_destroy,
};

/* The server has gone, and all that we showed in it. The unit starts us again. */
static void core_error(void *data, uint32_t id, int seq, int res, const char *message)
{
	struct impl *impl = data;

	pw_log_error("PipeWire: object %u: %s: %s", id, spa_strerror(res), message);
	if (id == PW_ID_CORE && res == -EPIPE)
		pw_impl_module_schedule_destroy(impl->module);
}

static const struct pw_core_events core_events = {
	PW_VERSION_CORE_EVENTS,
	.error = core_error,
};

static void core_proxy_destroy(void *data)
{
	struct impl *impl = data;

	/* Nodes and sink go before the connection that they live on. */
	calls_free(impl->calls);
	impl->calls = NULL;
	spa_hook_remove(&impl->core_listener);
	spa_hook_remove(&impl->core_proxy_listener);
	impl->core = NULL;
	pw_impl_module_schedule_destroy(impl->module);
}

static const struct pw_proxy_events core_proxy_events = {
	PW_VERSION_PROXY_EVENTS,
	.destroy = core_proxy_destroy,
};

static const char *option(const struct pw_properties *props, const char *key, const char *env)
{
	const char *value = pw_properties_get(props, key);

	return value ? value : getenv(env);
}

static int impl_start(struct impl *impl, struct pw_context *context,
		      const struct pw_properties *props)
{
	impl->core = pw_context_connect(context,
		pw_properties_new(PW_KEY_REMOTE_NAME,
				  pw_properties_get(props, PW_KEY_REMOTE_NAME), NULL), 0);
	if (!impl->core)
		return -errno;
	pw_proxy_add_listener((struct pw_proxy *)impl->core, &impl->core_proxy_listener,
			      &core_proxy_events, impl);
	pw_core_add_listener(impl->core, &impl->core_listener, &core_events, impl);
	return calls_new(impl->core, pw_context_get_main_loop(context),
			 option(props, "sotto.hash-log", "SOTTO_HASH_LOG"),
			 option(props, "sotto.stats-file", "SOTTO_STATS_FILE"), &impl->calls);
}

/* PipeWire looks it up by name; no header has it. */
SPA_EXPORT int pipewire__module_init(struct pw_impl_module *module, const char *args);

int pipewire__module_init(struct pw_impl_module *module, const char *args)
{
	struct pw_properties *props;
	struct impl *impl;
	int error;

	PW_LOG_TOPIC_INIT(sotto_log_topic);
	if (sodium_init() < 0)
		return -EIO;
	impl = calloc(1, sizeof(*impl));
	props = pw_properties_new_string(args ? args : "");
	if (!impl || !props) {
		free(impl);
		pw_properties_free(props);
		return -ENOMEM;
	}
	impl->module = module;
	error = impl_start(impl, pw_impl_module_get_context(module), props);
	pw_properties_free(props);
	if (error) {
		pw_log_error("the module does not start: %s", spa_strerror(error));
		impl_free(impl);
		return error;
	}
	pw_impl_module_add_listener(module, &impl->module_listener, &module_events, impl);
	pw_impl_module_update_properties(module, &SPA_DICT_INIT_ARRAY(module_info));
	return 0;
}
