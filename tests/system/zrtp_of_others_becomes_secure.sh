#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 80
#
#	alice: a program, sottod --- middle --- bob: a telephone of libbzrtp and libsrtp2
#
# A program under a "require" rule and a telephone that brings its own ZRTP and SRTP become
# secure, whoever begins, with each suite that both know: what is said comes back, and both
# have the same SAS. So they do again with what they retain from the call before, and where
# either has lost or spoilt that, the one who can tell says so. With a second stream both are
# one call, by Multistream mode. THOROUGH=yes: every combination instead of some, each with
# two streams; half an hour.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"

# phones [OPTION...]: bob's telephone calls, each time from another port; what it says is
# in $work/phone
phones() {
	echo >>"$work/phoned"
	_port=$((7000 + 4 * $(wc -l <"$work/phoned")))
	on bob "$tools/zrtp-phone" call "$@" "$b:$_port" "$a:7000" >"$work/phone" 2>&1
}

# said MEMBER: of what the telephone said
said() {
	jq -r ".$1" "$work/phone" 2>&1
}

# compares: alice hears the half that she is not shown, and types it
compares() {
	_half=$(half_of alice)
	case $_half in
	"$(said first)") _other=$(said second) ;;
	"$(said second)") _other=$(said first) ;;
	*) return 1 ;;
	esac
	[ "$(on_call alice Verify s "$_other" | jq -c .data)" = "[true]" ]
}

# Sound and picture: prints what is wrong.
has_two_streams() {
	[ "$(said picture.secure) $(said picture.key)" = "true $(said key)" ] ||
		echo "the picture: $(cat "$work/phone")"
	calls alice | jq -c 'select(.Progress == "active") |
		[.SecurityTx, .SecurityRx, (.Streams | length)]' >"$work/streams"
	[ "$(cat "$work/streams")" = '["secure","secure",2]' ] ||
		echo "sottod: $(tr '\n' ' ' <"$work/streams")"
}

# becomes_secure SUITE ROLE [--picture]: prints what is wrong. The initiator chooses: libbzrtp
# what it prefers, sottod the agreement that they have in common and else what it prefers itself.
becomes_secure() {
	phones ${3-} --suite "$1" --role "$2" || echo "$1: bob's telephone: $(cat "$work/phone")"
	[ -z "${3-}" ] || has_two_streams
	case $2 in
	initiator) _suite=$(echo "$1" | awk -F/ '{ print $4, $1, $2, $3, $5 }') ;;
	responder) _suite=$(echo "$1" | awk -F/ '{ print $4, "S256 AES1 HS80 B32" }') ;;
	esac
	set -- "$1" "$(calls alice | tail -n 1 |
		jq -r '"\(.SecurityTx) \(.SecurityRx) \(.Suite) \(.Kind)"')"
	[ "$2" = "secure secure $_suite program" ] || echo "$1: sottod: $2"
	compares || echo "$1: another SAS: $(half_of alice), $(cat "$work/phone")"
	[ "$(call_has alice Verified)" = true ] || echo "$1: not verified"
	no_flows alice
}

combinations() {
	for agreement in X255 X448 DH3k; do
		for role in initiator responder; do
			for hash in S256 S384; do
				for cipher in AES1 AES3; do
					for tag in HS32 HS80; do
						for sas in B32 B256; do
							echo $hash/$cipher/$tag/$agreement/$sas $role
						done
					done
				done
			done
		done
	done
}

# Of all these as many that each word is among them.
some() {
	if [ -n "${THOROUGH-}" ]; then
		combinations
	else
		combinations | awk 'NR % 7 == 1'
	fi
}

load_module
hosts_up
end_up alice
some >"$work/some"
for f in 4 6; do
	family $f
	inside alice sotto rule add require --port 7000-7003 >"$work/rule" 2>&1 ||
		bail "$(cat "$work/rule")"
	start_on alice echo as "$tools/zrtp-phone" echo "$a:7000" "$a:7002"
	must 20 eval '[ "$(grep -c listening "$work/alice.echo")" = 2 ]'
	capture_start "$work/wire$f.pcap" middle br0 udp
	# Half of them by IPv4, the others by IPv6.
	awk "NR % 2 == $((f / 5))" "$work/some" >"$work/these"
	while read -r suite role <&4; do
		is "IPv$f, libbzrtp is $role: $suite" \
			"$(becomes_secure "$suite" "$role" ${THOROUGH:+--picture})" ""
	done 4<"$work/these"
	capture_end "$work/wire$f.pcap"
	is "IPv$f: nothing in clear" "$(plain_on_wire "$work/wire$f.pcap" "udp and not port 9")" 0
	check "IPv$f: much was said" \
		test "$(on_wire "$work/wire$f.pcap" "udp and greater 180")" -gt 100
	stop_on alice echo
	inside alice sotto rule del 2 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
done

inside alice sotto rule add require --port 7000-7003 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
family 4
start_on alice echo as "$tools/zrtp-phone" echo "$a:7000" "$a:7002"
must 20 eval '[ "$(grep -c listening "$work/alice.echo")" = 2 ]'
capture_start "$work/pictures.pcap" middle br0 udp
for role in initiator responder; do
	is "sound and picture are one call, libbzrtp is $role" \
		"$(becomes_secure S256/AES1/HS80/X255/B32 $role --picture)" ""
done
capture_end "$work/pictures.pcap"
is "nothing of either in clear" "$(plain_on_wire "$work/pictures.pcap" "udp and not port 9")" 0
cache=$work/cache.db

# again ROLE: does it become secure, with the person from before, alarm at alice, at bob
again() {
	phones --role "$1" --cache "$cache" --compared
	echo "$(said good) $(call_has alice VerifiedBefore) $(call_has alice Alarm) $(said mismatch)"
}

# spoil: what bob's telephone has retained is something else now
spoil() {
	/usr/bin/python3 -c 'import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
d.execute("UPDATE zrtp SET rs1 = randomblob(32), rs2 = randomblob(32)")
d.commit()' "$cache" || bail "no cache"
}

is "a first call" "$(again initiator)" "true false  false"
check "alice compares the SAS" compares
no_flows alice
inside alice cp -a /var/lib/sotto /tmp/older
for role in responder initiator; do
	is "a call with retained secrets, libbzrtp is $role" "$(again $role)" "true true  false"
	no_flows alice
done
for role in initiator responder; do
	cp "$cache" "$work/good.db"
	spoil
	is "bob's are spoilt, libbzrtp is $role" "$(again $role)" "true true mismatch true"
	check "alice is told what to do" says "$(call_has alice AlarmText)" "Verify before"
	no_flows alice
	# Who has compared nothing has kept what he had; the alarm stands until they compare.
	cp "$work/good.db" "$cache"
	is "the true ones are good still" "$(again $role)" "true true mismatch false"
	check "alice compares the SAS" compares
	no_flows alice
	is "and all is well" "$(again $role)" "true true  false"
	no_flows alice
done
stop_on alice sottod
inside alice sh -c 'rm -rf /var/lib/sotto/* && cp -a /tmp/older/. /var/lib/sotto'
sottod_up alice
is "alice's are from long ago" "$(again initiator)" "true true mismatch true"
finish
