// SPDX-License-Identifier: GPL-2.0-or-later
#include "dict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void dict_free_texts(char **texts)
{
	for (char **t = texts; t && *t; t++)
		free(*t);
	free(texts);
}

static int read_texts(sd_bus_message *m, char ***out)
{
	int r;

	dict_free_texts(*out);	/* a key that comes twice */
	*out = NULL;
	r = sd_bus_message_enter_container(m, 'v', "as");
	if (r >= 0)
		r = sd_bus_message_read_strv(m, out);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_flag(sd_bus_message *m, bool *out)
{
	int on;
	int r = sd_bus_message_read(m, "v", "b", &on);

	if (r >= 0)
		*out = on;
	return r;
}

static int read_value(sd_bus_message *m, const struct field *f, void *out)
{
	void *where = (char *)out + f->offset;

	if (!strcmp(f->type, "b"))
		return read_flag(m, where);
	if (!strcmp(f->type, "as"))
		return read_texts(m, where);
	return sd_bus_message_read(m, "v", f->type, where);
}

static const struct field *field_of(const struct field *fields, const char *key)
{
	while (fields->key && strcmp(fields->key, key))
		fields++;
	return fields->key ? fields : NULL;
}

/* @next: where the entry's field is likely to be found, then the same of the next entry. */
static int read_entry(sd_bus_message *m, const struct field *fields, const struct field **next,
		      dict_other_fn other, void *out)
{
	const struct field *f;
	const char *key;
	int r = sd_bus_message_read_basic(m, 's', &key);

	if (r < 0)
		return r;
	f = field_of(*next, key) ?: field_of(fields, key);
	if (f) {
		*next = f + 1;
		return read_value(m, f, out);
	}
	r = other ? other(m, key, out) : 0;
	return r ? r : sd_bus_message_skip(m, "v");
}

int dict_read(sd_bus_message *m, const struct field *fields, dict_other_fn other, void *out)
{
	const struct field *next = fields;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = read_entry(m, fields, &next, other, out);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}
