# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture holds: packets by kind, plaintext, repeated ciphertext.

Nothing here knows keys. Plaintext is found by hashes: a sender wrote down the
SHA-256 and the length of each payload before it went to the socket, so each window
of such a length in each captured packet is hashed and looked up.
"""
import collections
import hashlib
import ipaddress
import struct

ETHERNET = 14
BLOCK = 16
UDP = 17
# IPv6 extension headers whose second byte is their length: hop-by-hop, routing, options
EXTENSIONS = (0, 43, 60)

# all: from the IP header on; payload: of UDP, None for what is no UDP datagram
Packet = collections.namedtuple("Packet", "time all source target sport dport payload")
Rtp = collections.namedtuple("Rtp", "packet ssrc sequence payload")


def read(path):
    """The packets of a pcap file of Ethernet frames, in the order of the capture."""
    with open(path, "rb") as f:
        data = f.read()
    for order in "<>":
        magic, = struct.unpack_from(order + "I", data)
        if magic in (0xa1b2c3d4, 0xa1b23c4d):
            break
    else:
        raise ValueError(f"{path} is no pcap file")
    if struct.unpack_from(order + "I", data, 20)[0] & 0xffff != 1:
        raise ValueError(f"{path} holds no Ethernet frames")
    unit = 1e-9 if magic == 0xa1b23c4d else 1e-6
    packets = []
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from(order + "IIII", data, at)
        at += 16
        packets.append(dissect(seconds + fraction * unit, data[at:at + length]))
        at += length
    return packets


def dissect(time, frame):
    ip = frame[ETHERNET:]
    source = target = payload = None
    sport = dport = 0
    kind, = struct.unpack_from(">H", frame, 12) if len(frame) >= ETHERNET else (0,)
    udp = None
    if kind == 0x0800 and len(ip) >= 20:
        source, target = ip[12:16], ip[16:20]
        # A later fragment has no UDP header.
        if ip[9] == UDP and not struct.unpack_from(">H", ip, 6)[0] & 0x1fff:
            udp = ip[(ip[0] & 15) * 4:struct.unpack_from(">H", ip, 2)[0]]
    elif kind == 0x86dd and len(ip) >= 40:
        source, target = ip[8:24], ip[24:40]
        following, at = ip[6], 40
        while following in EXTENSIONS and at + 8 <= len(ip):
            following, at = ip[at], at + 8 + 8 * ip[at + 1]
        if following == UDP:
            udp = ip[at:40 + struct.unpack_from(">H", ip, 4)[0]]
    if udp is not None and len(udp) >= 8:
        sport, dport = struct.unpack_from(">HH", udp)
        payload = udp[8:]
    address = lambda a: str(ipaddress.ip_address(a)) if a else None
    return Packet(time, ip, address(source), address(target), sport, dport, payload)


def split(packets, port):
    """Those of UDP on a port, and all others."""
    there = [p for p in packets if p.payload is not None and port in (p.sport, p.dport)]
    rest = [p for p in packets if not (p.payload is not None and port in (p.sport, p.dport))]
    return there, rest


def kind(packet):
    """"rtp", "rtcp" (also multiplexed, RFC 5761), "zrtp" or None."""
    p = packet.payload
    if p is None or len(p) < 8:
        return None
    if p[0] == 0x10 and p[4:8] == b"ZRTP":
        return "zrtp"
    if p[0] >> 6 != 2:
        return None
    return "rtcp" if 192 <= p[1] <= 223 else "rtp"


def rtp(packet):
    """Its parts, as far as they are in clear under SRTP; None if it is none."""
    p = packet.payload
    if kind(packet) != "rtp" or len(p) < 12:
        return None
    at = 12 + 4 * (p[0] & 15)
    if p[0] & 0x10:
        if len(p) < at + 4:
            return None
        at += 4 + 4 * struct.unpack_from(">H", p, at + 2)[0]
    if len(p) < at:
        return None
    sequence, = struct.unpack_from(">H", p, 2)
    ssrc, = struct.unpack_from(">I", p, 8)
    return Rtp(packet, ssrc, sequence, p[at:])


def streams(packets):
    """RTP by SSRC, each in the order of sending, None where a packet is missing."""
    found = collections.OrderedDict()
    for packet in packets:
        part = rtp(packet)
        if part:
            found.setdefault(part.ssrc, []).append(part)
    return [in_order(parts) for parts in found.values()]


def in_order(parts):
    top = parts[0].sequence
    placed = {}
    for part in parts:
        step = (part.sequence - top + 0x8000 & 0xffff) - 0x8000
        index = top + step
        top = max(top, index)
        placed.setdefault(index, part)
    return [placed.get(i) for i in range(min(placed), max(placed) + 1)]


def read_hashes(*paths):
    """Length to the set of SHA-256, of all payloads in these logs."""
    hashes = collections.defaultdict(set)
    for path in paths:
        with open(path) as f:
            for line in f:
                digest, length, _ = line.split()
                hashes[int(length)].add(bytes.fromhex(digest))
    return hashes


def holds(data, hashes):
    """Whether a payload whose hash is known is anywhere in this."""
    return any(hashlib.sha256(data[i:i + length]).digest() in known
               for length, known in hashes.items()
               for i in range(len(data) - length + 1))


def plaintext(packets, hashes):
    """How many packets hold any. What is no UDP counts too: an ICMP error quotes."""
    return sum(holds(p.all, hashes) for p in packets)


def repeated_blocks(packets):
    """Blocks of 16 bytes of what SRTP encrypts that have been on the wire before."""
    seen = collections.Counter()
    for packet in packets:
        what = kind(packet)
        if what == "rtp" and rtp(packet):
            data = rtp(packet).payload
        elif what == "rtcp":
            data = packet.payload[8:]
        else:
            continue
        seen.update(data[i:i + BLOCK] for i in range(0, len(data) - BLOCK + 1, BLOCK))
    return sum(n - 1 for n in seen.values())
