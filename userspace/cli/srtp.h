/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the keys of a flow have packets look, where that is not as usual. */
#ifndef CLI_SRTP_H
#define CLI_SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "json.h"

struct srtp_told {
	uint32_t ssrc;
	uint32_t roc;
};

/**
 * struct srtp - "srtp-tx" or "srtp-rx" of ListFlows(); what is 0 or empty is as usual
 * @has_key: there is a key
 * @cryptex: lives with the message
 * @extensions: ids of elements that are encrypted
 * @told: SSRCs that have not sent yet, with the ROC of their first packet; free with
 *	srtp_free()
 */
struct srtp {
	bool has_key;
	uint16_t mki_length;
	uint32_t window;
	const char *cryptex;
	uint8_t extensions[255];
	size_t n_extensions;
	uint16_t pad_size;
	uint16_t pad_multiple;
	struct srtp_told *told;
	size_t n_told;
};

/** srtp_read() - The variant at which @m stands. Return: 1, or a negative errno. */
int srtp_read(sd_bus_message *m, struct srtp *out);
void srtp_free(struct srtp *srtp);

/** srtp_put() - A line of text, or nothing. */
void srtp_put(const struct srtp *srtp);

/** srtp_json() - An object with what is not as usual; null without a key. */
void srtp_json(struct json *j, const char *key, const struct srtp *srtp);

#endif
