/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOTTO_SELFTEST_H
#define SOTTO_SELFTEST_H

/*
 * The published vectors through this machine's drivers, fast and slow. Says
 * which drivers those are. Process context, after sotto_session_module_init();
 * -EBADMSG on a mismatch: the module must not load then.
 */
int sotto_selftest(void);

#endif /* SOTTO_SELFTEST_H */
