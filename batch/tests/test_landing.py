"""Where rows begin and end, and what is kept of those that cannot be read."""

import bz2
import gzip
import io
import json
import time
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pyarrow
import pytest
from audit.landing import read_landing
from audit.unpack import unpacked
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


@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n"])
def test_no_end_of_a_last_line_is_a_row_where_others_end_in_cr_alone(end):
    landed = read_landing(b"a,b\r1,2\r3,4" + end, replace(WEATHER, has_cr_lines=True))
    assert [cells for _, cells in landed.rows] == [["1", "2"], ["3", "4"]]
    assert landed.unreadable == []


@pytest.mark.parametrize(
    ("content", "numbers", "unreadable"),
    [
        (b"1\n1,2\n", [2], [(1, b"1")]),
        (b"1,2,3\r\n1,2\n", [2], [(1, b"1,2,3")]),
        (b'"open,2\n1,2\n3,4\n', [2, 3], [(1, b'"open,2')]),
        (b'"a"b,2\n1,2\n', [2], [(1, b'"a"b,2')]),
        (b'"a\nb",2,3\n1,2\n', [2], [(1, b'"a\nb",2,3')]),
        (b'"a\n5,6\n",2,"open\n1,2\n3,""\n', [2, 3], [(1, b'"a\n5,6\n",2,"open')]),
        (b'"a"x,"b\n5,6"\n1,2\n', [2], [(1, b'"a"x,"b\n5,6"')]),
        (b'1, "b\n5,6"\n1,2\n', [2], [(1, b'1, "b\n5,6"')]),
        (b' ""\xc2\xa0,"a, "\n"a, ""","b"\n1,\t"b"\r\n', [2], [(1, b' ""\xc2\xa0,"a, "'), (3, b'1,\t"b"')]),
        (b'1,"a" \n1,2\n', [2], [(1, b'1,"a" ')]),
        (b'1,"' + b"5,6\n" * 20 + b'"\n1,2\n', [2], [(1, (b'1,"' + b"5,6\n" * 20)[:40])]),
        (b"\xff,2\n1,2\n", [2], [(1, b"\xff,2")]),
        (b'"a\n\0",2\r\n1,2\n', [2], [(1, b'"a\n\0",2')]),
        (b"x" * 100 + b",2\n1,2\n", [2], [(1, b"x" * 40)]),
        (b"x" * 38 + b",2\r\n" + b"x" * 39 + b",2\r\n", [1], [(2, b"x" * 39 + b",")]),
    ],
)
def test_a_row_that_cannot_be_read_is_one_row(content, numbers, unreadable):
    landed = read(b"a,b\n" + content)
    assert [number for number, _ in landed.rows] == numbers
    assert landed.unreadable == unreadable


def test_no_run_can_have_come_of_a_file_without_a_header():
    with pytest.raises(NotNow, match="header"):
        read('"open')


def within(most, innerpath=None):
    return replace(WEATHER, max_bytes=most, innerpath=innerpath)


def zipped(**members):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    return archive.getvalue()


CSV = b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(20_000))
RAW = zlib.compressobj(wbits=-15)
ZSTD = pyarrow.compress(CSV, "zstd", asbytes=True)


@pytest.mark.parametrize(
    ("extension", "content", "plain"),
    [
        (".bz2", bz2.compress(CSV), CSV),
        (".bz2", bz2.compress(CSV) * 3, CSV * 3),
        (".zst", ZSTD, CSV),
        (".zst", ZSTD * 3, CSV * 3),
        (".br", pyarrow.compress(CSV, "brotli", asbytes=True), CSV),
        (".deflate", zlib.compress(CSV), CSV),
        (".deflate", RAW.compress(CSV) + RAW.flush(), CSV),
        (".zip", zipped(**{"a.csv": CSV, "__MACOSX/a.csv": b"x", "b/": b""}), CSV),
    ],
)
def test_a_landing_is_decompressed_as_its_key_says_within_its_limit(extension, content, plain):
    assert unpacked(f"x.csv{extension}", content, within(len(plain))) == plain
    with pytest.raises(NotNow, match="more than"):
        unpacked(f"x.csv{extension}", content, within(len(plain) - 1))
    with pytest.raises(NotNow, match="cannot be decompressed"):
        unpacked(f"x.csv{extension}", content[:-20], WEATHER)


