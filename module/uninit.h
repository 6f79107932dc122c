/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOTTO_UNINIT_H
#define SOTTO_UNINIT_H

/*
 * For a local variable on every packet's way, all of which is filled in before it is
 * read: a kernel with CONFIG_INIT_STACK_ALL_ZERO would clear it first.
 */
#if __has_attribute(__uninitialized__)
#define sotto_uninit	__attribute__((__uninitialized__))
#else
#define sotto_uninit
#endif

#endif /* SOTTO_UNINIT_H */
