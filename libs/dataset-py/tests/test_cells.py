"""Cells are read as the stages read them: libs/dataset/vectors/values.json is the judge of both."""

import json

import pytest
from define import VECTORS, field_of
from dsf_dataset import Problem, compile_reader

CASES = json.loads((VECTORS / "values.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_cells_are_read_as_in_the_table(case, tmp_path):
    read = compile_reader(field_of(case["field"], tmp_path))
    for text, value in case["reads"]:
        found = read(text)
        assert found == value, text
        assert isinstance(found, bool) == isinstance(value, bool), text
        assert (found is None) == (value is None), text
    for text, code in case["refuses"]:
        problem = read(text)
        assert isinstance(problem, Problem), text
        assert problem.code == code, text


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ({"type": "string", "constraints": {"required": True}}, "", "cell is missing"),
        ({"type": "number"}, "abc", 'cell "abc" is no number'),
        ({"type": "date", "format": "%d.%m.%Y"}, "1/1/20", 'cell "1/1/20" is no date of the format %d.%m.%Y'),
        ({"type": "number", "constraints": {"minimum": 0.0}}, "-1", "cell -1 is below 0"),
        ({"type": "number", "constraints": {"exclusiveMaximum": 9}}, "9", "cell 9 is not below 9"),
        ({"type": "string", "constraints": {"pattern": "a+"}}, "b", 'cell "b" does not match a+'),
        (
            {"type": "string", "constraints": {"maxLength": 0}},
            "b",
            "cell has 1 characters, allowed are 0 to 0",
        ),
        ({"type": "number"}, "🌍" * 1000, f'cell "{"🌍" * 40}…" is no number'),
    ],
)
def test_a_problem_says_what_is_wrong_in_the_words_of_the_stages(field, text, message, tmp_path):
    problem = compile_reader(field_of(field, tmp_path))(text)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.message) == ("cell", message)


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        (r"\d+", "12", "١٢"),
        (r"\w\W", "a-", "éa"),
        (r"a\sb", "a\ufeffb", "a\u0085b"),
        (r".", "é", "\u2028"),
        (r"(?<q>['x]).\k<q>", "xax", "xa'"),
        (r"\p{Lu}\P{L}", "É1", "éa"),
        (r"\u{1F30D}/\/", "🌍//", "🌍/"),
        (r"[[&]$", "&", "&\n"),
        (r"a\b b", "a b", "ab b"),
    ],
)
def test_patterns_mean_what_they_mean_in_javascript(pattern, fits, fails, tmp_path):
    read = compile_reader(
        field_of({"type": "string", "x-dsf": {"trim": False}, "constraints": {"pattern": pattern}}, tmp_path)
    )
    assert read(fits) == fits
    assert isinstance(read(fails), Problem)


def test_an_integer_may_have_any_number_of_leading_zeros(tmp_path):
    assert compile_reader(field_of({"type": "integer"}, tmp_path))("0" * 5000 + "7") == 7
