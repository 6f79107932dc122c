// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "bus_error.h"
#include "log.h"

/* What Acquire() hands over beside the socket. */
#define CODEC		"opus"
#define PAYLOAD_TYPE	96	/* dynamic, RFC 3551 6 */
#define CLOCK_RATE	48000	/* always, RFC 7587 4.1 */
#define PTIME_MS	20
#define BITRATE		32000
#define CNAME_BYTES	12	/* 96 random bits, RFC 7022 4.2 */

static const char *security_word(const struct line *line, enum sotto_state state)
{
	if (!line->has_flow)
		return "held";	/* nothing can leave or come in */
	switch (state) {
	case SOTTO_STATE_CLEAR:
		return "clear";
	case SOTTO_STATE_SECURE:
		return "secure";
	case SOTTO_STATE_OWN:
		return "own";
	case SOTTO_STATE_DEAD:
		return "dead";
	default:
		return line->securing ? "securing" : "held";
	}
}

/* From what is worst on. */
static int badness(const char *word)
{
	static const char *const words[] = { "clear", "dead", "held", "securing", "own", "secure" };
	int i = 0;

	while (strcmp(words[i], word))
		i++;
	return i;
}

/* Of several streams the worst: none of them is said to be better than it is. */
static const char *security(const struct line *line, enum sotto_dir dir)
{
	const char *worst = "secure", *word;

	for (const struct line *one = line_stream(line, NULL); one; one = line_stream(line, one)) {
		word = security_word(one, dir == SOTTO_DIR_TX ? one->flow.tx : one->flow.rx);
		if (badness(word) < badness(worst))
			worst = word;
	}
	return worst;
}

/* All of them since then, or 0: each stream has come to it in its own time. */
static uint64_t since(const struct line *line, enum sotto_dir dir)
{
	uint64_t last = 0, when;

	for (const struct line *one = line_stream(line, NULL); one; one = line_stream(line, one)) {
		when = dir == SOTTO_DIR_TX ? one->call->tx_since : one->call->rx_since;
		if (!when)
			return 0;
		if (when > last)
			last = when;
	}
	return last;
}

#define GETTER(name, type, value)						\
static int get_##name(sd_bus *bus, const char *path, const char *interface,	\
		      const char *property, sd_bus_message *reply, void *data,	\
		      sd_bus_error *error)					\
{										\
	const struct line *line = data;						\
	const struct call *call = line->call;					\
										\
	(void)call;								\
	return sd_bus_message_append(reply, type, value);			\
}

GETTER(name, "s", call->name)
GETTER(claim, "s", call->claim)
GETTER(outgoing, "b", call->outgoing)
GETTER(kind, "s", call->kind == CALL_DIRECT ? "direct" : "program")
GETTER(progress, "s", call_progress_name(call->progress))
GETTER(reason, "s", call_reason_name(call->reason))
GETTER(ended_by, "s", call_by_name(call->by))
GETTER(security_tx, "s", security(line, SOTTO_DIR_TX))
GETTER(security_rx, "s", security(line, SOTTO_DIR_RX))
GETTER(verified, "b", call_verified(call))
GETTER(verified_before, "b", call->security.secure && call->security.verified_before)
GETTER(their_verified, "b", call_their_verified(call))
GETTER(their_progress, "s", call_progress_name((enum call_progress)call->control.their.progress))
GETTER(alarm, "s", call_alarm_name(call_alarm(call)))
GETTER(alarm_text, "s", call_alarm_text(call_alarm(call)))
GETTER(note, "s", line_note(line))
GETTER(note_text, "s", line_note_text(line))
GETTER(since, "t", call->since)
GETTER(ended, "t", call->ended)
GETTER(secure_since, "t", call->security.secure ? call->security.since : 0)
GETTER(tx_since, "t", since(line, SOTTO_DIR_TX))
GETTER(rx_since, "t", since(line, SOTTO_DIR_RX))
GETTER(flow, "t", line->has_flow ? line->flow.id : 0)

static int get_peer(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct line *line = data;
	char peer[BUS_PATH_MAX];

	bus_peer_path(*line->call->name ? line->call->peer_id : 0, peer);
	return sd_bus_message_append(reply, "o", peer);
}

static int get_suite(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct line *line = data;
	char suite[32] = "";

	if (line->call->security.secure)
		zrtp_suite_format(&line->call->security.suite, suite, sizeof(suite));
	return sd_bus_message_append(reply, "s", suite);
}

