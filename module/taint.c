// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local sockets that have been secure. Prints are only added: a socket that is
 * closed leaves one behind that nobody bears any more.
 */
#include <linux/mm.h>
#include <linux/sock_diag.h>

#include "taint.h"

/* A table this full makes lookups long. */
#define TAINT_MAX	(SOTTO_TAINT_SLOTS / 4 * 3)

/**
 * sotto_socket_first_print() - Have a socket given its cookie.
 * @sk: full socket
 *
 * Context: any. Return: never 0.
 */
u64 sotto_socket_first_print(const struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie((struct sock *)sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

/**
 * sotto_taint_init() - Begin with none.
 * @taint: filled in
 *
 * Context: process, may sleep. Return: 0 or -ENOMEM.
 */
int sotto_taint_init(struct sotto_taint *taint)
{
	spin_lock_init(&taint->lock);
	taint->slot = kvcalloc(SOTTO_TAINT_SLOTS, sizeof(taint->slot[0]), GFP_KERNEL);
	taint->ports = bitmap_zalloc(65536, GFP_KERNEL);
	if (taint->slot && taint->ports)
		return 0;
	sotto_taint_exit(taint);
	return -ENOMEM;
}

/**
 * sotto_taint_exit() - Forget all.
 * @taint: nobody reads it any more
 *
 * Context: process.
 */
void sotto_taint_exit(struct sotto_taint *taint)
{
	kvfree(taint->slot);
	taint->slot = NULL;
	bitmap_free(taint->ports);
	taint->ports = NULL;
}

/* The slot that holds @print, or the free one where it would go. */
static u64 *find(const struct sotto_taint *taint, u64 print)
{
	unsigned int i = print % SOTTO_TAINT_SLOTS;

	while (READ_ONCE(taint->slot[i]) && READ_ONCE(taint->slot[i]) != print)
		i = (i + 1) % SOTTO_TAINT_SLOTS;
	return &taint->slot[i];
}

/**
 * sotto_taint_add() - Remember a socket.
 * @taint: table
 * @print: its sotto_socket_print()
 * @lport: its local port
 *
 * Context: any but hardirq.
 */
void sotto_taint_add(struct sotto_taint *taint, u64 print, __be16 lport)
{
	u64 *slot;

	spin_lock_bh(&taint->lock);
	slot = find(taint, print);
	set_bit(ntohs(lport), taint->ports);
	if (!*slot) {
		if (taint->n < TAINT_MAX) {
			taint->n++;
			WRITE_ONCE(*slot, print);
		} else {
			WRITE_ONCE(taint->full, true);
		}
	}
	spin_unlock_bh(&taint->lock);
}

/**
 * sotto_taint_has() - Has this socket been secure?
 * @taint: table
 * @print: its sotto_socket_print()
 *
 * Context: any. Return: also true if that cannot be known any more.
 */
bool sotto_taint_has(const struct sotto_taint *taint, u64 print)
{
	return READ_ONCE(taint->full) || READ_ONCE(*find(taint, print)) == print;
}
