"""Encodings of a file, as WHATWG has them."""

import codecs

from .multi_byte import MULTI_BYTE, decoded

_CODECS = {
    **{name: name for name in ("utf-8", "utf-16le", "utf-16be", "koi8-r", "koi8-u")},
    **{f"iso-8859-{part}": f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in (874, *range(1250, 1259))},
    **{"ibm866": "cp866", "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic"},
}
_ALIASES = {
    **{"utf8": "utf-8", "utf-16": "utf-16le"},
    **dict.fromkeys(("ascii", "latin1", "latin-1", "iso-8859-1", "cp1252"), "windows-1252"),
    **dict.fromkeys(("sjis", "shift-jis", "windows-31j", "cp932"), "shift_jis"),
    **dict.fromkeys(("windows-949", "cp949", "ks_c_5601-1987"), "euc-kr"),
    **dict.fromkeys(("gbk", "gb2312", "cp936"), "gb18030"),
    **{"big5-hkscs": "big5"},
}
_OTHERWISE = {
    "koi8-u": {0xAE: "\u045e", 0xBE: "\u040e"},
    "windows-1255": {0xCA: "\u05ba"},
}
"""Where Python's tables differ from those of WHATWG."""
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))


def encoding_of(label: str) -> str | None:
    """The name of an encoding by any of its names, in any case; None for one that is not read."""
    name = label.lower()
    return name if name in _CODECS or name in MULTI_BYTE else _ALIASES.get(name)


def as_utf8(content: bytes, declared: str) -> bytes:
    """
    A file as UTF-8, by its byte order mark or else as declared. What is no character of its encoding becomes a byte that is no UTF-8,
    so that its row is refused.
    """
    marked = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), None)
    mark, encoding = marked or (b"", declared)
    if encoding == "utf-8":
        return content
    if encoding.startswith("utf-16"):
        return _from_utf16(content.removeprefix(mark), encoding)
    if encoding in MULTI_BYTE:
        return decoded(content, encoding).encode().replace("\ufffd".encode(), b"\xff")
    table = [character_of(byte, encoding).encode() or b"\xff" for byte in range(256)]
    return b"".join([table[byte] for byte in content])


def character_of(byte: int, encoding: str) -> str:
    """Of an encoding of one byte a character; the empty text for a byte that is none."""
    if other := _OTHERWISE.get(encoding, {}).get(byte):
        return other
    try:
        return bytes([byte]).decode(_CODECS[encoding])
    except UnicodeDecodeError:
        return chr(byte) if byte < 0xA0 else ""


def _from_utf16(content: bytes, encoding: str) -> bytes:
    whole = content[: len(content) & ~1]
    text = whole.decode(encoding, "surrogatepass")
    lone = text[-1:] >= "\ud800" and text[-1:] <= "\udbff"
    # half a character behind half a pair is one fault
    rest = b"" if whole == content or lone else b"\xff"
    return b"".join(_part(part) for part in _halves_apart(text)) + rest


def _halves_apart(text: str) -> list[str]:
    parts, begin = [], 0
    for at, character in enumerate(text):
        if "\ud800" <= character <= "\udfff" or character == "\ufffd":
            parts += [text[begin:at], character]
            begin = at + 1
    return [*parts, text[begin:]]


def _part(text: str) -> bytes:
    return b"\xff" if text == "\ufffd" or "\ud800" <= text[:1] <= "\udfff" else text.encode()
