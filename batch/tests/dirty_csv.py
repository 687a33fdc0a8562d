"""CSV files as nobody should write them, and the definitions that they are read by. For hypothesis."""

import copy
import json
from pathlib import Path
from typing import Any

from dsf_dataset import Dataset, load_dataset
from hypothesis import strategies as st

VERSIONED = {
    "name": "versioned",
    "resources": [
        {
            "name": "versioned",
            "path": "sample.csv",
            "schema": {
                "fieldsMatch": "subset",
                "primaryKey": ["id"],
                "fields": [
                    {"name": "id", "type": "string", "x-dsf": {"case": "lower"}},
                    {"name": "updated", "type": "datetime", "constraints": {"required": True}},
                    {"name": "mag", "type": "number", "constraints": {"minimum": -2, "exclusiveMaximum": 10}},
                    {"name": "count", "type": "integer", "x-dsf": {"default": 7}},
                    {
                        "name": "kind",
                        "type": "string",
                        "constraints": {"enum": ["A", "b"]},
                        "x-dsf": {"case": "upper"},
                    },
                    {
                        "name": "note",
                        "type": "string",
                        "x-dsf": {"trim": False},
                        "constraints": {"maxLength": 12},
                    },
                    {"name": "felt", "type": "boolean"},
                ],
            },
        }
    ],
    "x-dsf": {"lanes": 3, "version": "updated", "source": {"maxRowBytes": 120}},
}
UNVERSIONED = {
    "name": "unversioned",
    "resources": [
        {
            "name": "unversioned",
            "path": "sample.csv",
            "dialect": {"delimiter": ";", "quoteChar": "'", "skipInitialSpace": True},
            "schema": {
                "fieldsMatch": "partial",
                "primaryKey": ["day", "place"],
                "missingValues": ["", "NA"],
                "fields": [
                    {"name": "day", "type": "date", "format": "%d/%m/%Y"},
                    {"name": "place", "type": "number"},
                    {"name": "rain", "type": "number", "constraints": {"required": True, "minimum": 0}},
                    {
                        "name": "kind",
                        "type": "string",
                        "x-dsf": {"default": "sun"},
                        "constraints": {"pattern": "([a-z]+ ?)*[a-z]"},
                    },
                    {"name": "seen at", "type": "datetime"},
                ],
            },
        }
    ],
    "x-dsf": {"lanes": 2, "source": {"maxRowBytes": 120}},
}
BY_ROW = {
    "name": "by-row",
    "resources": [
        {
            "name": "by-row",
            "path": "sample.csv",
            "schema": {
                "fieldsMatch": "subset",
                "fields": [
                    {"name": "place", "type": "number", "constraints": {"required": True}},
                    {"name": "count", "type": "integer", "x-dsf": {"default": 7}},
                    {"name": "kind", "type": "string", "missingValues": ["b", "B"]},
                    {"name": "updated", "type": "datetime"},
                ],
            },
        }
    ],
    "x-dsf": {"lanes": 3, "key": "row", "source": {"maxRowBytes": 120}},
}
PLACED = {
    "name": "placed",
    "resources": [
        {
            "name": "placed",
            "path": "sample.csv",
            "schema": {
                "primaryKey": "id",
                "fields": [
                    {"name": "id", "type": "string", "x-dsf": {"header": ""}},
                    {"name": "place", "type": "number", "constraints": {"required": True}},
                    {"name": "elsewhere", "type": "number", "x-dsf": {"header": "place"}},
                    {"name": "kind", "type": "string", "x-dsf": {"header": "id"}},
                ],
            },
        }
    ],
    "x-dsf": {"lanes": 2, "source": {"maxRowBytes": 120}},
}
HEADLESS: dict[str, Any] = copy.deepcopy(PLACED)
HEADLESS["name"] = "headless"
HEADLESS["resources"][0]["dialect"] = {"header": False, "delimiter": "\t"}

NUMBERED: dict[str, Any] = copy.deepcopy(VERSIONED)
NUMBERED["name"] = "numbered"
NUMBERED["resources"][0]["schema"]["fields"][0] = {
    "name": "row",
    "type": "integer",
    "x-dsf": {"rowNumber": True},
}
NUMBERED["resources"][0]["schema"]["primaryKey"] = "row"

ESCAPED: dict[str, Any] = copy.deepcopy(UNVERSIONED)
ESCAPED["name"] = "escaped"
ESCAPED["resources"][0]["dialect"] = {"escapeChar": "\\", "skipInitialSpace": True}
ESCAPED["x-dsf"]["reading"] = {"tolerate": ["shortRows", "longRows", "nulBytes"]}

TOLERANT: dict[str, Any] = copy.deepcopy(VERSIONED)
TOLERANT["name"] = "tolerant"
TOLERANT["resources"][0]["dialect"] = {"commentChar": "1"}
TOLERANT["resources"][0]["schema"]["fields"][1]["x-dsf"] = {"zone": "Europe/Berlin"}
TOLERANT["x-dsf"]["reading"] = {
    "footer": ["é"],
    "tolerate": ["shortRows", "longRows", "trailingDelimiter", "blankRows", "nulBytes", "unknownCharacters"],
}

