// SPDX-License-Identifier: GPL-2.0-or-later
#include "sas.h"

#include <sodium.h>

#include "bus.h"

int sas_get(struct cli *cli, const char *path, struct sas *sas)
{
	int r = bus_on_call(cli, path, "GetSas", &sas->reply);

	if (r < 0)
		return r;
	r = sd_bus_message_sensitive(sas->reply);	/* wiped when freed */
	if (r >= 0)
		r = sd_bus_message_read(sas->reply, "ssb", &sas->rendering, &sas->text, &sas->whole);
	return r < 0 ? bus_unreadable(cli, r) : 0;
}

int sas_send(struct cli *cli, const char *path, const struct sas *sas)
{
	sd_bus_message *m = NULL, *reply = NULL;
	int right, r;

	r = sd_bus_message_new_method_call(cli->bus, &m, BUS_NAME, path, BUS_CALL_INTERFACE,
					   "Verify");
	if (r >= 0)
		r = sd_bus_message_sensitive(m);
	if (r >= 0)
		r = sd_bus_message_append(m, "s", sas->heard);
	if (r < 0)
		bus_failed(cli, NULL, r);
	else
		r = bus_send(cli, m, &reply);
	if (r >= 0) {
		r = sd_bus_message_read(reply, "b", &right);
		r = r < 0 ? bus_unreadable(cli, r) : right;
	}
	sd_bus_message_unref(reply);
	sd_bus_message_unref(m);
	return r;
}

void sas_free(struct sas *sas)
{
	sd_bus_message_unref(sas->reply);
	sodium_memzero(sas, sizeof(*sas));
}
