// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the person is to know of a call beside its alarms: why sotto does not encrypt a
 * program's, and that the other end passes keys on.
 */
#include "calls_priv.h"

enum note { NOTE_NONE, NOTE_OWN, NOTE_HELD, NOTE_CLEAR, NOTE_DISCLOSES };

static enum note note_of(const struct line *line)
{
	if (line->call->security.secure && line->call->security.disclosed &&
	    line->call->progress != CALL_ENDED)
		return NOTE_DISCLOSES;
	if (!line->has_flow || line->call->kind != CALL_PROGRAM ||
	    line->call->progress == CALL_ENDED)
		return NOTE_NONE;
	if (line_is_own(line))
		return NOTE_OWN;
	if (!line->no_zrtp || line->call->security.secure)
		return NOTE_NONE;
	return line->flow.tx == SOTTO_STATE_CLEAR || line->flow.rx == SOTTO_STATE_CLEAR ?
	       NOTE_CLEAR : NOTE_HELD;
}

bool line_is_own(const struct line *line)
{
	return line->flow.tx == SOTTO_STATE_OWN || line->flow.rx == SOTTO_STATE_OWN;
}

const char *line_note(const struct line *line)
{
	switch (note_of(line)) {
	case NOTE_NONE:
		break;
	case NOTE_OWN:
		return "own";
	case NOTE_HELD:
	case NOTE_CLEAR:
		return "no-zrtp";
	case NOTE_DISCLOSES:
		return "discloses";
	}
	return "";
}

const char *line_note_text(const struct line *line)
{
	switch (note_of(line)) {
	case NOTE_NONE:
		break;
	case NOTE_OWN:
		return "The program encrypts by itself. sotto leaves it alone and cannot vouch for "
		       "it.";
	case NOTE_HELD:
		return "The other end does not speak ZRTP, and a rule requires encryption: nothing is "
		       "sent, nothing is heard. Have sotto there, or a telephone with ZRTP. To talk "
		       "for all to hear, another rule must say so: sotto rule.";
	case NOTE_CLEAR:
		return "The other end does not speak ZRTP, and the rule only prefers encryption: all on "
		       "the way can listen. Have sotto there, or a telephone with ZRTP. To have no "
		       "such calls: sotto rule add require.";
	case NOTE_DISCLOSES:
		return "The other end says that it stores or passes on the keys of its calls: others "
		       "than it may hear this one. Nothing here can prevent that.";
	}
	return "";
}
