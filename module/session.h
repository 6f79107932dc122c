/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of a flow and its per-SSRC streams. Knows no skb and no netfilter.
 */
#ifndef SOTTO_SESSION_H
#define SOTTO_SESSION_H

#include <linux/sotto.h>
#include <linux/types.h>

struct netlink_ext_ack;

/* One per flow, embedded in it; defined in session_priv.h for srtp.c. */
struct sotto_session {
	struct sotto_session_state *state;
};

/**
 * struct sotto_key_params - what KEY_NEW brings
 * Pointers into the netlink message; the caller wipes that message.
 */
struct sotto_key_params {
	enum sotto_dir dir;
	enum sotto_profile profile;
	const u8 *master;
	unsigned int master_len;
	const u8 *salt;
	unsigned int salt_len;
	const u8 *mki;
	unsigned int mki_len;
};

int sotto_session_init(struct sotto_session *s, gfp_t gfp);
/* Wipes keys after a grace period; the packets in flight finish. */
void sotto_session_destroy(struct sotto_session *s);

/* Process context, may sleep; callers serialise the control calls of one session. */
int sotto_session_key_new(struct sotto_session *s, const struct sotto_key_params *p,
			  struct netlink_ext_ack *extack);
/* next becomes current, the old current is wiped; 0 if only a current exists; -ENOKEY for none. */
int sotto_session_key_promote(struct sotto_session *s, enum sotto_dir dir);
int sotto_session_key_del(struct sotto_session *s, enum sotto_dir dir, enum sotto_slot slot);
bool sotto_session_has_key(const struct sotto_session *s, enum sotto_dir dir, enum sotto_slot slot);
enum sotto_profile sotto_session_profile(const struct sotto_session *s, enum sotto_dir dir);

int sotto_session_module_init(void);	/* registry of used tx keys, caches */
void sotto_session_module_exit(void);

#endif /* SOTTO_SESSION_H */
