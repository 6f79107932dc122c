#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Another module is installed than the one that runs. While there is a flow, or a rule that
# was not read from a file, "sotto-guard renew" leaves the one that runs, and says why. When
# nothing holds it any more the other one takes its place, and nothing leaves meanwhile.
#
#	alice: RTP at 7000, control at 7100 -- middle: capture -- bob
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/guard-lib.sh"

runs() {
	cat /sys/module/sotto/srcversion
}

says() {
	grep -qF "$1" "$work/guard.log"
}

hosts_up
nobody_answers
rules_are 'require --port 7000'
module_is good
guard load
is "a module runs" "$? $(how)" "0 loaded"
first=$(runs)
guard renew
is "nothing to renew" "$? $(how)" "0 loaded"
wire=$work/wire.pcap
capture_start "$wire"
talk_without_end rtp 10.9.0.1:7000 10.9.0.2:7000 other 10.9.0.1:7100 10.9.0.2:7100
becomes_secure alice 7000
check "a call is secure" wait_until 30 leaves_protected alice 7000

module_is newer
guard renew
is "another one is installed: it waits" "$? $(how) $(runs)" "1 waiting $first"
check "and says for what" says "is taken when no call holds the one that runs"
guard load
is "reloading the rules does not change that" "$? $(how) $(runs)" "0 waiting $first"
sent=$(flow alice 7000 tx-protected)
goes_on
check "the call has gone on" [ "$(flow alice 7000 tx-protected)" -gt "$sent" ]

stop "$talker"
must 10 nl alice flow del "$(flow alice 7000 id)" >/dev/null
must 1 nl alice rule add action=require ports=7200 id=7 >/dev/null
guard renew
is "a rule by hand: it waits" "$? $(how) $(runs)" "1 waiting $first"
check "and says for what" says "rules that were not read from files hold the one that runs"
check "with nftables not standing in" not stands
must 1 nl alice rule del 7
talk_without_end other 10.9.0.1:7100 10.9.0.2:7100
guard renew
is "nothing holds it: the other one runs" "$? $(how)" "0 loaded"
check "which is another" [ "$(runs)" != "$first" ]
goes_on
stop "$talker"
capture_end "$wire"
check "the control was heard" [ "$(plain_on_wire "$wire" 'src port 7100')" -gt 40 ]
is "nobody could read the call" "$(plain_on_wire "$wire" 'src host 10.9.0.1 and src port 7000')" 0

must 1 nl alice rule add action=require ports=7200 id=8 >/dev/null
guard unload
is "a rule by hand holds it again" "$? $(how)" "1 standing"
guard end
is "at the end nothing stands and nothing runs" "$? $(how)" "0 off"
check "no table" not stands
check "no module" not module_loaded || note "$(cat "$work/guard.log"; cat /proc/modules | grep sotto; ls /sys/module/sotto/holders)"
finish