@pytest.mark.parametrize(("innerpath", "plain"), [("d/b.csv", b"b"), ("*/b*", b"b"), ("d/[a].csv", b"a")])
def test_a_member_of_an_archive_is_the_one_that_innerpath_names(innerpath, plain):
    archive = zipped(**{"d/[a].csv": b"a", "d/b.csv": b"b"})
    assert unpacked("x.csv.zip", archive, within(9, innerpath)) == plain
    for wrong in (None, "*", "*/*"):
        with pytest.raises(NotNow, match="members may be the file"):
            unpacked("x.csv.zip", archive, within(9, wrong))


def test_backslashes_in_an_archive_are_slashes():
    archive = zipped(**{"d\\a.csv": b"a", "d\\": b"", "__MACOSX\\a.csv": b"x"})
    for innerpath in (None, "d/a.csv", "*/*.csv"):
        assert unpacked("x.csv.zip", archive, within(9, innerpath)) == b"a"


def test_gzip_may_have_several_members():
    members = gzip.compress(b"a")
    assert unpacked("x.csv.gz", members * 2, within(2)) == b"aa"
    assert unpacked("x.csv", b"a", within(1)) == b"a"


def test_gzip_of_many_members_takes_time_that_grows_with_their_number():
    began = time.monotonic()
    assert len(unpacked("x.csv.gz", gzip.compress(b"a") * 100_000, WEATHER)) == 100_000
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(bytes(10_000)), "more than 9999 bytes"),
        (gzip.compress(b"a")[:-3], "cannot be decompressed"),
        (gzip.compress(b"a") + b"garbage", "cannot be decompressed"),
    ],
)
def test_no_run_can_have_come_of_gzip_that_is_damaged_or_too_long(content, reason):
    with pytest.raises(NotNow, match=reason):
        unpacked("x.csv.gz", content, within(9999))


def test_initial_space_is_skipped_where_the_definition_says_so():
    dataset = replace(WEATHER, skip_initial_space=True)
    landed = read_landing(' a,\u3000"b"\n x, "l, ""r"\n1,\t"x\ny"\n,  " x"\n"", \n'.encode(), dataset)
    assert landed.header == ["a", "b"]
    assert [cells for _, cells in landed.rows] == [["x", 'l, "r'], ["1", "x\ny"], ["", " x"], ["", ""]]
    assert landed.unreadable == []


FILES = json.loads((Path(__file__).parents[2] / "libs/dataset/vectors/files.json").read_text("utf-8"))


@pytest.mark.parametrize("case", FILES["cases"], ids=lambda case: case["what"])
def test_a_file_is_read_as_by_the_ingestor(case, tmp_path):
    fields = [
        {"name": name, "type": "string", "x-dsf": {"column": f"c{i}"}}
        for i, name in enumerate(case["header"])
    ]
    resource = {
        "name": "files",
        "path": "sample.csv",
        "dialect": case.get("dialect", {}),
        "schema": {"primaryKey": case["header"][0], "fields": fields},
    }
    reading = {"reading": case["reading"]} if "reading" in case else {}
    (tmp_path / "files").mkdir()
    (tmp_path / "files/datapackage.json").write_text(
        json.dumps({"name": "files", "resources": [resource], "x-dsf": reading})
    )
    encoding = case.get("encoding", "utf-8")
    landed = read_landing(case["text"].encode(encoding), load_dataset(tmp_path / "files"))
    assert landed.header == case["header"]
    assert landed.tolerated == case.get("tolerated", {})
    assert [cells for _, cells in landed.rows] == case["rows"]
    assert [[number, raw.decode(encoding)] for number, raw in landed.unreadable] == case.get("unreadable", [])
