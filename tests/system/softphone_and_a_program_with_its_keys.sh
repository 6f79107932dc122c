#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	alice: SIP, examples/sdes_call -- sotto.ko === SRTP === middle === bob: baresip with SDES
#
# libsotto's example beside a real softphone, Debian's baresip, whose own SRTP takes the keys of
# SIP's SDP (RFC 4568). The kernel decrypts what baresip says, and baresip hears what the kernel
# has encrypted; with another key it hears nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/softphones.sh"

suite=AES_CM_128_HMAC_SHA1_80

# fifo NAME: somebody's input, which has no end
fifo() {
	rm -f "$work/$1.orders"
	mkfifo "$work/$1.orders" || bail "no fifo"
}

# fed NAME COMMAND...: on alice; sets $started
fed() {
	_fed=$1
	shift
	fifo "$_fed"
	start "$_fed" alice sh -c 'f=$1; shift; exec "$@" <>"$f"' sh "$work/$_fed.orders" "$@"
}

# dial [EXPRESSION]: bob calls; of our a=crypto line sed makes what he is told
dial() {
	fed sip "$top/tests/system/sip-answer.py" 10.9.0.1 7000 $suite
	sip=$started
	phone_does bob dial sip:program@10.9.0.1
	must 20 grep -q '^a=crypto' "$work/sip"
	fed here "$build/examples/sdes_call" 10.9.0.1:7000 "$(sed -n 's/^media //p' "$work/sip")" $suite
	here=$started
	must 20 grep -q '^a=crypto' "$work/here"
	grep '^a=crypto' "$work/sip" >"$work/here.orders"
	must 20 grep -qx secure "$work/here"
	grep '^a=crypto' "$work/here" | sed "${1:-}" >"$work/sip.orders"
}

say() {
	for _n in 1 2 3 4 5; do
		echo "$spoken $_n" >"$work/here.orders"
	done
}

decrypted() {
	[ "$(flow alice 7000 rx-unprotected)" -gt "$1" ] 2>/dev/null
}

hang_up() {
	phone_does bob hangup
	must 20 grep -qx bye "$work/sip"
	must 20 phone_tells bob CALL_CLOSED "$1"
	stop "$here"
	stop "$sip"
	no_flows alice
}

# What baresip complains of.
cannot_decrypt() {
	grep -q 'srtp: failed to decrypt RTP packet' "$work/bob.phone"
}

load_module
hosts_up
host_boot bob
export ACCOUNT=';mediaenc=srtp-mand'
phone_up bob 10.9.0.2 "module			srtp.so"
capture_start "$work/wire.pcap"
dial
check "baresip has the key of the example's line" wait_until 20 phone_tells bob CALL_ESTABLISHED
is "the flow is secure both ways" "$(states alice 7000)" secure/secure
check "the kernel decrypts what baresip says" wait_until 30 decrypted 100
is "all of it" "$(flow alice 7000 drop-rx-auth)" 0
check "baresip has heard nothing yet" not phone_tells bob CALL_RTPESTAB
say
check "and hears what the kernel has encrypted" wait_until 20 phone_tells bob CALL_RTPESTAB
is "five packets" "$(flow alice 7000 tx-protected)" 5
check "all of which it could decrypt" not cannot_decrypt
capture_end "$work/wire.pcap"
is "nothing of it can be read on the wire" "$(plain_on_wire "$work/wire.pcap" "udp port 7000")" 0
hang_up 1

dial 's/inline:..../inline:AAAA/'
must 20 phone_tells bob CALL_ESTABLISHED 2
say
check "with another key baresip hears nothing" wait_until 20 cannot_decrypt
check "and says so of each" not phone_tells bob CALL_RTPESTAB 2
hang_up 2
finish
