"""Clean, duplicate or quarantined, with the history that a run begins with."""

from pathlib import Path

import pytest
from audit.decide import content_of, decide
from audit.landing import read_landing
from audit.own import CODES, OUTCOME
from audit.versions import Past
from dsf_dataset import load_datasets

DATASETS = load_datasets(str(Path(__file__).parents[2] / "datasets"))
QUAKES, WEATHER = DATASETS["earthquakes"], DATASETS["seattle-weather"]
DAY = 86_400_000


def decided_of(dataset, lines, history):
    content = "\n".join([",".join(field.name for field in dataset.fields), *lines]).encode()
    return decide(dataset, read_landing(content, dataset), history)


def outcomes(dataset, lines, history):
    return list(decided_of(dataset, lines, history).rows[OUTCOME])


def quake(name: str, day: int, net: str = "ci") -> str:
    time = f"1970-01-{day + 1:02d}T00:00:00Z"
    cells = {"id": name, "updated": time, "time": time, "latitude": "1", "longitude": "2", "net": net}
    return ",".join({**cells, "type": "earthquake"}.get(field.name, "") for field in QUAKES.fields)


def past(days: int) -> Past:
    return Past(days * DAY * 1_000_000, days * DAY)


def day(precipitation: str, weather: str = "sun") -> str:
    return f"2012-01-01,{precipitation},,,,{weather}"


@pytest.mark.parametrize(
    ("history", "days", "expected"),
    [
        ({}, [1, 1, 2, 1, 3], ["clean", "duplicate", "clean", "duplicate", "clean"]),
        ({"a": past(2)}, [1, 2, 3, 3], ["duplicate", "duplicate", "clean", "duplicate"]),
        ({"b": past(2)}, [1], ["clean"]),
    ],
)
def test_a_version_must_be_above_all_before_it(history, days, expected):
    assert outcomes(QUAKES, [quake("a", number) for number in days], history) == expected


def at(fraction: str) -> str:
    return quake("a", 0).replace("1970-01-01T00:00:00Z", f"1970-01-01T00:00:00.{fraction}Z")


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ({}, [123, 124, None, None, 125, 129]),
        ({"a": Past(123_900_000, 140)}, [None, None, None, None, 141, 142]),
        ({"a": Past(123_000_000, 123)}, [124, 125, None, None, 126, 129]),
        ({"a": Past(124_000_001, 124)}, [None, None, None, None, None, 129]),
    ],
)
def test_versions_are_compared_as_finely_as_they_are_written(history, expected):
    lines = [at(fraction) for fraction in ("1231", "1239", "1238", "123900", "124", "129")]
    content = "\n".join([",".join(field.name for field in QUAKES.fields), *lines]).encode()
    decision = decide(QUAKES, read_landing(content, QUAKES), history)
    found = decision.versions.to_dict()
    assert [found.get(row) for row in decision.rows.index] == expected
    assert list(decision.rows[OUTCOME]) == ["clean" if number else "duplicate" for number in expected]


def test_a_refused_row_is_no_version_of_its_key():
    rows = [quake("a", 3, net=""), quake("a", 1)]
    assert outcomes(QUAKES, rows, {}) == ["quarantined", "clean"]


def test_content_must_differ_from_what_was_last_let_through():
    rows = [day("1"), day("1.0"), day("2"), day("x"), day("2"), day("1")]
    decided = ["clean", "duplicate", "clean", "quarantined", "duplicate", "clean"]
    assert outcomes(WEATHER, rows, {}) == decided
    content = content_of(WEATHER, decided_of(WEATHER, rows[:1], {}).rows).iloc[0]
    assert outcomes(WEATHER, rows[:1], {"2012-01-01": content}) == ["duplicate"]
    assert outcomes(WEATHER, rows[2:3], {"2012-01-01": content}) == ["clean"]


def test_a_row_keeps_all_its_reasons_in_the_order_of_the_fields():
    landed = read_landing(b"date,precipitation,temp_max,temp_min,wind,weather\n2012-02-30,-1,,,x,\n", WEATHER)
    assert decide(WEATHER, landed, {}).rows[CODES].loc[1] == [
        ("date", "type"),
        ("precipitation", "minimum"),
        ("wind", "type"),
        ("weather", "required"),
    ]
