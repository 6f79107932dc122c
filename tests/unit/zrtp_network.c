// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exchanges over a bad network, each made from a seed: loss, repetition,
 * reordering, delay, one or both ends starting.
 *
 * Usage: zrtp_network [SEEDS [FIRST]]
 *
 * What must hold for every seed: two ends that are both secure have the same
 * keys, SAS and suite and opposite roles; none is secure while the other has
 * given up without an error of RFC 6189; up to 20 % loss all end secure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zrtp_sim.h"

#define SEEDS		400
#define CALL_MS		60000
#define SURE_LOSS	20

static void weather(struct sim *sim, uint64_t seed, unsigned int *loss, bool *both)
{
	static const unsigned int delays[] = { 1, 20, 150, 600, 2000 };

	*loss = sim_random(sim) % 41;
	*both = sim_random(sim) % 2;
	sim->loss_percent = *loss;
	sim->dup_percent = sim_random(sim) % 30;
	sim->delay_ms = delays[sim_random(sim) % 5];
	sim->jitter_ms = sim_random(sim) % 3 * sim->delay_ms;
	/* Half of all exchanges with DH3k, which has the large packets. */
	if (sim_random(sim) % 2) {
		sim->end[ALICE].config.agreements[0] = ZRTP_KA_DH3K;
		sim->end[BOB].config.agreements[0] = ZRTP_KA_DH3K;
		sim_engines(sim, seed);
	}
}

static bool known_error(enum zrtp_error code)
{
	return code != ZRTP_ERROR_NONE && strcmp(zrtp_error_text(code), "an unknown error");
}

static const char *verdict(const struct sim *sim, unsigned int loss)
{
	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i];

		if (e->failed && !known_error(e->error))
			return "gave up without an error of the RFC";
		if (e->secure && e->failed)
			return "secure and failed";
	}
	if (sim->end[ALICE].secure && sim->end[BOB].secure && !sim_agreed(sim))
		return "both secure with different keys, SAS, suite or role";
	if (loss <= SURE_LOSS && !sim_agreed(sim))
		return "not secure";
	return NULL;
}

static int run(uint64_t seed, unsigned int *secure)
{
	static struct sim sim;
	const char *wrong;
	unsigned int loss;
	bool both;

	sim_init(&sim, seed);
	weather(&sim, seed, &loss, &both);
	sim_start(&sim, ALICE);
	if (both)
		sim_start(&sim, BOB);
	sim_run(&sim, CALL_MS);
	/* What is still in the air must not change what was agreed. */
	sim_run_until(&sim, sim.now + 5000, NULL);
	wrong = verdict(&sim, loss);
	*secure += sim_agreed(&sim);
	if (wrong) {
		fprintf(stderr, "seed %llu: %s (loss %u%%, repeat %u%%, delay %u+%u ms, %s)\n",
			(unsigned long long)seed, wrong, loss, sim.dup_percent, sim.delay_ms,
			sim.jitter_ms, both ? "both start" : "one starts");
		sim_print(&sim);
	}
	sim_free(&sim);
	return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
	unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 10) : SEEDS;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	unsigned int secure = 0, failures = 0;

	for (unsigned long i = 0; i < seeds; i++)
		failures += run(first + i, &secure);
	printf("%lu exchanges, %u secure, %u wrong\n", seeds, secure, failures);
	return failures || !secure;
}
