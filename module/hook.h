/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOTTO_HOOK_H
#define SOTTO_HOOK_H

struct sotto_net;

/* Process context, may sleep. 0 or a negative errno. */
int sotto_hooks_register(struct sotto_net *sn);
void sotto_hooks_unregister(struct sotto_net *sn);

#endif /* SOTTO_HOOK_H */