static int get_streams(sd_bus *bus, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct line *line = data;
	int r = sd_bus_message_open_container(reply, 'a', "(tsstt)");

	for (const struct line *one = line_stream(line, NULL); r >= 0 && one;
	     one = line_stream(line, one))
		if (one->has_flow)
			r = sd_bus_message_append(reply, "(tsstt)", one->flow.id,
						  security_word(one, one->flow.tx),
						  security_word(one, one->flow.rx),
						  one->call->tx_since, one->call->rx_since);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

#define PROPERTIES(P)				\
	P("Peer", "o", peer)			\
	P("Name", "s", name)			\
	P("Claim", "s", claim)			\
	P("Outgoing", "b", outgoing)		\
	P("Kind", "s", kind)			\
	P("Progress", "s", progress)		\
	P("Reason", "s", reason)		\
	P("EndedBy", "s", ended_by)		\
	P("SecurityTx", "s", security_tx)	\
	P("SecurityRx", "s", security_rx)	\
	P("Verified", "b", verified)		\
	P("VerifiedBefore", "b", verified_before) \
	P("TheirVerified", "b", their_verified)	\
	P("TheirProgress", "s", their_progress)	\
	P("Alarm", "s", alarm)			\
	P("AlarmText", "s", alarm_text)		\
	P("Note", "s", note)			\
	P("NoteText", "s", note_text)		\
	P("Suite", "s", suite)			\
	P("Since", "t", since)			\
	P("SecureSince", "t", secure_since)	\
	P("SecureTxSince", "t", tx_since)	\
	P("SecureRxSince", "t", rx_since)	\
	P("Ended", "t", ended)			\
	P("Flow", "t", flow)			\
	P("Streams", "a(tsstt)", streams)

#define AS_NAME(name, type, getter)	name,
#define AS_ROW(name, type, getter)	{ name, type, get_##getter },
#define AS_VTABLE(name, type, getter) \
	SD_BUS_PROPERTY(name, type, get_##getter, 0, SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION),

int bus_call_append(sd_bus_message *m, const struct line *line)
{
	static const struct {
		const char *name;
		const char *type;
		sd_bus_property_get_t get;
	} properties[] = { PROPERTIES(AS_ROW) };
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	for (size_t i = 0; r >= 0 && i < sizeof(properties) / sizeof(properties[0]); i++) {
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", properties[i].name);
		if (r >= 0)
			r = sd_bus_message_open_container(m, 'v', properties[i].type);
		if (r >= 0)
			r = properties[i].get(NULL, NULL, NULL, NULL, m, (void *)line, NULL);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

void bus_call_invalidate(struct bus *b, const struct line *line)
{
	static const char *const names[] = { PROPERTIES(AS_NAME) NULL };
	char path[BUS_PATH_MAX];

	bus_call_path(line->id, path);
	bus_invalidate(b, path, BUS_CALL_INTERFACE, names);
}

/* The calls, whose objects these are, are the manager's: @data is the struct bus. */
static int find(sd_bus *bus, const char *path, const char *interface, void *data, void **found,
		sd_bus_error *error)
{
	struct bus *b = data;
	struct line *line = calls_find(b->calls, bus_path_id(path, BUS_CALL_PATH));
	sd_bus_message *m = sd_bus_get_current_message(bus);
	uid_t uid;
	int r;

	if (!line || !line->call->shown)
		return 0;
	if (m) {
		r = bus_sender(m, &uid, error);
		if (r < 0)
			return r;
		if (!bus_may_see(uid, line->call))
			return sd_bus_error_set(error, BUS_NOT_YOURS,
						"This call is another user's.");
	}
	*found = line;
	return 1;
}

/* The object that a handler is given is the line; the bus is the slot's. */
static struct bus *bus_of(sd_bus_message *m)
{
	return sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(m)));
}

static int wrong_state(sd_bus_error *error, const char *what, const struct line *line)
{
	return sd_bus_error_setf(error, BUS_WRONG_STATE, "%s: the call is %s.", what,
				 call_progress_name(line->call->progress));
}

static int answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct line *line = data;
	uid_t uid;
	int r = bus_sender(m, &uid, error);

	if (r < 0)
		return r;
	if (calls_answer(bus_of(m)->calls, line, uid))
		return wrong_state(error, "There is nothing to answer", line);
	return sd_bus_reply_method_return(m, NULL);
}

static int decline(sd_bus_message *m, void *data, sd_bus_error *error)
{
	if (calls_decline(bus_of(m)->calls, data))
		return wrong_state(error, "There is nothing to decline", data);
	return sd_bus_reply_method_return(m, NULL);
}

static int hangup(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const struct line *line = data;

	if (line->call->kind == CALL_PROGRAM)
		return sd_bus_error_set(error, BUS_WRONG_STATE,
					"This call belongs to a program: hang up there.");
	if (calls_hangup(bus_of(m)->calls, data))
		return wrong_state(error, "There is nothing to hang up", line);
	return sd_bus_reply_method_return(m, NULL);
}

static int no_sas(sd_bus_error *error, const struct line *line)
{
	if (line->call->progress == CALL_ENDED)
		return wrong_state(error, "There is nothing to verify any more", line);
	return sd_bus_error_set(error, BUS_WRONG_STATE,
				"There is nothing to verify yet: the call is not encrypted.");
}

static int get_sas(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const struct line *line = data;
	char text[2 * ZRTP_SAS_HALF_MAX];
	bool whole;
	int r;

	if (line->call->progress == CALL_ENDED || call_sas(line->call, text, &whole))
		return no_sas(error, line);
	r = sd_bus_reply_method_return(m, "ssb",
		line->call->security.suite.sas_type == ZRTP_SAS_B256 ? "B256" : "B32", text, whole);
	sodium_memzero(text, sizeof(text));
	return r;
}

static int verify(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct line *line = data;
	const char *typed;
	int r = sd_bus_message_read(m, "s", &typed);

	if (r < 0)
		return r;
	r = calls_verify(bus_of(m)->calls, line, typed);
	if (r == -EBADFD)
		return no_sas(error, line);
	if (r == -EACCES)
		return sd_bus_error_set(error, BUS_NOT_ALLOWED,
					"Three halves were wrong: no more are asked for on this call. "
					"Hang up, and call again.");
	if (r < 0)
		return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
					 "The outcome could not be stored (%s): see the journal of "
					 "sottod, then verify again.", strerror(-r));
	return sd_bus_reply_method_return(m, "b", r);
}

