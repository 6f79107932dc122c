/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors on D-Bus, Documentation/dbus.rst. The sentence with each says the thing,
 * the reason and the next step.
 */
#ifndef SOTTOD_BUS_ERROR_H
#define SOTTOD_BUS_ERROR_H

#define BUS_ERROR(name)		"org.sotto1.Error." name

#define BUS_NOT_YOURS		BUS_ERROR("NotYours")
#define BUS_NO_SUCH_PEER	BUS_ERROR("NoSuchPeer")
#define BUS_NO_SUCH_CALL	BUS_ERROR("NoSuchCall")
#define BUS_AMBIGUOUS		BUS_ERROR("Ambiguous")
#define BUS_WRONG_STATE		BUS_ERROR("WrongState")
#define BUS_BUSY		BUS_ERROR("Busy")
#define BUS_NO_KERNEL		BUS_ERROR("NoKernel")
#define BUS_NO_WORKER		BUS_ERROR("NoWorker")
#define BUS_UNREACHABLE		BUS_ERROR("Unreachable")
#define BUS_BAD_ARGUMENT	BUS_ERROR("BadArgument")
#define BUS_NOT_ALLOWED		BUS_ERROR("NotAllowed")

#endif
