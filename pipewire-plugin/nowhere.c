// SPDX-License-Identifier: GPL-2.0-or-later
#include "nowhere.h"

#include <errno.h>
#include <stdlib.h>

#include <spa/param/audio/raw.h>

#include "log.h"

struct nowhere {
	struct pw_proxy *node;
	struct pw_registry *registry;
	struct spa_hook node_listener;
	struct spa_hook registry_listener;
	void (*changed)(void *data, bool ready);
	void *data;
	uint32_t id;
	bool ready;
};

static void set_ready(struct nowhere *w, bool ready)
{
	if (w->ready == ready)
		return;
	w->ready = ready;
	w->changed(w->data, ready);
}

static void node_bound(void *data, uint32_t id)
{
	struct nowhere *w = data;

	w->id = id;
}

static void node_removed(void *data)
{
	set_ready(data, false);
}

static void node_error(void *data, int seq, int res, const char *message)
{
	struct nowhere *w = data;

	pw_log_error("no sink to take the default device's place, so no device for the call: %s",
		     message);
	set_ready(w, false);
}

static const struct pw_proxy_events node_events = {
	PW_VERSION_PROXY_EVENTS,
	.bound = node_bound,
	.removed = node_removed,
	.error = node_error,
};

/* Only a node with ports can be the default: ready means that it has one. */
static void registry_global(void *data, uint32_t id, uint32_t permissions, const char *type,
			    uint32_t version, const struct spa_dict *props)
{
	struct nowhere *w = data;
	const char *node, *direction;

	if (w->id == SPA_ID_INVALID || !props || !spa_streq(type, PW_TYPE_INTERFACE_Port))
		return;
	node = spa_dict_lookup(props, PW_KEY_NODE_ID);
	direction = spa_dict_lookup(props, PW_KEY_PORT_DIRECTION);
	if (node && (uint32_t)atoi(node) == w->id && spa_streq(direction, "in"))
		set_ready(w, true);
}

static const struct pw_registry_events registry_events = {
	PW_VERSION_REGISTRY_EVENTS,
	.global = registry_global,
};

int nowhere_new(struct pw_core *core, void (*changed)(void *data, bool ready), void *data,
		struct nowhere **out)
{
	static const struct spa_dict_item items[] = {
		{ SPA_KEY_FACTORY_NAME, "support.null-audio-sink" },
		{ PW_KEY_MEDIA_CLASS, "Audio/Sink" },
		{ PW_KEY_NODE_NAME, "sotto.nowhere" },
		{ PW_KEY_NODE_DESCRIPTION, "Nowhere (not the call)" },
		{ PW_KEY_NODE_VIRTUAL, "true" },
		{ PW_KEY_PRIORITY_SESSION, NOWHERE_PRIORITY },
		{ SPA_KEY_AUDIO_POSITION, "[ FL FR ]" },
		{ PW_KEY_OBJECT_LINGER, "false" },
	};
	const struct spa_dict props = SPA_DICT_INIT_ARRAY(items);
	struct nowhere *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->changed = changed;
	w->data = data;
	w->id = SPA_ID_INVALID;
	w->node = pw_core_create_object(core, "adapter", PW_TYPE_INTERFACE_Node,
					PW_VERSION_NODE, &props, 0);
	w->registry = pw_core_get_registry(core, PW_VERSION_REGISTRY, 0);
	if (!w->node || !w->registry) {
		int error = -errno;

		nowhere_free(w);
		return error;
	}
	pw_proxy_add_listener(w->node, &w->node_listener, &node_events, w);
	pw_registry_add_listener(w->registry, &w->registry_listener, &registry_events, w);
	*out = w;
	return 0;
}

void nowhere_free(struct nowhere *w)
{
	if (!w)
		return;
	if (w->registry) {
		if (w->registry_listener.link.next)
			spa_hook_remove(&w->registry_listener);
		pw_proxy_destroy((struct pw_proxy *)w->registry);
	}
	if (w->node) {
		if (w->node_listener.link.next)
			spa_hook_remove(&w->node_listener);
		pw_proxy_destroy(w->node);
	}
	free(w);
}
