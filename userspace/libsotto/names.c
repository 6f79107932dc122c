// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of the ABI's numbers, as the spec writes them.
 */
#include <errno.h>
#include <string.h>

#include "sotto.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *name(const char *const *names, size_t n, unsigned int i)
{
	return i < n && names[i] ? names[i] : "unknown";
}

static const char *const actions[] = {
	[SOTTO_ACTION_REQUIRE] = "require",
	[SOTTO_ACTION_PREFER] = "prefer",
	[SOTTO_ACTION_BYPASS] = "bypass",
};

static const char *const states[] = {
	[SOTTO_STATE_NONE] = "none",
	[SOTTO_STATE_HOLD] = "hold",
	[SOTTO_STATE_CLEAR] = "clear",
	[SOTTO_STATE_SECURE] = "secure",
	[SOTTO_STATE_OWN] = "own",
	[SOTTO_STATE_DEAD] = "dead",
};

static const char *const events[] = {
	[SOTTO_EVENT_FLOW_NEW] = "flow-new",
	[SOTTO_EVENT_FLOW_GONE] = "flow-gone",
	[SOTTO_EVENT_FLOW_STATE] = "flow-state",
	[SOTTO_EVENT_RX_FIRST] = "rx-first",
	[SOTTO_EVENT_RX_AUTH_FAIL] = "rx-auth-fail",
	[SOTTO_EVENT_KEY_LIFE] = "key-life",
	[SOTTO_EVENT_TX_RESTART] = "tx-restart",
	[SOTTO_EVENT_SOURCE] = "source",
	[SOTTO_EVENT_CLOSED] = "closed",
	[SOTTO_EVENT_REFUSED] = "refused",
};

static const char *const profiles[] = {
	[SOTTO_PROFILE_UNSPEC] = "none",
	[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80] = "aes-cm-128-hmac-sha1-80",
	[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32] = "aes-cm-128-hmac-sha1-32",
	[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80] = "aes-256-cm-hmac-sha1-80",
	[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32] = "aes-256-cm-hmac-sha1-32",
	[SOTTO_PROFILE_AEAD_AES_128_GCM] = "aead-aes-128-gcm",
	[SOTTO_PROFILE_AEAD_AES_256_GCM] = "aead-aes-256-gcm",
};

static const char *const cryptex_words[] = {
	[SOTTO_CRYPTEX_OFF] = "off",
	[SOTTO_CRYPTEX_ON] = "on",
	[SOTTO_CRYPTEX_REQUIRE] = "require",
};

static const char *const stats[SOTTO_STATS_COUNT] = {
	[SOTTO_A_STATS_TX_PROTECTED] = "tx-protected",
	[SOTTO_A_STATS_TX_BYTES] = "tx-bytes",
	[SOTTO_A_STATS_TX_CLEAR] = "tx-clear",
	[SOTTO_A_STATS_TX_AGENT] = "tx-agent",
	[SOTTO_A_STATS_RX_UNPROTECTED] = "rx-unprotected",
	[SOTTO_A_STATS_RX_BYTES] = "rx-bytes",
	[SOTTO_A_STATS_RX_CLEAR] = "rx-clear",
	[SOTTO_A_STATS_RX_AGENT] = "rx-agent",
	[SOTTO_A_STATS_DROP_TX_HOLD] = "drop-tx-hold",
	[SOTTO_A_STATS_DROP_TX_CLASS] = "drop-tx-class",
	[SOTTO_A_STATS_DROP_TX_DEAD] = "drop-tx-dead",
	[SOTTO_A_STATS_DROP_TX_MALFORMED] = "drop-tx-malformed",
	[SOTTO_A_STATS_DROP_TX_REPEAT] = "drop-tx-repeat",
	[SOTTO_A_STATS_DROP_TX_STREAMS] = "drop-tx-streams",
	[SOTTO_A_STATS_DROP_TX_TOO_BIG] = "drop-tx-too-big",
	[SOTTO_A_STATS_DROP_TX_ERROR] = "drop-tx-error",
	[SOTTO_A_STATS_DROP_RX_HOLD] = "drop-rx-hold",
	[SOTTO_A_STATS_DROP_RX_CLASS] = "drop-rx-class",
	[SOTTO_A_STATS_DROP_RX_DEAD] = "drop-rx-dead",
	[SOTTO_A_STATS_DROP_RX_MALFORMED] = "drop-rx-malformed",
	[SOTTO_A_STATS_DROP_RX_CSUM] = "drop-rx-csum",
	[SOTTO_A_STATS_DROP_RX_AUTH] = "drop-rx-auth",
	[SOTTO_A_STATS_DROP_RX_REPLAY] = "drop-rx-replay",
	[SOTTO_A_STATS_DROP_RX_STREAMS] = "drop-rx-streams",
	[SOTTO_A_STATS_DROP_RX_AGENT] = "drop-rx-agent",
	[SOTTO_A_STATS_DROP_RX_ERROR] = "drop-rx-error",
	[SOTTO_A_STATS_DROP_RX_NO_SOCKET] = "drop-rx-no-socket",
	[SOTTO_A_STATS_DROP_RX_SOURCE] = "drop-rx-source",
	[SOTTO_A_STATS_DROP_TX_QUOTE] = "drop-tx-quote",
};

const char *sotto_action_name(enum sotto_action action)
{
	return name(actions, COUNT(actions), action);
}

const char *sotto_state_name(enum sotto_state state)
{
	return name(states, COUNT(states), state);
}

const char *sotto_event_name(enum sotto_event event)
{
	return name(events, COUNT(events), event);
}

const char *sotto_profile_name(enum sotto_profile profile)
{
	return name(profiles, COUNT(profiles), profile);
}

const char *sotto_cryptex_name(enum sotto_cryptex cryptex)
{
	return name(cryptex_words, COUNT(cryptex_words), cryptex);
}

const char *sotto_stats_name(unsigned int stat)
{
	return stat < COUNT(stats) ? stats[stat] : NULL;
}

int sotto_action_parse(const char *text, enum sotto_action *out)
{
	for (unsigned int i = 0; i < COUNT(actions); i++) {
		if (!strcmp(text, actions[i])) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}
