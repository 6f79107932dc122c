// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sottod: what is wired to what.
 *
 *	kernel module --kernel.c--> calls <--bus_*.c-- persons and their programs
 *	                             | |
 *	      worker <--engine.c-----+ +---> store (peers), record (running calls)
 *	         SIP --signalling.c--> calls, if it is asked for; read by the worker
 *
 * The worker (worker_main.c) is a process of its own, kept by keeper.c: what the network
 * has sent is read there, and never here. Everything happens in one loop. Whatever has happened, calls_run() then does
 * all that has become due and tells what has changed.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include <sodium.h>

#include "bus.h"
#include "clock.h"
#include "config.h"
#include "journal.h"
#include "keeper.h"
#include "log.h"
#include "media.h"
#include "metrics.h"
#include "signalling.h"

#define KERNEL_RETRY_US		(3 * 1000000ULL)
#define NOT_LOADED \
	"The kernel module is not loaded. Load it with: modprobe sotto"
#define OTHER_AGENT \
	"Another program is the kernel module's agent. End it; sottod tries again by itself"
#define NO_RIGHT \
	"sottod may not talk to the kernel module. It needs CAP_NET_ADMIN: start it by sottod.service"
#define KERNEL_TROUBLE \
	"The kernel module does not work with this sottod. Install both from the same release"

struct sottod {
	struct config config;
	sd_event *loop;
	sd_event_source *timer;
	sd_event_source *retry;
	sd_event_source *kernel_io;
	sd_event_source *signalling_io;
	struct signalling *signalling;
	struct seal *seal;
	struct store *store;
	struct record *record;
	struct media *media;
	struct bus *bus;
	struct calls *calls;
	struct keeper *keeper;
	struct kernel *kernel;
};

static int kernel_try(struct sottod *s);

static void kernel_lost(struct sottod *s, const char *trouble)
{
	s->bus->trouble = trouble;
	calls_use_kernel(s->calls, NULL);
	s->kernel_io = sd_event_source_unref(s->kernel_io);
	kernel_close(s->kernel);
	s->kernel = NULL;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *data)
{
	return kernel_try(data);
}

static int retry_later(struct sottod *s)
{
	s->retry = sd_event_source_unref(s->retry);
	return sd_event_add_time_relative(s->loop, &s->retry, CLOCK_MONOTONIC, KERNEL_RETRY_US, 0,
					  on_retry, s);
}

static const char *trouble_of(int r)
{
	switch (r) {
	case -ENOENT:
	case -ENODEV:	/* it has been unloaded */
		return NOT_LOADED;
	case -EBUSY:
		return OTHER_AGENT;
	case -EPERM:
	case -EACCES:
		return NO_RIGHT;
	default:
		return KERNEL_TROUBLE;
	}
}

static int on_kernel(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct sottod *s = data;
	int r = kernel_dispatch(s->kernel);

	if (!r)
		return 0;
	journal_say(JOURNAL_MODULE_LOST, NULL, "the kernel module is lost: %s", strerror(-r));
	metrics_count(METRIC_MODULE_LOST);
	kernel_lost(s, trouble_of(r));
	return retry_later(s);
}

static int use_kernel(struct sottod *s)
{
	int r = kernel_require(s->kernel, s->config.port);

	if (!r)
		r = calls_use_kernel(s->calls, s->kernel);
	if (r)
		log_errno(r, "the kernel module refuses, %s", kernel_error(s->kernel));
	return r;
}

/* The module may come later than we do; people are told until then. */
static int kernel_try(struct sottod *s)
{
	int r = kernel_open(&s->kernel, &calls_kernel_events, s->calls);

	if (!r) {
		r = use_kernel(s);
		if (!r)
			r = sd_event_add_io(s->loop, &s->kernel_io, kernel_fd(s->kernel), EPOLLIN,
					    on_kernel, s);
		if (r < 0)
			kernel_lost(s, trouble_of(r));
	}
	if (r < 0) {
		if (s->bus->trouble != trouble_of(r))
			log_warning("%s", trouble_of(r));
		s->bus->trouble = trouble_of(r);
		sd_notifyf(0, "STATUS=%s", s->bus->trouble);
		return retry_later(s);
	}
	s->bus->trouble = NULL;
	sd_notify(0, "STATUS=Ready for calls");
	journal_say(JOURNAL_READY, NULL, "ready for calls");
	return 0;
}

static void on_sip(bool sent, const uint8_t *data, size_t len, void *arg)
{
	struct sottod *s = arg;

	calls_signalling(s->calls, sent, data, len);
}

