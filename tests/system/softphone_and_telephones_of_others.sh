#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: vm-long
# seconds: 60
#
#	alice: baresip, sottod --- middle: capture --- bob: a telephone of libbzrtp and libsrtp2
#
# An unmodified softphone under a rule calls a telephone that has nothing of sotto. Where that
# one speaks ZRTP they are secured. Where it does not: under "require" it hears nothing, and
# the person is told why; under "prefer" they talk, and she is told that all can listen.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/softphones.sh"

talks=0

# talk_begin NAME [OPTION...]: alice's softphone calls, and the telephone talks
talk_begin() {
	_talk=$1
	shift
	talks=$((talks + 1))
	capture_start "$work/$_talk.pcap" middle br0 "not arp"
	start sip bob "$top/tests/system/sip-answer.py" 10.9.0.2 7002
	must 20 on bob sh -c 'ss -lun | grep -q :5060'
	phone_does alice dial sip:bob@10.9.0.2
	must 20 phone_tells alice CALL_ESTABLISHED $talks
	start "$_talk" bob "$tools/zrtp-phone" call "$@" --time 12000 10.9.0.2:7002 \
		"$(sed -n 's/^media //p' "$work/sip")"
	telephone=$started
}

# talk_end NAME: as wiretap()
talk_end() {
	wait "$telephone"
	phone_does alice hangup
	must 20 phone_tells alice CALL_CLOSED $talks
	must 20 grep -q bye "$work/sip"
	check "$1: the call ends with its sockets" wait_until 20 call_is alice Progress ended
	capture_end "$work/$1.pcap"
	wiretap "$1" "$work/$1.pcap" alice alice
	note "the telephone: $(tail -n 1 "$work/$1")"
}

# said NAME MEMBER: of what the telephone said at the end
said() {
	tail -n 1 "$work/$1" | jq -r ".$2"
}

# shown WORDS: by "sotto" to the person
shown() {
	as alice sotto 2>&1 | grep -q "$1"
}

ruled() {
	inside alice sotto rule add "$1" --port 10000-10999 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
}

unruled() {
	inside alice sotto rule del "$(inside alice sotto rule list --json |
		jq '.rules[] | select(.port_min == 10000) | .id')" >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
}

load_module
hosts_up
end_up alice
PHONE_PAUSE=120
ruled require
phone_up alice 10.9.0.1

talk_begin zrtp --role initiator
for d in Tx Rx; do
	check "with ZRTP there, the call becomes secure: $d" wait_until 20 call_is alice Security$d secure
done
is "it is a program's" "$(call_has alice Kind)" program
half=$(half_of alice)
talk_end zrtp
is "the telephone says so too" "$(said zrtp secure)" true
check "and shows the same SAS" test "$half" = "$(said zrtp first)" -o "$half" = "$(said zrtp second)"
check "it hears what alice says, as libsrtp2 takes it" [ "$(said zrtp heard)" -gt 100 ]
is "on the wire nothing is in clear" "$plain" 0

talk_begin require --clear
check "without, under require: the person is told why" wait_until 20 call_is alice Note no-zrtp
check "and what to do" says "$(call_has alice NoteText)" "Have sotto there"
check "sotto shows it: not secure" shown 'not secure'
talk_end require
is "the telephone hears nothing" "$(said require heard)" 0
is "and nothing is on the wire" "$plain" 0

unruled
ruled prefer
talk_begin prefer --clear
check "under prefer: the person is told" wait_until 20 call_is alice Note no-zrtp
check "that all can listen" says "$(call_has alice NoteText)" "can listen"
check "sotto shows it: NOT ENCRYPTED" shown 'NOT ENCRYPTED'
talk_end prefer
check "the telephone hears alice" [ "$(said prefer heard)" -gt 100 ]
check "and so do all on the way" [ "$plain" -gt 100 ]
finish
