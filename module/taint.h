/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Local sockets that have been secure: their new flows begin in hold, also where
 * a rule only prefers security. Nothing may turn a secure call into a clear one
 * by sending it elsewhere.
 */
#ifndef SOTTO_TAINT_H
#define SOTTO_TAINT_H

#include <linux/bitmap.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <net/sock.h>

#define SOTTO_TAINT_SLOTS	4096

/**
 * struct sotto_taint - the prints of such sockets
 * @lock: guards adding
 * @n: prints in @slot
 * @full: no more fit; every socket counts as one of them
 * @slot: 0: free
 * @ports: local ports of such sockets: what spares the others a look at @slot
 */
struct sotto_taint {
	spinlock_t lock;	/* see above */
	unsigned int n;
	bool full;
	u64 *slot;
	unsigned long *ports;
};

u64 sotto_socket_first_print(const struct sock *sk);

/**
 * sotto_socket_print() - What a socket is known by.
 * @sk: full socket
 *
 * Its cookie (SO_COOKIE): no other socket will ever have it.
 *
 * Context: any. Return: never 0.
 */
static inline u64 sotto_socket_print(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : sotto_socket_first_print(sk);
}

int sotto_taint_init(struct sotto_taint *taint);	/* may sleep; 0 or -ENOMEM */
void sotto_taint_exit(struct sotto_taint *taint);
void sotto_taint_add(struct sotto_taint *taint, u64 print, __be16 lport);
bool sotto_taint_has(const struct sotto_taint *taint, u64 print);

/* May a socket with this local port be one of them? */
static inline bool sotto_taint_may_have(const struct sotto_taint *taint, __be16 lport)
{
	return READ_ONCE(taint->n) && test_bit(ntohs(lport), taint->ports);
}

#endif /* SOTTO_TAINT_H */
