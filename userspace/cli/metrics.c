// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define SAMPLES_MAX	6

/**
 * struct sample - which numbers belong to a family, and with which labels
 * @name: sottod's; ends in "-" if what follows there is the value of the last label
 * @labels: as they are written, "" for none; after a "-" up to that value
 */
struct sample {
	const char *name;
	const char *labels;
};

/**
 * struct family - numbers that can be added or compared
 * @unit: that its name ends with, or NULL
 */
struct family {
	const char *name;
	const char *type;
	const char *unit;
	const char *help;
	struct sample samples[SAMPLES_MAX + 1];
};

static const struct family families[] = {
	{ "sotto_module", "gauge", NULL, "Whether sottod works with the kernel module.",
	  { { "module", "" } } },
	{ "sotto_start_time_seconds", "gauge", "seconds",
	  "When sottod began to count, since 1970. The kernel's counts are older.",
	  { { "started", "" } } },
	{ "sotto_flows", "gauge", NULL, "Flows in the kernel.", { { "flows", "" } } },
	{ "sotto_packets", "counter", NULL,
	  "Packets that the kernel has let pass, by what became of them.",
	  { { "tx-protected", "direction=\"tx\",outcome=\"protected\"" },
	    { "tx-clear", "direction=\"tx\",outcome=\"clear\"" },
	    { "tx-agent", "direction=\"tx\",outcome=\"agent\"" },
	    { "rx-unprotected", "direction=\"rx\",outcome=\"unprotected\"" },
	    { "rx-clear", "direction=\"rx\",outcome=\"clear\"" },
	    { "rx-agent", "direction=\"rx\",outcome=\"agent\"" } } },
	{ "sotto_media_bytes", "counter", "bytes",
	  "Plain RTP and RTCP that the kernel has encrypted or decrypted.",
	  { { "tx-bytes", "direction=\"tx\"" }, { "rx-bytes", "direction=\"rx\"" } } },
	{ "sotto_dropped_packets", "counter", NULL,
	  "Packets that the kernel has dropped. Reason auth: they do not authenticate.",
	  { { "drop-tx-", "direction=\"tx\",reason=\"" },
	    { "drop-rx-", "direction=\"rx\",reason=\"" } } },
	{ "sotto_running_calls", "gauge", NULL, "Calls that run, by whether they are encrypted both ways.",
	  { { "running-secure", "secure=\"yes\"" }, { "running-not-secure", "secure=\"no\"" } } },
	{ "sotto_calls", "counter", NULL, "Calls that people were told of.",
	  { { "calls-", "kind=\"" } } },
	{ "sotto_ended_calls", "counter", NULL, "Calls that have ended.", { { "ended-", "reason=\"" } } },
	{ "sotto_handshakes", "counter", NULL, "ZRTP exchanges begun for the first keys of a stream.",
	  { { "handshakes", "" } } },
	{ "sotto_secure_handshakes", "counter", NULL, "Those that have agreed on keys.",
	  { { "handshakes-secure", "" } } },
	{ "sotto_unanswered_handshakes", "counter", NULL,
	  "Those whose first Hellos nobody has answered.", { { "handshakes-unanswered", "" } } },
	{ "sotto_failed_handshakes", "counter", NULL, "Those that are over without keys.",
	  { { "failed-", "reason=\"" } } },
	{ "sotto_rekeys", "counter", NULL, "ZRTP exchanges for fresh keys of a running stream.",
	  { { "rekeys-", "outcome=\"" } } },
	{ "sotto_verifications", "counter", NULL, "Halves of a SAS that were typed here.",
	  { { "verified-", "half=\"" } } },
	{ "sotto_alarms", "counter", NULL, "Alarms of calls.", { { "alarm-", "alarm=\"" } } },
	{ "sotto_worker_ends", "counter", NULL,
	  "How often the process that agrees keys has ended and was started again.",
	  { { "worker-ends", "" } } },
	{ "sotto_module_losses", "counter", NULL, "How often sottod has lost the kernel module.",
	  { { "module-lost", "" } } },
};

static bool is_word(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* Where the value of the last label begins; NULL if the number is none of these. */
static const char *rest_of(const struct sample *s, const char *name)
{
	size_t len = strlen(s->name);

	if (s->name[len - 1] != '-')
		return strcmp(name, s->name) ? NULL : "";
	return !strncmp(name, s->name, len) && is_word(name + len) ? name + len : NULL;
}

static void put_head(FILE *out, const struct family *f)
{
	fprintf(out, "# TYPE %s %s\n", f->name, f->type);
	if (f->unit)
		fprintf(out, "# UNIT %s %s\n", f->name, f->unit);
	fprintf(out, "# HELP %s %s\n", f->name, f->help);
}

static void put_sample(FILE *out, const struct family *f, const struct sample *s,
		       const char *rest, uint64_t value)
{
	fprintf(out, "%s%s", f->name, strcmp(f->type, "counter") ? "" : "_total");
	if (*s->labels)
		fprintf(out, "{%s%s%s}", s->labels, rest, *rest ? "\"" : "");
	fprintf(out, " %" PRIu64 "\n", value);
}

static void put_family(FILE *out, const struct family *f, const struct metric *metrics, size_t n)
{
	bool begun = false;

	for (const struct sample *s = f->samples; s->name; s++)
		for (size_t i = 0; i < n; i++) {
			const char *rest = rest_of(s, metrics[i].name);

			if (!rest)
				continue;
			if (!begun)
				put_head(out, f);
			begun = true;
			put_sample(out, f, s, rest, metrics[i].value);
		}
}

void metrics_put(FILE *out, const struct metric *metrics, size_t n)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		put_family(out, &families[i], metrics, n);
	fputs("# EOF\n", out);
}
