/* SPDX-License-Identifier: GPL-2.0-or-later */
/* At the other end of what sottod sends: an engine that agrees keys with it. */
#ifndef FUZZ_SOTTOD_BOB_H
#define FUZZ_SOTTOD_BOB_H

#include <stdbool.h>

/** bob_hears() - All that was sent, and answers. @echo: control packets come back, too */
void bob_hears(bool echo);

/** bob_calls() - He begins to say Hello. */
void bob_calls(void);

/** bob_ends() - The next one knows nothing of this one. */
void bob_ends(void);

#endif