static int on_signalling(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct sottod *s = data;
	int r = signalling_dispatch(s->signalling);

	if (!r)
		return 0;
	log_errno(r, "SIP cannot be seen any more; restart sottod");
	s->bus->signalling_trouble = "SIP could be seen, and cannot any more";
	return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

/* Calls are as safe without: it is told, and they go on. */
static int look_at_signalling(struct sottod *s)
{
	int r;

	s->bus->signalling = s->config.signalling;
	if (!s->config.signalling)
		return 0;
	r = signalling_open(&s->signalling, s->config.signalling, on_sip, s);
	if (r) {
		log_errno(r, "SIP cannot be seen; see signalling in sotto.conf(5)");
		s->bus->signalling_trouble = "nftables does not show SIP, though sottod.conf asks for it";
		return 0;
	}
	return sd_event_add_io(s->loop, &s->signalling_io, signalling_fd(s->signalling), EPOLLIN,
			       on_signalling, s);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *data)
{
	return 0;	/* after_everything() does what is due */
}

static int after_everything(sd_event_source *source, void *data)
{
	struct sottod *s = data;
	uint64_t due;
	int r;

	calls_run(s->calls);
	keeper_look(s->keeper);
	due = calls_deadline(s->calls);
	if (due == CLOCK_NEVER)
		return sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time(s->timer, due * 1000);
	return r < 0 ? r : sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

static int wire_loop(struct sottod *s)
{
	sigset_t signals;
	int r = sd_event_default(&s->loop);

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	if (r >= 0 && sigprocmask(SIG_BLOCK, &signals, NULL))
		r = -errno;
	if (r >= 0)
		r = sd_event_add_signal(s->loop, NULL, SIGTERM, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(s->loop, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = sd_event_set_watchdog(s->loop, true);
	if (r >= 0)
		r = sd_event_add_time(s->loop, &s->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, s);
	if (r >= 0)
		r = sd_event_add_post(s->loop, NULL, after_everything, s);
	return r;
}

static int failed(int r, const char *what)
{
	if (r < 0)
		log_errno(r, "%s", what);
	return r;
}

/* What was said through sotto holds, whatever the file says. */
static int read_settings(struct sottod *s)
{
	int r = store_setting(s->store, STORE_STRANGERS);

	if (r >= 0)
		s->config.strangers = r;
	return r >= 0 || r == -ENOENT ? 0 : failed(r, "a setting cannot be read; see sottod(8), FILES");
}

static int open_store(struct sottod *s)
{
	int r = store_open(&s->store, s->config.state_dir, s->seal);

	if (r != -EPROTO)
		return failed(r, "the store cannot be opened; see sottod(8), FILES");
	log_error("a newer sottod has written the store, and this one would lose what it does not "
		  "know; nothing was changed. Install the newer one again, or move peers.db away and "
		  "begin with a backup of this release: sotto restore");
	return r;
}

static int open_files(struct sottod *s)
{
	int r = failed(seal_load(&s->seal, s->config.state_dir),
		       "the sealing key cannot be used; see sottod(8), KEY");

	if (!r)
		r = open_store(s);
	if (!r)
		r = read_settings(s);
	if (!r)
		r = failed(record_open(&s->record, s->config.runtime_dir, s->seal),
			   "the runtime directory cannot be used; see sottod(8), FILES");
	return r;
}

/* The name on the bus comes last: whoever sees it sees every call that runs. */
static int start(struct sottod *s)
{
	int r = failed(wire_loop(s), "there is no event loop");

	if (r >= 0)
		r = open_files(s);
	if (r >= 0)
		r = failed(bus_open(&s->bus, s->store, s->config.port, s->config.strangers),
			   "the system bus cannot be reached");
	if (r >= 0)
		r = failed(calls_new(&s->calls, s->store, s->record, s->config.port, &bus_watch,
				     s->bus), "no memory for calls");
	if (r < 0)
		return r;
	calls_strangers(s->calls, s->config.strangers);
	r = failed(keeper_start(&s->keeper, s->loop, s->config.worker, s->calls),
		   "the process that agrees keys cannot be kept");
	s->bus->keeper = s->keeper;
	if (r >= 0)
		r = kernel_try(s);
	/* The rule is there before the first socket that it is for. */
	if (r >= 0)
		r = failed(media_listen(&s->media, s->config.port),
			   "the port of calls cannot be had; see port in sotto.conf(5)");
	if (r >= 0)
		r = failed(look_at_signalling(s), "SIP cannot join the event loop");
	if (r >= 0)
		r = failed(bus_serve(s->bus, s->calls),
			   "the name org.sotto1 cannot be had; is another sottod running, or the bus "
			   "policy missing?");
	if (r >= 0)
		r = failed(sd_bus_attach_event(s->bus->bus, s->loop, SD_EVENT_PRIORITY_NORMAL),
			   "the bus cannot join the event loop");
	if (r >= 0)
		r = failed(sd_bus_set_exit_on_disconnect(s->bus->bus, true),
			   "the end of the bus cannot be watched");
	if (r >= 0)
		r = failed(sd_notify(0, "READY=1"), "systemd cannot be told");
	return r;
}

/* Calls go on: the kernel has them, and the next sottod takes them up. */
static void stop(struct sottod *s)
{
	bus_close(s->bus);
	sd_event_source_unref(s->signalling_io);
	signalling_close(s->signalling);
	keeper_free(s->keeper);
	calls_free(s->calls);
	kernel_close(s->kernel);
	media_free(s->media);
	record_close(s->record);
	store_close(s->store);
	seal_free(s->seal);
	sd_event_source_unref(s->kernel_io);
	sd_event_source_unref(s->retry);
	sd_event_source_unref(s->timer);
	sd_event_unref(s->loop);
}

/* No key of ours goes into a core file, and nobody of our user may look inside. */
static int harden(void)
{
	const struct rlimit none = { 0, 0 };

	umask(S_IRWXG | S_IRWXO);
	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0))
		return -errno;
	return sodium_init() < 0 ? -ENOSYS : 0;
}

static void usage(FILE *to)
{
	fputs("usage: sottod [OPTION]...\n"
	      "\n"
	      "Agrees keys for calls and keeps the peers; started by systemd, talked to by\n"
	      "sotto(1). See sottod(8) and sotto.conf(5).\n"
	      "\n"
	      "  --config FILE       instead of " CONFIG_FILE "\n"
	      "  --port PORT         UDP port of direct calls\n"
	      "  --state-dir DIR     where the store is\n"
	      "  --runtime-dir DIR   where records of running calls are\n"
	      "  --worker FILE       program of the process that agrees keys\n"
	      "  --signalling PORT   UDP port of SIP whose zrtp-hash is compared, or no\n"
	      "  --verbose           also say what names peers and addresses\n"
	      "  --version\n"
	      "  --help\n", to);
}

enum opt { OPT_CONFIG, OPT_PORT, OPT_STATE, OPT_RUNTIME, OPT_WORKER, OPT_SIGNALLING, OPT_VERBOSE, OPT_VERSION, OPT_HELP };

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "state-dir", required_argument, NULL, OPT_STATE },
	{ "runtime-dir", required_argument, NULL, OPT_RUNTIME },
	{ "worker", required_argument, NULL, OPT_WORKER },
	{ "signalling", required_argument, NULL, OPT_SIGNALLING },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

static int read_file(struct config *config, const char *path)
{
	unsigned int line;
	int r = config_read(config, path, &line);

	if (r == -ENOKEY || r == -EINVAL)
		fprintf(stderr, "sottod: %s, line %u: %s; see sotto.conf(5)\n", path, line,
			r == -ENOKEY ? "there is no such setting" :
			"that is no \"key = value\", or no value that this setting can have");
	else if (r)
		fprintf(stderr, "sottod: %s cannot be read (%s); it has to be a file that sottod's "
			"user may read\n", path, strerror(-r));
	return r;
}

static int set_option(struct config *config, const char *key, const char *value)
{
	int r = config_set(config, key, value);

	if (r)
		fprintf(stderr, "sottod: --%s cannot be \"%s\"; see sottod --help\n", key, value);
	return r;
}

/* The file first, then what the command line says. Return: 0, 1 to end well, or negative. */
static int read_options(struct config *config, int argc, char **argv)
{
	const char *file = CONFIG_FILE;
	int opt, index, r;

	while ((opt = getopt_long(argc, argv, "", options, &index)) >= 0) {
		if (opt == OPT_CONFIG)
			file = optarg;
		if (opt == OPT_HELP)
			usage(stdout);
		if (opt == OPT_VERSION)
			puts("sottod " SOTTO_VERSION);
		if (opt == OPT_HELP || opt == OPT_VERSION)
			return 1;
		if (opt == '?')
			return -EINVAL;
	}
	if (optind < argc) {
		fprintf(stderr, "sottod: what is \"%s\"? See sottod --help\n", argv[optind]);
		return -EINVAL;
	}
	r = read_file(config, file);
	optind = 0;
	while (!r && (opt = getopt_long(argc, argv, "", options, &index)) >= 0)
		if (opt == OPT_VERBOSE)
			config->verbose = true;
		else if (opt != OPT_CONFIG)
			r = set_option(config, options[index].name, optarg);
	return r;
}

int main(int argc, char **argv)
{
	struct sottod *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return EXIT_FAILURE;
	config_init(&s->config);
	r = read_options(&s->config, argc, argv);
	if (r) {
		free(s);
		return r < 0 ? 2 : EXIT_SUCCESS;
	}
	log_verbose(s->config.verbose);
	r = failed(harden(), "this process cannot be hardened");
	if (r >= 0)
		r = start(s);
	if (r >= 0)
		r = failed(sd_event_loop(s->loop), "the event loop has failed");
	stop(s);
	free(s);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