static int reply_socket(sd_bus_message *m, int fd)
{
	uint8_t random[CNAME_BYTES];
	char cname[sodium_base64_ENCODED_LEN(CNAME_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	uint32_t ssrc;

	/* Another stream with each holder: its sequence and timestamps begin anew. */
	randombytes_buf(&ssrc, sizeof(ssrc));
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(cname, sizeof(cname), random, sizeof(random),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return sd_bus_reply_method_return(m, "ha{sv}", fd, 9,
		"codec", "s", CODEC,
		"payload-type", "y", PAYLOAD_TYPE,
		"clock-rate", "u", CLOCK_RATE,
		"channels", "y", 1,
		"ptime-ms", "u", PTIME_MS,
		"bitrate", "u", BITRATE,
		"ssrc", "u", ssrc,
		"cname", "s", cname,
		"rtcp-mux", "b", 1);
}

static int acquire(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct line *line = data;
	struct bus *b = bus_of(m);
	const char *sender = sd_bus_message_get_sender(m);
	int fd = calls_acquire(b->calls, line, sender);
	int r;

	if (fd == -EBADFD)
		return sd_bus_error_set(error, BUS_WRONG_STATE,
					"Only an active call that sotto itself made has a socket to "
					"give.");
	if (fd == -EBUSY)
		return sd_bus_error_set(error, BUS_BUSY,
					"Another program has this call's socket; end it first.");
	if (fd < 0)
		return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
					 "The call's socket could not be made (%s): see the journal "
					 "of sottod.", strerror(-fd));
	r = bus_holder_add(b, line, sender);
	if (r >= 0)
		r = reply_socket(m, fd);
	if (r < 0) {
		bus_holder_drop(b, line->id);
		calls_release(b->calls, line);
	}
	return r;
}

static int release(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct line *line = data;
	struct bus *b = bus_of(m);

	if (strcmp(line->call->holder, sd_bus_message_get_sender(m)))
		return sd_bus_error_set(error, BUS_WRONG_STATE, "You do not have this call's socket.");
	bus_holder_drop(b, line->id);
	calls_release(b->calls, line);
	return sd_bus_reply_method_return(m, NULL);
}

#define METHOD(name, in, out, handler) \
	SD_BUS_METHOD(name, in, out, handler, SD_BUS_VTABLE_UNPRIVILEGED)
/* What goes in or out is wiped from the messages. */
#define SENSITIVE(name, in, out, handler) \
	SD_BUS_METHOD(name, in, out, handler, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE)

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROPERTIES(AS_VTABLE)
	METHOD("Answer", "", "", answer),
	METHOD("Decline", "", "", decline),
	METHOD("Hangup", "", "", hangup),
	SENSITIVE("GetSas", "", "ssb", get_sas),
	SENSITIVE("Verify", "s", "b", verify),
	METHOD("Acquire", "", "ha{sv}", acquire),
	METHOD("Release", "", "", release),
	SD_BUS_VTABLE_END
};

int bus_call_add(struct bus *b)
{
	int r = sd_bus_add_fallback_vtable(b->bus, NULL, BUS_CALL_PATH, BUS_CALL_INTERFACE, vtable,
					   find, b);

	return r < 0 ? r : 0;
}
