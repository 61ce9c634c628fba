"""Does a reply show a card number to a reader who takes every wrapping off? Shares nothing with the vault's scrubber."""
import base64
import gzip
import html
import re
import unicodedata
import urllib.parse

SHOWN = 10  # so many digits of the number in a row: more than the first six, or the last four, with the middle
DEPTH = 4


def text_of(data):
    return data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data


def bytes_of(text):
    return text.encode("utf-8", "surrogateescape")


def without_markup(text):
    text = re.sub(r"<!\[CDATA\[|\]\]>|<!--.*?-->|<\?.*?\?>", "", text, flags=re.DOTALL)
    return re.sub(r"</?[A-Za-z][^<>]*>", "", text)


def padded(run, size):
    return run + "=" * (-len(run) % size)


def decoded_runs(pattern, text, decode, starts):
    for run in re.findall(pattern, text):
        for start in range(starts):
            try:
                yield text_of(decode(run[start:]))
            except (ValueError, TypeError):
                pass


def whole(run, size):
    return run[:len(run) // size * size]


def unwrapped(text):
    """The same text with one wrapping off, each way."""
    yield html.unescape(text)
    yield without_markup(text)
    yield text.replace("\0", "")
    yield urllib.parse.unquote(text, errors="surrogateescape")
    yield urllib.parse.unquote(text.replace("=", "%"), errors="surrogateescape")
    yield re.sub(r"\\[uxUX]([0-9a-fA-F]{2,4})", lambda m: chr(int(m[1], 16)), text)
    yield from decoded_runs(r"[A-Za-z0-9+/]{10,}", text, lambda r: base64.b64decode(whole(r, 4)), 4)
    yield from decoded_runs(r"[0-9a-fA-F]{24,}", text, lambda r: bytes.fromhex(whole(r, 2)), 2)
    yield from decoded_runs(r"[A-Z2-7]{16,}", text, lambda r: base64.b32decode(padded(r, 8)), 8)
    crockford = str.maketrans("0123456789abcdefghjkmnpqrstvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    for run in re.findall(r"[0-9a-hjkmnp-tv-z]{16,}", text):
        yield from decoded_runs(r".+", run.translate(crockford), lambda r: base64.b32decode(padded(r, 8)), 8)


def plain_digits(text):
    """What a reader of digits alone meets, whatever the script and whatever stands between."""
    return "".join(str(value) for value in (unicodedata.digit(c, None) for c in text) if value is not None)


def packed_digits(text):
    return bytes_of(text).hex()


def digits_of_values(text):
    for run in re.findall(r"[0-9a-f]{12,}", text.lower()):
        yield str(int(run, 16))
    for run in re.findall(r"[0-9a-z]{9,12}", text.lower()):
        yield str(int(run, 36))


def shows(number, data):
    """Where the number can be read: the number of wrappings that were taken off, or None."""
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    pieces = {number[i:i + SHOWN] for i in range(len(number) - SHOWN + 1)}
    pieces |= {piece[::-1] for piece in pieces}
    seen, layer = set(), {text_of(data), text_of(data)[::-1]}
    for depth in range(DEPTH):
        for text in layer:
            readings = [plain_digits(text), packed_digits(text), *digits_of_values(text)]
            if any(piece in reading for piece in pieces for reading in readings):
                return depth
        seen |= layer
        layer = {below for text in layer for below in unwrapped(text)} - seen
    return None
