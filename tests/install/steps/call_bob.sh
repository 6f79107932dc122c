# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# He is called by alice, and answers.
. "$share/step.sh"

. "$share/healthy.sh"
alice sotto pair alice 10.77.0.1 >/dev/null
tell paired
check "it rings" wait_until 60 call_is .progress '"ringing"'
check "he answers" alice sotto answer
check "it is secure" wait_until 20 call_is .secure true
tell half "$(half)"
their_half=$(told half)
check "what alice says is right" sh -c "echo '$their_half' | runuser -u alice -- sotto verify"
check "alice is heard" wait_until 20 hears_more_than 100
told "done" >/dev/null || bail "alice does not end"
is "nothing was dropped" "$(drops)" "{}"
tell dropped
check "alice hangs up" wait_until 20 call_is .progress '"ended"'
finish
