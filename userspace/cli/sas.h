/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SAS of a call as sottod tells it, and the half that a person has heard. */
#ifndef CLI_SAS_H
#define CLI_SAS_H

#include "cli.h"

#define SAS_HALF_MAX	128	/* bytes that a person may type for one half */

/**
 * struct sas - one comparison; holds what is typed, to be wiped
 * @reply: has the texts
 * @text: the half to say, or both
 * @whole: the other half has been typed right on this call already
 * @heard: what was typed, empty for nothing yet
 */
struct sas {
	sd_bus_message *reply;
	const char *rendering;
	const char *text;
	int whole;
	char heard[SAS_HALF_MAX];
};

/* How a function below fails is as in bus.h: the person has been told. */

/** sas_get() - Ask for what the person at the call at @path may see. */
int sas_get(struct cli *cli, const char *path, struct sas *sas);

/** sas_send() - Have @sas->heard compared. Return: 1 if the half is right, 0 if it is wrong */
int sas_send(struct cli *cli, const char *path, const struct sas *sas);

/** sas_free() - Wipe. */
void sas_free(struct sas *sas);

#endif
