// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus_dict.h"

#include <errno.h>

#include "bus_error.h"

int bus_kernel_failed(struct bus *b, sd_bus_error *error, int r, const char *what)
{
	const struct kernel *k = calls_kernel(b->calls);

	if (!k)
		return sd_bus_error_set(error, BUS_NO_KERNEL, b->trouble);
	return sd_bus_error_setf(error, r == -EINVAL || r == -ENOENT ? BUS_BAD_ARGUMENT :
				 SD_BUS_ERROR_FAILED, "%s: %s.", what, kernel_error(k));
}

int bus_put_text(sd_bus_message *m, const char *key, const char *value)
{
	return sd_bus_message_append(m, "{sv}", key, "s", value);
}

int bus_put_u64(sd_bus_message *m, const char *key, uint64_t value)
{
	return sd_bus_message_append(m, "{sv}", key, "t", value);
}

int bus_put_u32(sd_bus_message *m, const char *key, uint32_t value)
{
	return sd_bus_message_append(m, "{sv}", key, "u", value);
}

int bus_put_u16(sd_bus_message *m, const char *key, uint16_t value)
{
	return sd_bus_message_append(m, "{sv}", key, "q", value);
}

int bus_put_flag(sd_bus_message *m, const char *key, bool value)
{
	return sd_bus_message_append(m, "{sv}", key, "b", (int)value);
}

int bus_send_list(sd_bus_message *reply, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}
