#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who captures on the machine itself shares the packets' memory, and may look only when
# they have long been encrypted or decrypted: what he sees is what was on the wire, byte
# for byte, no half of it plain.
#
#	alice: phone at 7000, a capture that looks late -- middle: the same -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

cat >"$work/hold.py" <<-'END'
	import os, socket, sys, time
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
	s.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)	# SO_RCVBUFFORCE
	s.setblocking(False)
	print("holding")
	while not os.path.exists(sys.argv[1]):
	    time.sleep(0.05)	# between two looks
	while True:
	    try:
	        p = s.recv(65536)
	    except BlockingIOError:
	        break
	    kind = p[12:14]
	    off = 34 if kind == b"\x08\x00" and p[23] == 17 else \
	          54 if kind == b"\x86\xdd" and p[20] == 17 else 0
	    ports = p[off:off + 4]
	    if off and len(p) > off + 108 and b"\x1b\x58" in (ports[:2], ports[2:]):
	        print(p[off + 8:].hex())
	print("end")
END

# hold NAME HOST: keeps what is captured unread until $work/NAME.go is there, then
# prints the payload of each packet of port 7000
hold() {
	start "$1" "$2" /usr/bin/python3 -u "$work/hold.py" "$work/$1.go"
	soon grep -q holding "$work/$1"
}

# seen NAME: what it has held
seen() {
	touch "$work/$1.go"
	soon grep -q end "$work/$1"
	sed '/holding/d; /end/d' "$work/$1" | sort
}

load_module
hosts_up
for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action=require ports=7000 id=$f >/dev/null
	secure_both "$a:7000" "$b:7000" $([ $f = 4 ] || echo aead-aes-128-gcm)
	hold here$f alice
	hold there$f bob
	hold wire$f middle
	say phone rtp 4
	say phone rtcp 1
	say peer rtp 4
	say peer rtcp 1
	fence phone peer
	fence peer phone
	is "IPv$f: all arrives" "$(got phone any) $(got peer any)" "6 6"
	# Each crosses two ports of the bridge and the bridge.
	seen wire$f | uniq >"$work/on-wire$f"
	is "IPv$f: ten packets were on the wire" "$(wc -l <"$work/on-wire$f")" 10
	is "IPv$f: none plain" "$(grep -c "$(printf %s "$spoken" | od -An -v -tx1 | tr -d ' \n')" \
		"$work/on-wire$f")" 0
	is "IPv$f: who looks at alice's end sees just these" "$(seen here$f)" \
		"$(cat "$work/on-wire$f")"
	is "IPv$f: and who looks at bob's" "$(seen there$f)" "$(cat "$work/on-wire$f")"
	nl alice rule del $f
	no_flows alice
	no_flows bob
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
