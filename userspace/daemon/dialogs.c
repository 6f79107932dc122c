// SPDX-License-Identifier: GPL-2.0-or-later
#include "dialogs.h"

#include <string.h>

static struct dialog *find_in(struct dialog *list, const uint8_t call[SIP_CALL_LEN])
{
	for (size_t i = 0; i < DIALOGS_MAX; i++)
		if (list[i].used && !memcmp(list[i].call, call, SIP_CALL_LEN))
			return &list[i];
	return NULL;
}

static struct dialog *find(struct dialogs *d, const uint8_t call[SIP_CALL_LEN])
{
	struct dialog *found = find_in(d->begun_here, call) ?: find_in(d->begun_there, call);

	if (found)
		found->used = d->messages;
	return found;
}

/* In the place of the one that has not been used for longest. */
static struct dialog *make(struct dialogs *d, struct dialog *list, const uint8_t call[SIP_CALL_LEN])
{
	struct dialog *oldest = &list[0];

	for (size_t i = 1; i < DIALOGS_MAX; i++)
		if (list[i].used < oldest->used)
			oldest = &list[i];
	*oldest = (struct dialog){ .used = d->messages };
	memcpy(oldest->call, call, SIP_CALL_LEN);
	return oldest;
}

static size_t give(const struct sip_media *media, size_t n, struct sip_media out[SIP_MEDIA_MAX])
{
	memcpy(out, media, n * sizeof(*media));
	return n;
}

static bool is_final_yes(const struct sip_message *m)
{
	return m->status >= 200 && m->status < 300;
}

/* Requests in which media are offered; ACK answers an offer that came with the response. */
static bool can_offer(enum sip_method method)
{
	return method == SIP_INVITE || method == SIP_PRACK || method == SIP_UPDATE;
}

/* What we offer concerns the far end; what we say yes to is what it has offered. */
static size_t sent_one(struct dialogs *d, const struct sip_message *m, struct dialog *dialog,
		       struct sip_media out[SIP_MEDIA_MAX])
{
	size_t n;

	if (!m->status && m->method == SIP_INVITE && !dialog) {
		dialog = make(d, d->begun_here, m->call);
		dialog->ours = true;
	}
	if (!dialog || !is_final_yes(m) || !can_offer(m->method))
		return 0;
	dialog->ours |= m->method == SIP_INVITE;
	if (!dialog->ours || dialog->cseq != m->cseq)
		return 0;
	n = give(dialog->media, dialog->n, out);
	dialog->n = 0;
	return n;
}

static size_t came_one(struct dialogs *d, const struct sip_message *m, struct dialog *dialog,
		       struct sip_media out[SIP_MEDIA_MAX])
{
	/* What answers our offer. */
	if (m->method == SIP_ACK || (m->status && m->status < 300 && can_offer(m->method)))
		return dialog && dialog->ours ? give(m->media, m->n, out) : 0;
	if (m->status)
		return 0;
	if (!can_offer(m->method))
		return 0;
	if (!dialog && m->method == SIP_INVITE)
		dialog = make(d, d->begun_there, m->call);
	if (!dialog)
		return 0;
	dialog->cseq = m->cseq;
	dialog->n = give(m->media, m->n, dialog->media);
	return 0;
}

size_t dialogs_message(struct dialogs *d, bool sent, const struct sip_message *m,
		       struct sip_media out[SIP_MEDIA_MAX])
{
	struct dialog *dialog;

	d->messages++;
	dialog = find(d, m->call);
	return sent ? sent_one(d, m, dialog, out) : came_one(d, m, dialog, out);
}