_TIMES = [f"2018-02-0{day}T0{hour}:00:00Z" for day in (1, 2) for hour in (1, 2, 3)]
_FINE = [f"2018-02-01T01:00:00.{fraction}Z" for fraction in ("0001", "000900", "000900001", "001", "0010009")]
_NUMBERS = ["0", "1", "-0", "1.5", "9.99", " 2 ", ".5", "+1e0"]
_INTEGERS = ["1", "01", "2", " 3"]
_TEXTS = [
    "",
    " ",
    "a",
    "B ",
    "A",
    "rain",
    "é",
    "ß",
    "a\nb",
    'say "x"',
    "it's",
    "x;y",
    "x,y",
    "\r\n",
    "C:\\x\\",
]
_SOUND = {
    "id": ["a", "A ", "b", "c", "é"],
    "updated": [*_TIMES, "2018-02-01", "2018-02-01T02:00:00+01:00", *_FINE],
    "mag": ["", *_NUMBERS],
    "count": ["", *_INTEGERS],
    "kind": ["a", "B", " b", ""],
    "felt": ["true", "0", "1", ""],
    "day": ["01/02/2018", "1/2/2018", "02/02/2018"],
    "place": [*_INTEGERS, "1.50", "0.30000000000000004", "0.300000000000000041"],
    "rain": _NUMBERS,
    "seen at": [*_TIMES[:2], "NA"],
}
_WRONG = [
    "",
    "NA",
    "abc",
    "-3",
    "10",
    "1e3",
    "0x10",
    "NaN",
    "1,5",
    "3.0",
    "٣",
    "9007199254740993",
    "tRUE",
    "Rain",
]
_WRONG += ["2018-02-01T01:00:00.1234567890Z", "9999-12-31T23:59:59-12:00", "0000-12-31T23:00:00Z", "1e400"]
_WRONG += ["30/02/2018", "2018-02-30T00:00:00Z", "yesterday", "longer than twelve", *_TEXTS]
_WRONG += ["2018-03-25 02:30", "2018-10-28 02:30", "2018-07-01 12:00", "2018-03-25", "1960-01-01 00:00"]


def written(parent: Path, definition: dict[str, Any]) -> Dataset:
    """The dataset of a definition, in a folder of its own."""
    folder = parent / definition["name"]
    folder.mkdir()
    (folder / "datapackage.json").write_text(json.dumps(definition), "utf-8")
    return load_dataset(folder)


def files(dataset: Dataset) -> st.SearchStrategy[list[bytes]]:
    """Files that follow each other as runs: what was seen in one is history for the next."""
    return st.lists(_file(dataset), min_size=1, max_size=3)


@st.composite
def _file(draw: st.DrawFn, dataset: Dataset) -> bytes:
    names = [field.in_file for field in dataset.in_file]
    is_mixed = dataset.fields_match != "exact" and draw(st.booleans())
    header = draw(st.permutations([*names, "more"])) if is_mixed else names
    line_end = draw(st.sampled_from([b"\n", b"\r\n"]))
    rows = draw(st.lists(_line(dataset, header), min_size=5, max_size=20))
    repeated = draw(st.lists(st.sampled_from(rows), max_size=10))
    first = [_row(dataset, header, [None] * len(header))] if dataset.has_header else []
    lines = [*first, *rows, *repeated]
    beginning = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\n"]))
    return beginning + line_end.join(lines) + draw(st.sampled_from([line_end, b"", b"\r", b"\n\n"]))


def _line(dataset: Dataset, header: list[str]) -> st.SearchStrategy[bytes]:
    cells = st.tuples(*(st.tuples(_cell(name), st.booleans()) for name in header))
    row = cells.map(lambda found: _row(dataset, [text for text, _ in found], [quote for _, quote in found]))
    quote = dataset.quote_char.encode()
    comma = dataset.delimiter.encode()
    escape = dataset.escape_char.encode() if dataset.escape_char else b""
    escapes = [escape, escape * 2, escape + quote, comma + quote + escape] if escape else []
    pieces = [
        b"a",
        b"1",
        comma,
        comma,
        quote,
        quote * 2,
        *escapes,
        b"\n",
        b"\r",
        b" ",
        comma + b" " + quote,
        comma + b"\t\xc2\xa0" + quote,
        b"\xff",
        b"\x00",
        b"\xc3\xa9",
        b"z" * 50,
    ]
    soup = st.lists(st.sampled_from(pieces), max_size=16).map(b"".join)
    # a sound row with something in it that is not
    spoilt = st.tuples(row, st.integers(0, 200), st.sampled_from(pieces)).map(
        lambda found: found[0][: found[1]] + found[2] + found[0][found[1] :]
    )
    return st.integers(0, 9).flatmap(lambda dice: [spoilt, soup][dice] if dice < 2 else row)


def _cell(name: str) -> st.SearchStrategy[str]:
    """Sound more often than not, so that rows come through and meet their older versions."""
    sound = st.sampled_from(_SOUND.get(name, _TEXTS))
    wrong = st.one_of(st.sampled_from(_WRONG), st.text(max_size=5))
    return st.integers(0, 19).flatmap(lambda dice: wrong if dice == 0 else sound)


def _row(dataset: Dataset, cells: list[str], quoted: list[bool | None]) -> bytes:
    """Cells in quotes where they must be, or where it is asked for."""
    quote, comma, escape = dataset.quote_char, dataset.delimiter, dataset.escape_char

    def inside(cell: str) -> str:
        if escape is None:
            return cell.replace(quote, quote * 2)
        # the longer cells have their quotes doubled, as they may all the same
        return cell.replace(escape, escape * 2).replace(quote, (escape if len(cell) < 9 else quote) + quote)

    parts = [
        quote + inside(cell) + quote if wish or set(cell) & {quote, comma, "\n", "\r"} else cell
        for cell, wish in zip(cells, quoted, strict=True)
    ]
    return comma.join(parts).encode("utf-8", "surrogatepass")
