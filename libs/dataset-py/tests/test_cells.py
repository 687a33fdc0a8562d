"""Cells are read as the stages read them: libs/dataset/vectors/values.json is the judge of both."""

import json
import tempfile
import time
from pathlib import Path

import pytest
from define import VECTORS, field_of
from dsf_dataset import Problem, compile_key_reader, compile_reader, compile_times
from dsf_dataset.patterns import compile_pattern

CASES = json.loads((VECTORS / "values.json").read_text("utf-8"))["cases"]
PATTERNS = json.loads((VECTORS / "patterns.json").read_text("utf-8"))


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
        (
            {"type": "integer"},
            "123456789123456789",
            'cell "123456789123456789" is too large for an integer, which is at most 4503599627370496 in size',
        ),
        (
            {"type": "number"},
            "1e400",
            'cell "1e400" is too large for a number, which is at most 1.7976931348623157e+308 in size',
        ),
        (
            {"type": "datetime"},
            "9999-12-31T23:59:59-12:00",
            'cell "9999-12-31T23:59:59-12:00" is in UTC no time of the years 0001 to 9999',
        ),
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


@pytest.mark.parametrize("case", PATTERNS["patterns"], ids=[case["pattern"] for case in PATTERNS["patterns"]])
def test_patterns_match_as_in_the_table(case):
    pattern = compile_pattern(case["pattern"])
    assert [text for text in case["of"] if not pattern.matches(text)] == []
    assert [text for text in case["not"] if pattern.matches(text)] == []


@pytest.mark.parametrize("pattern", PATTERNS["refused"])
def test_what_re2_does_not_take_is_refused(pattern):
    with pytest.raises(ValueError, match="no regular expression of RE2"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("format", "reason"),
    [
        ("%Y-%U", "%U in .* known are %Y %y %m %b %B %q %d %e %j %a %A %H %I %p %M %S %f %z %Z %s %Q %%"),
        ("%Y %y", "has %Y and %y, which say the same"),
        ("%Y %b %m", "has %m and %b, which say the same"),
        ("%Y %j %d", "has %d and %j, which say the same"),
        ("%Y %I", "needs %I and %p together"),
        ("%Y %H %p", "needs %I and %p together"),
        ("%m", "%Y, %y, %s or %Q is missing"),
    ],
)
def test_a_format_that_tells_no_time_is_refused(format, reason):
    with pytest.raises(ValueError, match=reason):
        compile_times("datetime", format)


def test_no_cell_takes_long():
    for text in ("1" * 65536 + "x", "a" * 65536 + "b", " " * 65536):
        for field in (
            {"type": "integer"},
            {"type": "number"},
            {"type": "datetime", "format": "any"},
            {"type": "string", "constraints": {"pattern": "(a+)+"}},
        ):
            begun = time.process_time()
            _read(field)(text)
            assert time.process_time() - begun < 0.2, field


def _read(field):
    with tempfile.TemporaryDirectory() as folder:
        return compile_reader(field_of(field, Path(folder)))


@pytest.mark.parametrize(
    ("field", "kept", "refused"),
    [
        ({"type": "datetime"}, ["2024-01-01T00:00:00.123000Z"], ["2024-01-01T00:00:00.123001Z"]),
        (
            {"type": "number"},
            [
                "9007199254740992",
                "1125899906842624.2",
                "0.1",
                "0.30000000000000004",
                "1e22",
                "123456789.012345",
                "0.10000000000000001",
                "2.468214947373665313e-01",
            ],
            ["9007199254740993.0", "1125899906842624.3", "0.300000000000000041", "2.468214947373665314e-01"],
        ),
        # next to 0 a double keeps fewer digits than 15
        (
            {"type": "number"},
            ["0.0", "-0", "5e-324", "2.2250738585072014e-308"],
            ["1e-400", "4e-324"],
        ),
        (
            {"type": "datetime", "format": "%d.%m.%Y %H:%M:%S %z"},
            ["05.01.2024 12:30:01 +0100"],
            [],
        ),
    ],
)
def test_a_cell_of_the_key_that_would_become_another_is_refused(field, kept, refused, tmp_path):
    read = compile_key_reader(field_of(field, tmp_path))
    assert not [text for text in kept if isinstance(read(text), Problem)]
    assert [read(text).code for text in refused] == ["type"] * len(refused)


def test_an_integer_may_have_any_number_of_leading_zeros(tmp_path):
    assert compile_reader(field_of({"type": "integer"}, tmp_path))("0" * 5000 + "7") == 7


def test_a_pattern_that_is_too_long_to_compile_is_refused():
    assert compile_pattern("ab" * 5000).matches("ab" * 5000)
    with pytest.raises(ValueError, match="has 10002 characters, expected at most 10000"):
        compile_pattern("ab" * 5001)
