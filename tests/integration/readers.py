"""What card readers give: the tracks of a stripe (ISO/IEC 7813), and blocks as the sandbox's encrypting reader makes them."""
import hashlib

SERIAL = "9012345678ABCDEF0001"


def discretionary(chooser):
    """The issuer's part of track 2, which nobody may keep."""
    return "".join(str(chooser.randrange(10)) for _ in range(13))


def track1(number, expiry="2912"):
    return f"%B{number}^GUEST/ADA^{expiry}1010000000000000?"


def track2(number, expiry="2912", data="5432112345678"):
    return f";{number}={expiry}101{data}?"


def encrypted(number, source="Swiped", serial=SERIAL):
    """The field `encrypted` of a token's request."""
    track = track2(number).encode().ljust(40, b"\0")
    key = hashlib.blake2b(serial.encode()).digest()
    block = bytes(a ^ b for a, b in zip(track, key)).hex().upper()
    return {"format": "MagneSafe", "source": source, "block": block, "key_serial": serial}
