// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of a flow: two slots per direction, their life and their end.
 */
#include <linux/errno.h>
#include <linux/error-injection.h>
#include <linux/minmax.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "session_priv.h"
#include "used_keys.h"

/* Frees keys and sessions: the crypto API may sleep, an RCU callback may not. */
static struct workqueue_struct *free_wq;

static void key_destroy(struct sotto_key *key)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(key->half); i++) {
		sotto_cm_exit(&key->half[i].cm);
		sotto_hmac_exit(&key->half[i].hmac);
		sotto_gcm_exit(&key->half[i].gcm);
	}
	sotto_cm_exit(&key->ext.cm);
	kfree_sensitive(key);
}

static void key_free_work(struct work_struct *work)
{
	key_destroy(container_of(to_rcu_work(work), struct sotto_key, free));
}

/* Wipes a key that no slot holds any more, after a grace period. */
static void key_retire(struct sotto_key *key)
{
	if (!key)
		return;
	INIT_RCU_WORK(&key->free, key_free_work);
	queue_rcu_work(free_wq, &key->free);
}

static int key_half_init(struct sotto_key_half *half, const struct sotto_profile_params *params,
			 const struct sotto_key_params *p, bool rtcp)
{
	struct sotto_session_keys keys;
	int err;

	err = sotto_kdf(params, p->master, p->salt, rtcp, &keys);
	if (err)
		goto wipe;
	memcpy(half->salt, keys.salt, params->salt_len);
	if (!params->auth_key_len) {
		err = sotto_gcm_init(&half->gcm, keys.key, params->key_len);
		goto wipe;
	}
	err = sotto_cm_init(&half->cm, keys.key, params->key_len);
	if (!err)
		err = sotto_hmac_init(&half->hmac, keys.auth, params->auth_key_len);
wipe:
	memzero_explicit(&keys, sizeof(keys));
	return err;
}

static int key_ext_init(struct sotto_key_ext *ext, const struct sotto_profile_params *params,
			const struct sotto_key_params *p)
{
	struct sotto_session_keys keys;
	int err;

	err = sotto_kdf_ext(params, p->master, p->salt, &keys);
	if (!err)
		err = sotto_cm_init(&ext->cm, keys.key, params->key_len);
	memcpy(ext->salt, keys.salt, sizeof(ext->salt));
	memzero_explicit(&keys, sizeof(keys));
	return err;
}

/* The caller owns the key, which nobody sees yet, and frees it by key_destroy(). */
static struct sotto_key *key_make(const struct sotto_profile_params *params,
				  const struct sotto_key_params *p,
				  const struct sotto_options *options)
{
	struct sotto_key *key = kzalloc(sizeof(*key), GFP_KERNEL);
	int err;

	if (!key)
		return ERR_PTR(-ENOMEM);
	key->params = params;
	key->profile = p->profile;
	key->print = sotto_key_print(p->master, p->master_len, p->salt, p->salt_len);
	key->mki_len = p->mki_len;
	if (p->mki_len)
		memcpy(key->mki, p->mki, p->mki_len);
	err = key_half_init(&key->half[0], params, p, false);
	if (!err)
		err = key_half_init(&key->half[1], params, p, true);
	key->options = *options;
	key->grows = options->pad_size || options->pad_multiple > 1 ||
		     options->cryptex != SOTTO_CRYPTEX_OFF;
	key->has_ext = !sotto_ext_ids_empty(&options->enc_ext);
	if (!err && key->has_ext)
		err = key_ext_init(&key->ext, params, p);
	if (err) {
		key_destroy(key);
		return ERR_PTR(err);
	}
	return key;
}

/**
 * sotto_key_spend() - Count one packet against a key's life (RFC 3711 9.2).
 * @key: the key
 * @rtcp: what the packet is
 * @index: its index: with a ROC that was told that may be far ahead of the count
 * @note: key_life is set at 15/16, once; exhausted when nothing is left
 *
 * Context: any. Return: 0 or -EKEYEXPIRED.
 */
int sotto_key_spend(struct sotto_key *key, bool rtcp, u64 index, struct sotto_srtp_note *note)
{
	u64 life = rtcp ? SOTTO_LIFE_RTCP : SOTTO_LIFE_RTP;
	u64 spent = atomic64_inc_return(&key->half[rtcp].spent);

	if (unlikely(spent > life)) {
		note->exhausted = true;
		return -EKEYEXPIRED;
	}
	if (unlikely(max(spent, index + 1) >= life / 16 * 15))
		note->key_life = !test_and_set_bit(SOTTO_KEY_AGED + rtcp, &key->flags);
	return 0;
}

