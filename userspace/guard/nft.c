// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft.h"

#include <stdio.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "nft_text.h"

/* Its first line; those that follow quote the rule. */
static void first_line(const char *text, char error[NFT_ERROR_MAX])
{
	const char *at = text ? strstr(text, "Error: ") : NULL;

	text = at ? at + strlen("Error: ") : text && *text ? text : "no reason given";
	snprintf(error, NFT_ERROR_MAX, "%.*s", (int)strcspn(text, "\n"), text);
}

int nft_apply(const char *text, char error[NFT_ERROR_MAX])
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int r = -1;

	first_line("no memory", error);
	if (!nft)
		return -1;
	if (!nft_ctx_buffer_output(nft) && !nft_ctx_buffer_error(nft)) {
		r = nft_run_cmd_from_buffer(nft, text) ? -1 : 0;
		first_line(nft_ctx_get_error_buffer(nft), error);
	}
	nft_ctx_free(nft);
	return r;
}

int nft_remove(char error[NFT_ERROR_MAX])
{
	return nft_apply("table " GUARD_TABLE "\ndelete table " GUARD_TABLE "\n", error);
}

bool nft_stands(void)
{
	char error[NFT_ERROR_MAX];

	return !nft_apply("list table " GUARD_TABLE, error);
}
