"""Encodings, held equal to those of the stages by libs/dataset/vectors/encodings.json."""

import json
from pathlib import Path

import pytest
from dsf_dataset import as_utf8, encoding_of
from dsf_dataset.encodings import character_of

TABLE = json.loads((Path(__file__).parents[2] / "dataset/vectors/encodings.json").read_text())


@pytest.mark.parametrize("name", TABLE)
def test_a_byte_is_the_character_that_the_stages_read(name):
    assert encoding_of(name.upper()) == name
    assert [ord(character_of(byte, name) or "\ufffd") for byte in range(128, 256)] == TABLE[name]
    assert "".join(character_of(byte, name) for byte in range(128)).encode() == bytes(range(128))


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
    ],
)
def test_a_file_is_utf8_by_its_mark_or_as_declared(content, declared, found):
    assert as_utf8(content, declared) == found


def test_other_encodings_are_not_read():
    assert [encoding_of(label) for label in ("UTF-16", "latin1", "shift_jis")] == [
        "utf-16le",
        "windows-1252",
        None,
    ]