ALLOW_ERROR_INJECTION(sotto_key_spend, ERRNO);

/**
 * sotto_session_init() - Make a session without keys.
 * @s: filled in
 * @gfp: how to allocate
 *
 * Context: as @gfp allows. Return: 0 or -ENOMEM.
 */
int sotto_session_init(struct sotto_session *s, gfp_t gfp)
{
	s->state = kzalloc(sizeof(*s->state), gfp);
	if (!s->state)
		return -ENOMEM;
	for (unsigned int i = 0; i < ARRAY_SIZE(s->state->dir); i++)
		sotto_streams_init(&s->state->dir[i]);
	spin_lock_init(&s->state->options_lock);
	s->state->options.window = SOTTO_WINDOW_DEFAULT;
	return 0;
}

static void session_free_work(struct work_struct *work)
{
	struct sotto_session_state *state =
		container_of(to_rcu_work(work), struct sotto_session_state, free);

	for (unsigned int i = 0; i < ARRAY_SIZE(state->dir); i++) {
		struct sotto_session_dir *dir = &state->dir[i];

		for (unsigned int slot = 0; slot < ARRAY_SIZE(dir->slot); slot++) {
			/* The grace period is over: nobody else sees it. */
			struct sotto_key *key = rcu_dereference_protected(dir->slot[slot], true);

			if (key)
				key_destroy(key);
		}
		sotto_streams_free(dir);
	}
	kfree(state);
}

/**
 * sotto_session_destroy() - Wipe and free a session after a grace period.
 * @s: no new packet finds it; packets that have found it finish
 *
 * Context: any but hardirq; no control call runs or follows.
 */
void sotto_session_destroy(struct sotto_session *s)
{
	INIT_RCU_WORK(&s->state->free, session_free_work);
	queue_rcu_work(free_wq, &s->state->free);
}

/* For control calls, which the caller serialises. */
static struct sotto_key *slot_key(const struct sotto_session *s, enum sotto_dir dir,
				  enum sotto_slot slot)
{
	return rcu_dereference_protected(s->state->dir[dir].slot[slot], true);
}

/*
 * A key that lives in this session already: in the same direction its replay
 * window would begin anew, in the other one the network could send our own
 * packets back to us.
 */
