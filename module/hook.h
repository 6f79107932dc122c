/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOTTO_HOOK_H
#define SOTTO_HOOK_H

struct net;

/* Process context, may sleep. 0 or a negative errno. */
int sotto_hooks_register(struct net *net);
void sotto_hooks_unregister(struct net *net);

#endif /* SOTTO_HOOK_H */
