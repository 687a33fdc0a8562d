"""Where rows begin and end, and what is kept of those that cannot be read."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from audit.landing import read_landing, unzipped
from dsf_batch.command import NotNow
from dsf_dataset import load_dataset

WEATHER = replace(load_dataset(Path(__file__).parents[2] / "datasets/seattle-weather"), max_row_bytes=40)


def read(text: str | bytes):
    return read_landing(text.encode() if isinstance(text, str) else text, WEATHER)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n", [["1", "2"]]),
        ("\ufeff\r\na,b\r\n\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
        ('a,b\n"x,\n""y""",\r\n', [['x,\n"y"', ""]]),
        ('a,b\n5" pipe,b"\r\n', [['5" pipe', 'b"']]),
        ("a,b\n1\r1,2\r\r\n", [["1\r1", "2\r"]]),
        ('a,b\n"",é\r', [["", "é"]]),
        ("a,b\n", []),
    ],
)
def test_rows_are_cut(text, rows):
    landed = read(text)
    assert landed.header == ["a", "b"]
    assert [cells for _, cells in landed.rows] == rows
    assert landed.unreadable == []


@pytest.mark.parametrize(
    ("content", "numbers", "unreadable"),
    [
        (b"1\n1,2\n", [2], [(1, b"1")]),
        (b"1,2,3\r\n1,2\n", [2], [(1, b"1,2,3")]),
        (b'"open,2\n1,2\n3,4\n', [2, 3], [(1, b'"open,2')]),
        (b'"a"b,2\n1,2\n', [2], [(1, b'"a"b,2')]),
        (b'"a\nb",2,3\n1,2\n', [3], [(1, b'"a'), (2, b'b",2,3')]),
        (b"\xff,2\n1,2\n", [2], [(1, b"\xff,2")]),
        (b'"a\n\0",2\r\n1,2\n', [2], [(1, b'"a\n\0",2')]),
        (b"x" * 100 + b",2\n1,2\n", [2], [(1, b"x" * 40)]),
        (b"x" * 38 + b",2\r\n" + b"x" * 39 + b",2\r\n", [1], [(2, b"x" * 39 + b",")]),
    ],
)
def test_a_row_that_cannot_be_read_costs_its_first_line(content, numbers, unreadable):
    landed = read(b"a,b\n" + content)
    assert [number for number, _ in landed.rows] == numbers
    assert landed.unreadable == unreadable


def test_no_run_can_have_come_of_a_file_without_a_header():
    with pytest.raises(NotNow, match="header"):
        read('"open')


def test_gzip_may_have_several_members():
    members = gzip.compress(b"a")
    assert unzipped("x.csv.gz", members * 2) == b"aa"
    assert unzipped("x.csv", b"a") == b"a"