static int check_not_installed(const struct sotto_session *s, enum sotto_dir dir, u64 print,
			       struct netlink_ext_ack *extack)
{
	for (unsigned int d = 0; d < __SOTTO_DIR_MAX; d++) {
		for (unsigned int slot = 0; slot < __SOTTO_SLOT_MAX; slot++) {
			const struct sotto_key *key = slot_key(s, d, slot);

			if (!key || key->print != print)
				continue;
			if (d == dir) {
				NL_SET_ERR_MSG(extack, "this key is installed already");
				return -EEXIST;
			}
			NL_SET_ERR_MSG(extack, "the other direction has the same key");
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * sotto_session_key_new() - Install a master key as "next".
 * @s: session
 * @p: the key; copied, and wiped by the caller
 * @extack: may be NULL
 *
 * Replaces a "next" that was never made current. On rx the key is tried at once. It
 * goes with the options that the session has now, as long as it lives: what is under
 * way with it must not be taken for something else.
 *
 * Context: process, may sleep; the caller serialises control calls of @s.
 * Return: 0; -EINVAL if lengths do not fit the profile, or the other direction
 * has this key; -EEXIST if this direction has it, or for tx, if any flow had it
 * before; another negative errno. After an error nothing has changed.
 */
int sotto_session_key_new(struct sotto_session *s, const struct sotto_key_params *p,
			  struct netlink_ext_ack *extack)
{
	const struct sotto_profile_params *params = sotto_profile_params(p->profile);
	struct sotto_session_dir *dir = &s->state->dir[p->dir];
	struct sotto_key *key, *current_key, *old;
	struct sotto_options options;
	int err;

	if (!params) {
		NL_SET_ERR_MSG(extack, "key/profile is none that this kernel has");
		return -EINVAL;
	}
	if (p->master_len != params->key_len) {
		NL_SET_ERR_MSG(extack, "key/master has not the length for key/profile");
		return -EINVAL;
	}
	if (p->salt_len != params->salt_len) {
		NL_SET_ERR_MSG(extack, "key/salt has not the length for key/profile");
		return -EINVAL;
	}
	if (p->mki_len > SOTTO_MKI_MAX) {
		NL_SET_ERR_MSG(extack, "key/mki is too long");
		return -EINVAL;
	}

	sotto_session_options_get(s, &options);
	key = key_make(params, p, &options);
	if (IS_ERR(key)) {
		if (PTR_ERR(key) != -ENOMEM)
			NL_SET_ERR_MSG(extack, "this kernel has no cipher for the profile");
		return PTR_ERR(key);
	}
	err = check_not_installed(s, p->dir, key->print, extack);
	if (err)
		goto destroy;
	if (p->dir == SOTTO_DIR_TX) {
		err = sotto_used_keys_add(key->print);
		if (err == -EEXIST)
			NL_SET_ERR_MSG(extack, "this tx key was used before");
		if (err)
			goto destroy;
	}

	current_key = slot_key(s, p->dir, SOTTO_SLOT_CURRENT);
	key->place = current_key ? !current_key->place : 0;
	key->generation = ++dir->generation;
	old = slot_key(s, p->dir, SOTTO_SLOT_NEXT);
	rcu_assign_pointer(dir->slot[SOTTO_SLOT_NEXT], key);
	key_retire(old);
	return 0;

destroy:
	key_destroy(key);
	return err;
}

/**
 * sotto_session_key_promote() - Make "next" current and wipe the one before.
 * @s: session
 * @dir: direction
 *
 * Context: process; the caller serialises control calls of @s.
 * Return: 0, also if there is only a current key; -ENOKEY if there is none.
 */
int sotto_session_key_promote(struct sotto_session *s, enum sotto_dir dir)
{
	struct sotto_key __rcu **slot = s->state->dir[dir].slot;
	struct sotto_key *old = slot_key(s, dir, SOTTO_SLOT_CURRENT);
	struct sotto_key *next = slot_key(s, dir, SOTTO_SLOT_NEXT);

	if (!next)
		return old ? 0 : -ENOKEY;
	rcu_assign_pointer(slot[SOTTO_SLOT_CURRENT], next);
	/* Pairs with smp_rmb() in srtp.c: who misses it as next finds it as current. */
	smp_store_release(&slot[SOTTO_SLOT_NEXT], NULL);
	key_retire(old);
	return 0;
}

/**
 * sotto_session_key_del() - Remove and wipe a key.
 * @s: session
 * @dir: direction
 * @slot: which
 *
 * Context: process; the caller serialises control calls of @s.
 * Return: 0, or -ENOKEY if the slot is empty.
 */
int sotto_session_key_del(struct sotto_session *s, enum sotto_dir dir, enum sotto_slot slot)
{
	struct sotto_key *key = slot_key(s, dir, slot);

	if (!key)
		return -ENOKEY;
	RCU_INIT_POINTER(s->state->dir[dir].slot[slot], NULL);
	key_retire(key);
	return 0;
}

/**
 * sotto_session_has_key() - Does a slot hold a key?
 * @s: session
 * @dir: direction
 * @slot: which
 *
 * Context: any; @s is kept by the caller.
 */
bool sotto_session_has_key(const struct sotto_session *s, enum sotto_dir dir,
			   enum sotto_slot slot)
{
	return rcu_access_pointer(s->state->dir[dir].slot[slot]);
}

/**
 * sotto_session_next_heard() - Has the peer begun to use the "next" rx key?
 * @s: session
 *
 * The agent learns by it when the current one can go.
 *
 * Context: any; @s is kept by the caller.
 */
bool sotto_session_next_heard(const struct sotto_session *s)
{
	const struct sotto_key *key;
	bool heard;

	rcu_read_lock();
	key = rcu_dereference(s->state->dir[SOTTO_DIR_RX].slot[SOTTO_SLOT_NEXT]);
	heard = key && test_bit(SOTTO_KEY_HEARD, &key->flags);
	rcu_read_unlock();
	return heard;
}

/**
 * sotto_session_profile() - Profile of the current key.
 * @s: session
 * @dir: direction
 *
 * Context: any; @s is kept by the caller.
 * Return: the profile, SOTTO_PROFILE_UNSPEC if there is no key.
 */
enum sotto_profile sotto_session_profile(const struct sotto_session *s, enum sotto_dir dir)
{
	enum sotto_profile profile = SOTTO_PROFILE_UNSPEC;
	const struct sotto_key *key;

	rcu_read_lock();
	key = rcu_dereference(s->state->dir[dir].slot[SOTTO_SLOT_CURRENT]);
	if (key)
		profile = key->profile;
	rcu_read_unlock();
	return profile;
}

/**
 * sotto_session_key_info() - What may be told of the current key.
 * @s: session
 * @dir: direction
 * @out: filled in if there is a key
 *
 * Context: any; @s is kept by the caller. Return: is there a key?
 */
bool sotto_session_key_info(const struct sotto_session *s, enum sotto_dir dir,
			    struct sotto_key_info *out)
{
	const struct sotto_key *key;

	rcu_read_lock();
	key = rcu_dereference(s->state->dir[dir].slot[SOTTO_SLOT_CURRENT]);
	if (key)
		*out = (struct sotto_key_info){
			.options = key->options, .mki_len = key->mki_len,
		};
	rcu_read_unlock();
	return key;
}

/**
 * sotto_session_options_get() - Options of the keys that are installed from now on.
 * @s: session
 * @out: filled in
 *
 * Context: any but hardirq; @s is kept by the caller.
 */
void sotto_session_options_get(const struct sotto_session *s, struct sotto_options *out)
{
	spin_lock_bh(&s->state->options_lock);
	*out = s->state->options;
	spin_unlock_bh(&s->state->options_lock);
}

/**
 * sotto_session_options_set() - Change the options of later keys.
 * @s: session
 * @options: all of them, each in its range
 *
 * Context: any but hardirq; @s is kept by the caller, who serialises control calls.
 */
void sotto_session_options_set(struct sotto_session *s, const struct sotto_options *options)
{
	spin_lock_bh(&s->state->options_lock);
	s->state->options = *options;
	spin_unlock_bh(&s->state->options_lock);
}

/**
 * sotto_session_roc_set() - Tell the ROC that an SSRC's first packet has.
 * @s: session
 * @dir: direction
 * @ssrc: host byte order
 * @roc: rollover counter (RFC 3711 3.3.1)
 *
 * Context: process; @s is kept by the caller.
 * Return: 0; -EBUSY if a packet of it has been sent or accepted; -ENOSPC; -ENOMEM.
 */
int sotto_session_roc_set(struct sotto_session *s, enum sotto_dir dir, u32 ssrc, u32 roc)
{
	int err;

	rcu_read_lock();
	err = sotto_stream_preset(&s->state->dir[dir], ssrc, roc);
	rcu_read_unlock();
	return err;
}

/**
 * sotto_session_streams() - Go through the SSRCs of a direction.
 * @s: session
 * @dir: direction
 * @fn: called for each; an error ends it
 * @arg: for @fn
 *
 * Context: any but hardirq; @fn must not sleep. Return: 0, or what @fn returned.
 */
int sotto_session_streams(const struct sotto_session *s, enum sotto_dir dir,
			  int (*fn)(const struct sotto_stream_info *info, void *arg), void *arg)
{
	int err;

	rcu_read_lock();
	err = sotto_streams_each(&s->state->dir[dir], fn, arg);
	rcu_read_unlock();
	return err;
}

/**
 * sotto_session_module_init() - Ciphers, used keys, the queue that frees.
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_session_module_init(void)
{
	int err;

	free_wq = alloc_workqueue("sotto_free", WQ_UNBOUND, 0);
	if (!free_wq)
		return -ENOMEM;
	err = sotto_crypto_init();
	if (err)
		goto err_wq;
	err = sotto_used_keys_init();
	if (err)
		goto err_crypto;
	return 0;

err_crypto:
	sotto_crypto_exit();
err_wq:
	destroy_workqueue(free_wq);
	return err;
}

/**
 * sotto_session_module_exit() - Wait for what is being freed, then let go.
 *
 * Context: process, may sleep; every session has been destroyed.
 */
void sotto_session_module_exit(void)
{
	/* queue_rcu_work() queues in an RCU callback: those first, then the queue. */
	rcu_barrier();
	destroy_workqueue(free_wq);
	sotto_used_keys_exit();
	sotto_crypto_exit();
}
