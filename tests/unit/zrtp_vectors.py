#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes zrtp_vectors.h: RFC 6189 4.4.1.4 and 4.5 computed a second time, from
the text of the RFC and with nothing but Python's hashlib, since the RFC has no
vectors of its own. Run it as: ./zrtp_vectors.py >zrtp_vectors.h"""

import hashlib
import hmac


def u32(n):
    return n.to_bytes(4, "big")


class Vector:
    def __init__(self, name, key_bits, salt_bits, s1, s2):
        self.name = name
        self.hash = name
        self.key_bits = key_bits
        self.salt_bits = salt_bits
        self.s1, self.s2 = s1, s2

    def digest(self, data):
        return hashlib.new(self.hash, data).digest()

    def kdf(self, ki, label, context, bits):
        data = u32(1) + label.encode() + b"\0" + context + u32(bits)
        return hmac.new(ki, data, self.hash).digest()[:bits // 8]

    def fields(self):
        zid_i, zid_r = bytes(range(0x10, 0x1c)), bytes(range(0x20, 0x2c))
        total_hash = self.digest(b"Hello of the responder" b"Commit" b"DHPart1" b"DHPart2")
        s0 = self.digest(u32(1) + bytes(range(32)) + b"ZRTP-HMAC-KDF" + zid_i + zid_r +
                         total_hash + u32(len(self.s1)) + self.s1 +
                         u32(len(self.s2)) + self.s2 + u32(0))
        context = zid_i + zid_r + total_hash
        bits = hashlib.new(self.hash).digest_size * 8
        for side, who in enumerate(("Initiator", "Responder")):
            yield f"srtp_key[{side}]", self.kdf(s0, who + " SRTP master key", context, self.key_bits)
            yield f"srtp_salt[{side}]", self.kdf(s0, who + " SRTP master salt", context,
                                                 self.salt_bits)
            yield f"mac[{side}]", self.kdf(s0, who + " HMAC key", context, bits)
            yield f"zrtp[{side}]", self.kdf(s0, who + " ZRTP key", context, self.key_bits)
        yield "rs1", self.kdf(s0, "retained secret", context, 256)
        yield "sas", self.kdf(s0, "SAS", context, 256)[:4]


VECTORS = [
    Vector("sha256", 128, 112, bytes([0xa1] * 32), b"auxsecret"),
    Vector("sha256", 128, 96, b"", b""),
    Vector("sha384", 256, 112, b"", b"auxsecret"),
    Vector("sha384", 256, 96, bytes([0xa1] * 32), b""),
]

print("/* SPDX-License-Identifier: GPL-2.0-or-later */")
print("/* Made by zrtp_vectors.py. */")
print("static const struct vector {")
print("\tint hash, key_bits, salt_bits;")
print("\tconst char *s1, *s2;")
print("\tconst char *srtp_key[2], *srtp_salt[2], *mac[2], *zrtp[2], *rs1, *sas;")
print("} vectors[] = {")
for v in VECTORS:
    print("\t{")
    print(f"\t\t.hash = {v.hash[3:]}, .key_bits = {v.key_bits}, .salt_bits = {v.salt_bits},")
    print(f"\t\t.s1 = \"{v.s1.hex()}\",")
    print(f"\t\t.s2 = \"{v.s2.hex()}\",")
    for name, value in v.fields():
        print(f"\t\t.{name} = \"{value.hex()}\",")
    print("\t},")
print("};")
