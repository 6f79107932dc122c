/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table in the kernel, by libnftables.
 */
#ifndef GUARD_NFT_H
#define GUARD_NFT_H

#include <stdbool.h>
#include <stddef.h>

#define NFT_ERROR_MAX	160

/**
 * nft_apply() - Carry out a text of nft's, all of it or nothing.
 * @error: on failure what nft says; names no address
 *
 * Return: 0 or -1.
 */
int nft_apply(const char *text, char error[NFT_ERROR_MAX]);

/** nft_remove() - Take the table away, if it is there. Return: as nft_apply(). */
int nft_remove(char error[NFT_ERROR_MAX]);

/** nft_stands() - Is the table there? */
bool nft_stands(void);

#endif
