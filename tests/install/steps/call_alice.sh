# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# She calls bob: nothing is set up but that each has paired the other. A newer sottod comes
# in the middle of the call if one waits in /root/newer.
. "$share/step.sh"

# What must be the same before and after.
picture() {
	call '[.name, .progress, .secure, .security_tx, .security_rx, .suite, .verified,
		.their_verified, .alarm, .since, .secure_since, .flow]'
}

upgrade() {
	apt-get install -y /root/newer/*.deb >"$share/$name.upgrade" 2>&1
}

is_newer() {
	[ "$(dpkg-query -W -f '${Version}' sotto)" = 0.1.1 ] && unit_is sottod active &&
		alice sotto --json >/dev/null 2>&1
}

. "$share/healthy.sh"
alice sotto pair bob 10.77.0.2 >/dev/null
tell paired
told paired >/dev/null || bail "bob has not paired us"
check "sotto call reaches bob, who answers" alice sotto call bob
is "it is secure" "$(call '[.progress, .secure]')" '["active",true]'
tell half "$(half)"
their_half=$(told half)
check "what bob says is right" sh -c "echo '$their_half' | runuser -u alice -- sotto verify bob"
check "and he finds the same" wait_until 20 call_is .their_verified true
# Two seconds: so much at least has_no_gap wants to see.
check "bob is heard" wait_until 20 hears_more_than 100
if [ -e /root/newer ]; then
	before=$(picture)
	check "apt upgrades sotto" upgrade
	check "the newer sottod runs" wait_until 20 is_newer
	is "name, SAS, verified and start are as before" "$(picture)" "$before"
	check "bob is still heard" wait_until 20 hears_more_than "$(($(received) + 25))"
	is "nothing was dropped" "$(drops)" "{}"
fi
tell done
told dropped >/dev/null
alice sotto hangup >/dev/null
check "and the call ends" wait_until 20 call_is .progress '"ended"'
finish
