/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ZRTP sessions of all calls, as sottod sees them: they live in the worker, a
 * process of its own (worker.h). What is ordered goes there, what comes of it is told
 * by callbacks from engine_run(). Packets go through as they came: nothing of what the
 * network has sent is read here.
 *
 * The worker may be gone at any moment, and with it every session. Whoever has started
 * the process says so with engine_use().
 */
#ifndef SOTTOD_ENGINE_H
#define SOTTOD_ENGINE_H

#include "wire.h"

struct engine;

/**
 * struct engine_events - what the worker tells, in order
 * @action: of session @id; valid during the callback, wiped after it
 * @heard: what engine_control() was given has said
 * @signalled: what engine_signalling() was given says of a far end's media
 *
 * Orders may be given from inside of them.
 */
struct engine_events {
	void (*action)(uint64_t id, const struct zrtp_action *action, void *arg);
	void (*heard)(uint64_t flow_id, const struct control_packet *packet, void *arg);
	void (*signalled)(const struct sip_media *media, void *arg);
};

/**
 * engine_new() - No worker yet.
 * @out: the caller owns it, free with engine_free()
 *
 * Return: 0 or a negative errno.
 */
int engine_new(struct engine **out, const struct engine_events *events, void *arg);
void engine_free(struct engine *e);	/* the worker ends as well */

/**
 * engine_use() - There is another worker, with no sessions; or none.
 * @fd: the socket to it, ours from now on; -1 for none
 */
void engine_use(struct engine *e, int fd);
bool engine_is_there(const struct engine *e);

/**
 * engine_fault() - Why the worker is to be killed; NULL while it is not.
 *
 * It has closed its socket, does not answer, or says what it may not: from then on
 * nothing that it says is heard.
 */
const char *engine_fault(const struct engine *e);
#define ENGINE_CLOSED	"it has closed its socket"	/* as when it has ended by itself */

/** engine_locks() - WIRE_LOCK_*, as the worker has found them; 0 before it has said so. */
uint32_t engine_locks(const struct engine *e);

/*
 * Orders. @id names a session and is used once. Return: 0; -ENOTCONN: there is no
 * worker; -ENOBUFS: it has so much before it that a packet is as good as lost on the
 * way.
 */
int engine_open(struct engine *e, uint64_t id, uint32_t ssrc);
int engine_multistream(struct engine *e, uint64_t id, const struct zrtp_master *master,
		       const struct zrtp_peer *peer);
int engine_start(struct engine *e, uint64_t id, const struct zrtp_peer *peer);
int engine_peer(struct engine *e, uint64_t id, const struct zrtp_peer *peer);
int engine_join(struct engine *e, uint64_t id, const struct zrtp_master *master,
		const struct zrtp_peer *peer);
int engine_contend(struct engine *e, uint64_t id, const struct zrtp_contend *theirs);
int engine_refuse(struct engine *e, uint64_t id);
int engine_packet(struct engine *e, uint64_t id, const uint8_t *data, size_t len);
int engine_srtp_authenticated(struct engine *e, uint64_t id);

/** engine_control() - Have a packet of the control channel read. */
int engine_control(struct engine *e, uint64_t flow_id, const uint8_t *data, size_t len);

/**
 * engine_is_busy() - Has the worker so much before it that nobody but us should give it more?
 *
 * A session that is opened has to be closed as well, and a worker that is not told so is
 * killed: with one for each stranger who comes, strangers could have it killed.
 */
bool engine_is_busy(const struct engine *e);
/** engine_expect() - Only one Hello is the peer's; before engine_start(). */
int engine_expect(struct engine *e, uint64_t id, const uint8_t hash[ZRTP_HELLO_HASH_LEN]);

/**
 * engine_signalling() - Have a packet of SIP read, from its IP header on.
 * @sent: from this machine; else it came to it
 */
int engine_signalling(struct engine *e, bool sent, const uint8_t *data, size_t len);

/** engine_close() - What the session still tells concerns nobody. */
void engine_close(struct engine *e, uint64_t id);

/** engine_run() - Tell what the worker has told, do what is due. @now: monotonic ms */
void engine_run(struct engine *e, uint64_t now);

/** engine_deadline() - When engine_run() has something to do by itself, monotonic ms. */
uint64_t engine_deadline(const struct engine *e);

#endif
