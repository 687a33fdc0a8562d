"""Differences name the row and the column; what is equal but for its writing is none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from audit.compare import Difference, compare_rows, table_of
from audit.expressions import columns_used, evaluate
from audit.own import KEY
from audit.spark_tables import compare_groups, grouped_by
from dsf_dataset import Computed, load_dataset

QUAKES = load_dataset(Path(__file__).parents[2] / "datasets/earthquakes")


def frame(rows: dict[int, tuple]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=[KEY, "mag", "net"], dtype=object)


EXPECTED = frame({1: ("a", 1.0, None), 2: ("b", None, "ci"), 3: ("c", 3.0, "us")})
OUTCOMES = pd.Series({1: "clean", 2: "clean", 3: "clean", 4: "duplicate"})


def test_the_same_rows_in_another_order_are_equal():
    assert compare_rows("lake", EXPECTED, EXPECTED[::-1], OUTCOMES) == []


def test_each_way_to_differ_has_its_line():
    found = frame({1: ("a", 1.5, None), 3: ("c", 3.0, None), 4: ("d", 4.0, "us"), 9: ("e", 1.0, "us")})
    found = pd.concat([found, found.loc[[3]]])
    assert compare_rows("lake", EXPECTED, found, OUTCOMES) == [
        Difference("lake", "(row)", "b (row 2)", "there", "missing"),
        Difference("lake", "(row)", "d (row 4)", "duplicate", "there"),
        Difference("lake", "(row)", "e (row 9)", "no such row", "there"),
        Difference("lake", "(row)", "c (row 3)", "once", "more than once"),
        Difference("lake", "mag", "a (row 1)", 1.0, 1.5),
    ]


def test_nothing_is_not_the_same_as_an_empty_text():
    (difference,) = compare_rows("lake", EXPECTED, frame({**_rows(), 1: ("a", 1.0, "")}), OUTCOMES)
    assert difference == Difference("lake", "net", "a (row 1)", None, "")
    assert "(missing)" in table_of([difference])


def test_a_fault_of_many_rows_does_not_hide_another_one():
    many = [Difference("lake", "mag", f"(row {row})", 1, 2) for row in range(100)]
    table = table_of([*many, Difference("trends", "events", "x", 1, 2)])
    assert (table.count("lake"), table.count("trends")) == (19, 1)


def _rows() -> dict[int, tuple]:
    return {int(row): tuple(values) for row, values in zip(EXPECTED.index, EXPECTED.to_numpy(), strict=True)}


def test_groups_are_compared_within_the_error_of_adding_up():
    level = {"type": None, "window_start": 0, "field": "mag"}
    expected = grouped_by(pd.DataFrame([level | {"rows": 2, "mean": 0.3}]), list(level))
    found = grouped_by(pd.DataFrame([level | {"rows": 2, "mean": 0.1 + 0.2}]), list(level))
    assert compare_groups("profile", expected, found, ["rows", "mean"]) == []
    assert (
        compare_groups("profile", expected, found.assign(mean=np.nan), ["mean"])[0].key
        == "- · 1970-01-01T00:00:00.000Z · mag"
    )
    assert [d.found for d in compare_groups("profile", expected, found[:0], ["mean"])] == ["missing"]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("pow(10.0, 1.5 * mag + 4.8)", "number", 10**9.3),
        ("-(mag - depth) / 2.0", "number", 3.5),
        ("ln(mag - 3.0)", "number", np.nan),
        ("1.0 / (mag - 3.0)", "number", np.nan),
        ("round(mag / 2.0)", "integer", 2.0),
        ("mag / 2.0 + 1.0", "integer", 3.0),
        ("mag * 2.0 // not depth", "number", 6.0),
        ("round(0.49999999999999994)", "number", 0.0),
        ("0.49999999999999994", "integer", 0.0),
        ("round(-1.5) + round(4503599627370495.5)", "number", 4503599627370495.0),
        ("pow(1.0, ln(-mag))", "number", np.nan),
        ("pow(-1.0, 1.0 / (mag - 3.0))", "number", np.nan),
    ],
)
def test_arithmetic_is_worked_out(expression, kind, value):
    rows = pd.DataFrame({"mag": [3.0], "depth": [10.0]}, dtype=object)
    found = evaluate(Computed("x", kind, expression), rows)
    assert found is not None
    assert np.isclose(found.iloc[0], value, equal_nan=True)


@pytest.mark.parametrize("expression", ["mag < 3.0 ? 1.0 : 2.0", "size(place)", "mag % 2.0"])
def test_anything_else_is_left_to_the_null_rule(expression):
    rows = pd.DataFrame({"mag": [3.0], "place": ["x"]}, dtype=object)
    assert evaluate(Computed("x", "number", expression), rows) is None


def test_a_text_is_the_number_that_the_stages_read_in_it():
    texts = ["1.5", "1_0", " 1 ", "-2", "inf", "nan", "0x1", "\u0661", "1e3", "x"]
    found = evaluate(Computed("x", "number", "double(place)"), pd.DataFrame({"place": texts}, dtype=object))
    nan = float("nan")
    assert np.array_equal(found, [1.5, nan, nan, -2, nan, nan, nan, nan, 1000, nan], equal_nan=True)


@pytest.mark.parametrize(
    "expression",
    [
        "mag * 2.0 // not depth",
        "mag + // 'depth\n 1.0 // it's depth",
        "'''it's depth''' == 'x' || mag > 1.0",
        '"""say "depth" """ == \'x\' || mag > 1.0',
        r"r'\' depth' == 'x' || mag > 1.0",
        "'//' + 'x' == 'y' || mag > 1.0",
        "mag in [1.0] || true",
        "{'depth': 1.0} . depth > mag",
    ],
)
def test_no_field_is_used_that_only_a_comment_or_a_text_names(expression):
    fields = [replace(QUAKES.fields[0], name=name, column=name) for name in ("mag", "depth", "in", "true")]
    dataset = replace(QUAKES, fields=tuple(fields), computed=())
    assert columns_used(dataset, Computed("x", "number", expression)) == ["mag"]


def test_fields_that_an_expression_uses_are_found_beside_texts_and_functions():
    by_name = {computed.name: columns_used(QUAKES, computed) for computed in QUAKES.computed}
    assert by_name == {
        "energyJoules": ["mag"],
        "depthClass": ["depth"],
        "region": ["place"],
        "revisionHours": ["updated", "time"],
    }
    assert columns_used(QUAKES, Computed("x", "string", "'net' + place + \"id\"")) == ["place"]
