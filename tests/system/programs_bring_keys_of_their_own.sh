#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The examples of libsotto, a program with SDES keys and one with DTLS-SRTP keys, hand them
# to the kernel and go on with a plain socket. Their far end has libsrtp2, and OpenSSL for
# DTLS, and knows nothing of sotto. Nobody hears them but who has the keys, and where
# anything is wrong with those nothing is sent.
#
#	alice: example -- sotto.ko === SRTP ===> middle: capture ===> bob: libsrtp2, OpenSSL
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

examples=$build/examples
sdes=$examples/sdes_call
dtls=$examples/dtls_call
there=$tools/keyed-peer
load_module
hosts_up

# talker NAME HOST COMMAND...: takes lines; sets $started. What it says first is its line of SDP
talker() {
	_talker=$1
	_talker_host=$2
	shift 2
	mkfifo "$work/$_talker.orders" || bail "no fifo"
	start "$_talker" "$_talker_host" sh -c 'f=$1; shift; exec "$@" <>"$f"' sh \
		"$work/$_talker.orders" "$@"
	soon grep -q '^a=' "$work/$_talker"
}

# introduce NAME OTHER: each is given the other's line
introduce() {
	grep '^a=' "$work/$2" >"$work/$1.orders"
	grep '^a=' "$work/$1" >"$work/$2.orders"
}

# both_hear NAME OTHER: three lines each way
both_hear() {
	for _n in 1 2 3; do
		echo "$spoken by $1 $_n" >"$work/$1.orders"
		echo "$spoken by $2 $_n" >"$work/$2.orders"
	done
	wait_until 20 grep -qx "heard: $spoken by $1 3" "$work/$2" &&
	wait_until 20 grep -qx "heard: $spoken by $2 3" "$work/$1" &&
	[ "$(grep -c '^heard: said' "$work/$1")" -eq 3 ] &&
	[ "$(grep -c '^heard: said' "$work/$2")" -eq 3 ]
}

is_secure() {
	grep -qx secure "$work/$1"
}

# refuses PID: it ends by itself, and not well
refuses() {
	wait_until 20 not kill -0 "$1" 2>/dev/null || return 1
	! wait "$1"
}

# counted PORT MEMBER COUNT: of alice's flow there
counted() {
	[ "$(flow alice "$1" "$2")" = "$3" ]
}

has_flow() {
	[ "$(flow alice "$1" id)" != none ]
}

# over NAME PID OTHER PID: both calls are at their end
over() {
	stop "$2"
	stop "$4"
	rm -f "$work/$1.orders" "$work/$3.orders"
	no_flows alice
}

# call KIND FAMILY PORT [PROFILE]: a call that is good
call() {
	_kind=$1
	_port=$3
	family "$2"
	_example=$sdes
	[ "$_kind" = sdes ] || _example=$dtls
	_what="$_kind, IPv$2${4:+, $4}"
	capture_start "$work/wire.pcap"
	talker there bob "$there" "$_kind" "$b:$_port" "$a:$_port" ${4:+"$4"}
	_there=$started
	talker here alice "$_example" "$a:$_port" "$b:$_port" ${4:+"$4"}
	_here=$started
	introduce here there
	check "$_what: the program has its keys" wait_until 20 is_secure here
	soon is_secure there
	is "$_what: the flow is secure both ways" "$(states alice "$_port")" secure/secure
	check "$_what: both hear each other" both_hear here there
	is "$_what: the kernel has encrypted what was sent" \
		"$(flow alice "$_port" tx-protected)" 3
	is "$_what: and decrypted what came" "$(flow alice "$_port" rx-unprotected)" 3
	capture_end "$work/wire.pcap"
	is "$_what: nothing of it can be read on the wire" \
		"$(plain_on_wire "$work/wire.pcap" "udp port $_port")" 0
	check "$_what: though it was there" test "$(on_wire "$work/wire.pcap" "udp port $_port")" -ge 6
	over here "$_here" there "$_there"
}

call sdes 4 7000 AES_CM_128_HMAC_SHA1_80
call sdes 6 7002 AEAD_AES_256_GCM
call dtls 4 7004
family 4

