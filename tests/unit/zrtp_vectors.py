#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes zrtp_vectors.h: RFC 6189 4.4.1.4, 4.4.2, 4.5, 4.7.2.1 and 7.3.1 computed a second
time, from the text of the RFC and with nothing but Python's hashlib, since the RFC has
no vectors of its own. Run it as: ./zrtp_vectors.py >zrtp_vectors.h"""

import hashlib
import hmac


def u32(n):
    return n.to_bytes(4, "big")


class Vector:
    def __init__(self, name, key_bits, salt_bits, s1, s2, s3=b"", preshared=False):
        self.name = name
        self.hash = name
        self.key_bits = key_bits
        self.salt_bits = salt_bits
        self.s1, self.s2, self.s3 = s1, s2, s3
        self.preshared = preshared

    def digest(self, data):
        return hashlib.new(self.hash, data).digest()

    def kdf(self, ki, label, context, bits):
        data = u32(1) + label.encode() + b"\0" + context + u32(bits)
        return hmac.new(ki, data, self.hash).digest()[:bits // 8]

    def secrets(self):
        return b"".join(u32(len(s)) + s for s in (self.s1, self.s2, self.s3))

    def fields(self):
        zids = bytes(range(0x10, 0x1c)) + bytes(range(0x20, 0x2c))
        bits = hashlib.new(self.hash).digest_size * 8
        if self.preshared:
            key = self.digest(self.secrets())
            yield "key_id", hmac.new(key, b"Prsh", self.hash).digest()[:8]
            yield "preshared_key", key
            context = zids + self.digest(b"Hello of the responder" b"Commit")
            s0 = self.kdf(key, "ZRTP PSK", context, bits)
        else:
            context = zids + self.digest(b"Hello of the responder" b"Commit"
                                         b"DHPart1" b"DHPart2")
            s0 = self.digest(u32(1) + bytes(range(32)) + b"ZRTP-HMAC-KDF" + context +
                             self.secrets())
        for side, who in enumerate(("Initiator", "Responder")):
            yield f"srtp_key[{side}]", self.kdf(s0, who + " SRTP master key", context, self.key_bits)
            yield f"srtp_salt[{side}]", self.kdf(s0, who + " SRTP master salt", context,
                                                 self.salt_bits)
            yield f"mac[{side}]", self.kdf(s0, who + " HMAC key", context, bits)
            yield f"zrtp[{side}]", self.kdf(s0, who + " ZRTP key", context, self.key_bits)
        yield "rs1", self.kdf(s0, "retained secret", context, 256)
        yield "sas", self.kdf(s0, "SAS", context, 256)[:4]
        master = self.kdf(s0, "ZRTP Session Key", context, bits)
        yield "master", master
        yield "renewed", self.kdf(master, "New ZRTP Session", zids, bits)
        yield "pbx", self.kdf(master, "Trusted MiTM key", zids, 256)


VECTORS = [
    Vector("sha256", 128, 112, bytes([0xa1] * 32), b"auxsecret"),
    Vector("sha256", 128, 96, b"", b""),
    Vector("sha384", 256, 112, b"", b"auxsecret"),
    Vector("sha384", 256, 96, bytes([0xa1] * 32), b""),
    Vector("sha256", 128, 112, bytes([0xa1] * 32), b"auxsecret", bytes([0xb1] * 32)),
    Vector("sha256", 128, 112, bytes([0xa1] * 32), b"auxsecret", bytes([0xb1] * 32), True),
    Vector("sha384", 256, 96, bytes([0xa1] * 32), b"", b"", True),
    Vector("sha256", 256, 112, bytes([0xa1] * 32), b"", bytes([0xb1] * 32), True),
]

print("/* SPDX-License-Identifier: GPL-2.0-or-later */")
print("/* Made by zrtp_vectors.py. */")
print("static const struct vector {")
print("\tint hash, key_bits, salt_bits;")
print("\tconst char *s1, *s2, *s3, *preshared_key, *key_id;")
print("\tconst char *srtp_key[2], *srtp_salt[2], *mac[2], *zrtp[2], *rs1, *sas;")
print("\tconst char *master, *renewed, *pbx;")
print("} vectors[] = {")
for v in VECTORS:
    print("\t{")
    print(f"\t\t.hash = {v.hash[3:]}, .key_bits = {v.key_bits}, .salt_bits = {v.salt_bits},")
    print(f"\t\t.s1 = \"{v.s1.hex()}\",")
    print(f"\t\t.s2 = \"{v.s2.hex()}\",")
    print(f"\t\t.s3 = \"{v.s3.hex()}\",")
    for name, value in v.fields():
        print(f"\t\t.{name} = \"{value.hex()}\",")
    print("\t},")
print("};")
