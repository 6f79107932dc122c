/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of Metrics() as OpenMetrics text (version 1.0.0). Only counters and gauges: so
 * who reads Prometheus' older text format, as node_exporter does, understands it as well.
 */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** struct metric - one of Metrics(); @name lives with the message */
struct metric {
	const char *name;
	uint64_t value;
};

/** metrics_put() - Write those that are known here, and the end of the text. */
void metrics_put(FILE *out, const struct metric *metrics, size_t n);

#endif