# The far end is heard by nobody when its key is another one than it has said.
talker there bob "$there" sdes "$b:7030" "$a:7030" AEAD_AES_128_GCM
theirs=$started
talker here alice "$sdes" "$a:7030" "$b:7030" AEAD_AES_128_GCM
ours=$started
grep '^a=' "$work/here" >"$work/there.orders"
grep '^a=' "$work/there" | sed 's/inline:..../inline:AAAA/' >"$work/here.orders"
must 20 is_secure here
soon is_secure there
echo "$spoken" >"$work/there.orders"
check "a packet of another key does not authenticate" wait_until 20 counted 7030 drop-rx-auth 1
is "and is not heard" "$(grep -c '^heard' "$work/here")" 0
over here "$ours" there "$theirs"

# A line that is none, and a profile that was not meant: nothing is secure, nothing is sent.
for line in 'a=crypto:1 AEAD_AES_128_GCM inline:AAAA' \
	'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'; do
	talker here alice "$sdes" "$a:7032" "$b:7032" AEAD_AES_128_GCM
	ours=$started
	echo "$line" >"$work/here.orders"
	check "'$line' is refused" refuses "$ours"
	check "and nothing is secure" not is_secure here
	rm -f "$work/here.orders"
done

# The certificate is not the one of the SDP: somebody sits in between.
capture_start "$work/wire.pcap"
talker there bob "$there" dtls "$b:7034" "$a:7034"
theirs=$started
talker here alice "$dtls" "$a:7034" "$b:7034"
ours=$started
grep '^a=' "$work/here" >"$work/there.orders"
grep '^a=' "$work/there" | tr 0123456789 1234567890 >"$work/here.orders"
check "a certificate of somebody else ends the call" refuses "$ours"
check "which says so" grep -q 'somebody else answers' "$work/here"
is "without a flow" "$(flows alice)" ""
capture_end "$work/wire.pcap"
is "and without a packet of media" \
	"$(on_wire "$work/wire.pcap" "$from_a and udp port 7034 and udp[8] == 0x80")" 0
over here "$ours" there "$theirs"

# Under a rule that requires: the far end is first, and its packet has begun a flow.
start events alice "$tools/sotto-nl" listen
soon grep -q listening "$work/events"
nl alice rule add action=require ports=7036-7040 >/dev/null || bail "no rule"
capture_start "$work/wire.pcap"
talker there bob "$there" sdes "$b:7036" "$a:7036" AEAD_AES_256_GCM early
theirs=$started
talker here alice "$sdes" "$a:7036" "$b:7036" AEAD_AES_256_GCM
ours=$started
grep '^a=' "$work/here" >"$work/there.orders"
must 20 is_secure there
must 20 has_flow 7036
begun=$(flow alice 7036 id)
grep '^a=' "$work/there" >"$work/here.orders"
check "a flow that the far end has begun is taken up" wait_until 20 is_secure here
mark=$(printf sdes_call | od -An -tx1 | tr -d ' \n')
check "which the agent is told with the mark of who has it" wait_until 20 \
	grep -q "\"event\":\"flow-new\".*\"id\":$begun,.*\"cookie\":\"$mark\"" "$work/events"
is "it is the same flow" "$(flow alice 7036 id)" "$begun"
check "and both hear each other" both_hear here there
capture_end "$work/wire.pcap"
is "nothing of it can be read" "$(plain_on_wire "$work/wire.pcap" "udp port 7036")" 0

# Killed and started again: the flow that it has left does not stand in its way.
stop "$ours" KILL
stop "$theirs"
rm -f "$work/here.orders" "$work/there.orders"
is "a program that is killed leaves its flow" "$(flow alice 7036 id)" "$begun"
talker there bob "$there" sdes "$b:7036" "$a:7036" AEAD_AES_256_GCM
theirs=$started
talker here alice "$sdes" "$a:7036" "$b:7036" AEAD_AES_256_GCM
ours=$started
introduce here there
check "it finds it by its cookie and has another" wait_until 20 is_secure here
check "that is a new one" test "$(flow alice 7036 id)" -gt "$begun"
check "and both hear each other again" both_hear here there
over here "$ours" there "$theirs"

# One whose media has gone already is the agent's.
program phone alice "$a:7038"
turn phone "$b:7038"
send phone rtp 5 >/dev/null
soon has_flow 7038
is "a flow of media that has gone is not to be had" \
	"$(nl alice flow claim local="$a:7038" remote="$b:7038" cookie=616263 2>&1 | grep -c "somebody else's")" 1
is "nor is one without a cookie" \
	"$(nl alice flow claim local="$a:7040" remote="$b:7040" 2>&1 | grep -c 'with a cookie')" 1
finish
