// SPDX-License-Identifier: GPL-2.0-or-later
/* What the other end has sent is read here: not in the process that has rights. */
#include "control.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <linux/sotto.h>

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

int control_parse(const uint8_t *data, size_t len, struct control_packet *out)
{
	memset(out, 0, sizeof(*out));
	/* Another version may be longer, but says so in the same place. */
	if (len < CONTROL_LEN || data[0] != CONTROL_FIRST_BYTE || data[1] != CONTROL_PT_APP ||
	    memcmp(data + 8, SOTTO_CONTROL_NAME, 4))
		return -EBADMSG;
	out->ssrc = get32(data + 4);
	out->version = data[12];
	if (out->version != CONTROL_VERSION)
		return 0;
	if (len != CONTROL_LEN || data[2] || data[3] != CONTROL_LENGTH_WORDS)
		return -EBADMSG;
	out->state.progress = data[13];
	out->state.reason = data[14];
	out->state.flags = data[15] & CONTROL_F_ALL;
	out->sequence = get32(data + 16);
	out->acknowledged = get32(data + 20);
	if (out->state.progress < CONTROL_CALLING || out->state.progress > CONTROL_ENDED ||
	    !out->sequence)
		return -EBADMSG;
	if (out->state.progress != CONTROL_ENDED)
		out->state.reason = CONTROL_REASON_NONE;
	else if (out->state.reason > CONTROL_REASON_NOT_ALLOWED)
		out->state.reason = CONTROL_REASON_FAILED;
	return 0;
}
