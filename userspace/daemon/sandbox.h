/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process can do that reads what anybody may send: compute, and speak on one
 * socket that it has already.
 */
#ifndef SOTTOD_SANDBOX_H
#define SOTTOD_SANDBOX_H

#include <stdint.h>

/**
 * sandbox_enter() - Give up everything, for good.
 *
 * What stays: memory, the clock, random numbers, and sending and receiving on
 * descriptor 0; all others are closed. Any other system call ends the process with
 * SIGSYS. Whatever the libraries set up when they are first used has to be set up
 * before.
 *
 * Return: WIRE_LOCK_*, as the kernel shows them afterwards. Namespaces need a kernel
 * that gives them to everybody; the others fail only where the kernel has no seccomp.
 */
uint32_t sandbox_enter(void);

#endif
