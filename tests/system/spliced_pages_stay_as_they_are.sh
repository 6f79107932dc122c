#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program may send pages that are not the packet's own: of a file (sendfile, splice), of
# its memory (vmsplice, MSG_ZEROCOPY). They leave encrypted, and are unchanged.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# send_pages: RTP of $spoken by each way; prints the ways after which the pages were as before
send_pages() {
	on alice /usr/bin/python3 - "$a" "$b" "$spoken" "$work/speech" <<-'END'
		import ctypes, mmap, os, socket, struct, sys
		local, remote, spoken, path = sys.argv[1:]
		libc = ctypes.CDLL(None, use_errno=True)
		family = socket.AF_INET6 if "[" in local else socket.AF_INET
		s = socket.socket(family, socket.SOCK_DGRAM)
		s.bind((local.strip("[]"), 7000))
		s.connect((remote.strip("[]"), 7000))
		size, seq = 172, 0

		def rtp():
		    global seq
		    seq += 1
		    return struct.pack("!BBHII", 0x80, 0, seq, 160 * seq, 5) + \
		           (spoken * 10).encode()[:size - 12]

		def tell(way, before, after):
		    print(way, "unchanged" if before == after else "CHANGED")

		def from_file(way, send):
		    before = rtp()
		    with open(path, "wb") as f:
		        f.write(before)
		    fd = os.open(path, os.O_RDONLY)
		    send(fd)
		    tell(way, before, os.pread(fd, size + 100, 0))
		    os.close(fd)

		def splice(fd):
		    r, w = os.pipe()
		    os.splice(fd, w, size)
		    os.splice(r, s.fileno(), size)

		def memory():
		    m = mmap.mmap(-1, 4096)
		    m[:size] = rtp()
		    return m, m[:]

		from_file("sendfile", lambda fd: os.sendfile(s.fileno(), fd, 0, size))
		from_file("splice", splice)

		m, before = memory()
		class iovec(ctypes.Structure):
		    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
		v = iovec(ctypes.addressof(ctypes.c_char.from_buffer(m)), size)
		r, w = os.pipe()
		if libc.vmsplice(w, ctypes.byref(v), 1, 0) != size:
		    sys.exit("vmsplice")
		os.splice(r, s.fileno(), size)
		tell("vmsplice", before, m[:])

		s.setsockopt(socket.SOL_SOCKET, 60, 1)	# SO_ZEROCOPY
		m, before = memory()
		s.send(memoryview(m)[:size], 0x4000000)	# MSG_ZEROCOPY
		tell("zerocopy", before, m[:])
	END
}

every_way="sendfile unchanged
splice unchanged
vmsplice unchanged
zerocopy unchanged"

load_module
hosts_up
for f in 4 6; do
	family $f
	program peer bob "$b:7000"
	peer=$started
	capture_start "$work/control$f.pcap"
	is "IPv$f: without a rule pages can be sent in every way" "$(send_pages)" "$every_way"
	capture_end "$work/control$f.pcap"
	is "IPv$f: and understood" "$(plain_on_wire "$work/control$f.pcap" 'udp port 7000')" 4
	is "IPv$f: they arrive" "$(got peer rtp)" 4

	must 1 nl alice rule add action=require ports=7000 id=$f >/dev/null
	secure_both "$a:7000" "$b:7000" $([ $f = 4 ] || echo aead-aes-128-gcm)
	capture_start "$work/wire$f.pcap"
	is "IPv$f: encrypted they go out, and stay as they are" "$(send_pages)" "$every_way"
	check "IPv$f: they arrive, decrypted" wait_until 10 got_is peer rtp 8
	is "IPv$f: as they were sent" "$(sed -n 's/.*"seq":\([0-9]*\).*"hex":"\(.*\)"}/\1 \2/p' \
		"$work/peer" | sort | uniq -c | awk '{ print $1 }' | xargs)" "2 2 2 2"
	capture_end "$work/wire$f.pcap"
	is "IPv$f: nobody understands them" "$(plain_on_wire "$work/wire$f.pcap" 'udp port 7000')" 0
	is "IPv$f: each was protected" "$(flow alice 7000 tx-protected)" 4
	nl alice rule del $f
	no_flows alice
	no_flows bob
	program_ends peer "$peer"
done
finish
