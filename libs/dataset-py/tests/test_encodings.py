"""Encodings, held equal to those of the stages by libs/dataset/vectors/encodings.json and multi-byte.json."""

import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest
from dsf_dataset import as_utf8, encoding_of
from dsf_dataset.encodings import character_of

VECTORS = Path(__file__).parents[2] / "dataset/vectors"
DIGESTS = json.loads((VECTORS / "multi-byte.json").read_text())
TABLE = json.loads((VECTORS / "encodings.json").read_text())


@pytest.mark.parametrize("name", TABLE)
def test_a_byte_is_the_character_that_the_stages_read(name):
    assert encoding_of(name.upper()) == name
    assert [ord(character_of(byte, name) or "\ufffd") for byte in range(128, 256)] == TABLE[name]
    assert "".join(character_of(byte, name) for byte in range(128)).encode() == bytes(range(128))


def codes_of(encoding: str) -> bytes:
    """All that there can be, as apps/ingestor/src/reading/decoders.spec.ts has them."""
    codes = [bytes(pair) for pair in itertools.product(range(0x80, 0x100), range(0x100))]
    if encoding == "euc-jp":
        codes += [bytes((0x8F, *pair)) for pair in itertools.product(range(0xA1, 0xFF), repeat=2)]
    if encoding == "gb18030":
        firsts, digits = (0x81, 0x82, 0x83, 0x84, 0x90, 0xE3), range(0x30, 0x3A)
        codes += map(bytes, itertools.product(firsts, digits, range(0x81, 0xFF), digits))
    return b",".join([*codes, b""])


STRUCTURE = re.compile(rb"[^\0-/:-\x7f]")


def told(text: bytes) -> str:
    """Of what is no character it counts that it is none, and what else of its bytes may part cells and rows."""
    return f"?{STRUCTURE.sub(b'', text).decode()}" if b"\xff" in text else text.decode()


@pytest.mark.parametrize("name", DIGESTS)
def test_a_code_is_the_character_that_the_stages_read(name):
    assert encoding_of(name.upper()) == name
    texts = [told(text) for text in as_utf8(codes_of(name), name).split(b",")]
    assert hashlib.sha256(",".join(texts).encode()).hexdigest() == DIGESTS[name]


@pytest.mark.parametrize(
    ("content", "declared", "found"),
    [
        ("é".encode(), "utf-8", "é".encode()),
        (b"\xef\xbb\xbfa", "windows-1252", b"\xef\xbb\xbfa"),
        (b"\xff\xfea\0", "utf-8", b"a"),
        (b"\xfe\xff\0a", "utf-8", b"a"),
        ("a\u20ac\U0001f600".encode("utf-16le"), "utf-16le", "a\u20ac\U0001f600".encode()),
        (b"a\0\x3d\xd8b\0", "utf-16le", b"a\xffb"),
        (b"a\0b", "utf-16le", b"a\xff"),
        (b"caf\xe9 \x80", "windows-1252", "café €".encode()),
        (b"a\xd2b", "windows-1253", b"a\xffb"),
        (b"\x92\xca\x87,", "shift_jis", "通".encode() + b"\xff,"),
        (b"\xa2\x41\xa1\xfe\xa4\xa4", "big5", "∕／中".encode()),
    ],
)
def test_a_file_is_utf8_by_its_mark_or_as_declared(content, declared, found):
    assert as_utf8(content, declared) == found


def test_other_encodings_are_not_read():
    assert [encoding_of(label) for label in ("UTF-16", "latin1", "SJIS", "GBK", "iso-2022-jp")] == [
        *("utf-16le", "windows-1252", "shift_jis", "gb18030"),
        None,
    ]
