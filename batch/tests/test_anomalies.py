"""Findings about a run: by bounds of the definition, and by what the runs before had."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from anomalies.evaluate import FieldProfile, Finding, RunFacts, evaluate
from anomalies.history import History
from dsf_connect import IndexSettings
from dsf_dataset import Anomalies, Bounds, Dataset, load_dataset
from server import serving

QUAKES = load_dataset(Path(__file__).parents[2] / "datasets/earthquakes")
USUAL = [RunFacts(1000, 10, {"mag": FieldProfile(900, 90, 0, 7)})] * 5


BOUNDS = Anomalies(24, Bounds(minimum=1), 3, 0.05, 0.2, null_shares={}, values={})


def quakes(**wanted) -> Dataset:
    return replace(QUAKES, anomalies=replace(BOUNDS, **wanted))


def kinds(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.kind, finding.field) for finding in findings]


def test_a_run_like_those_before_is_not_worth_a_word():
    assert evaluate(quakes(), USUAL[0], USUAL) == []


def test_a_run_without_history_is_judged_by_its_bounds_alone():
    assert evaluate(quakes(), RunFacts(7, 0), []) == []


@pytest.mark.parametrize(("read", "found"), [(333, 1), (334, 0), (3000, 0), (3001, 1)])
def test_rows_may_change_by_a_factor_up_or_down(read, found):
    findings = evaluate(quakes(), RunFacts(read, 0), USUAL)
    assert kinds(findings) == [("rows", None)] * found


def test_an_empty_file_is_below_the_bound_and_unlike_those_before():
    findings = evaluate(quakes(), RunFacts(0, 0), USUAL)
    assert [finding.expected for finding in findings] == ["at least 1", "333 to 3,000"]
    assert findings[0].sentence == "The file has 0 rows, expected at least 1."


def test_rows_have_bounds():
    bounds = quakes(rows=Bounds(10, 20))
    assert kinds(evaluate(bounds, RunFacts(9, 0), [])) == [("rows", None)]
    assert kinds(evaluate(bounds, RunFacts(21, 0), [])) == [("rows", None)]
    assert evaluate(bounds, RunFacts(10, 0), []) == []


def test_refused_rows_are_a_share_of_the_file():
    (finding,) = evaluate(quakes(), RunFacts(1000, 51), USUAL)
    assert (finding.kind, finding.value, finding.expected) == ("quarantined", 0.051, "at most 5.0%")
    assert finding.sentence == "51 of 1,000 rows (5.1%) were refused, expected at most 5.0%."
    assert evaluate(quakes(), RunFacts(1000, 50), USUAL) == []


@pytest.mark.parametrize(("nulls", "found"), [(0, 0), (270, 0), (271, 1), (900, 1)])
def test_nulls_may_change_by_a_difference(nulls, found):
    run = RunFacts(1000, 10, {"mag": FieldProfile(900, nulls, 0, 7)})
    assert kinds(evaluate(quakes(), run, USUAL)) == [("nulls", "mag")] * found


def test_nulls_of_a_field_have_a_bound():
    bounded = quakes(null_shares={"mag": 0.05})
    (finding,) = evaluate(bounded, USUAL[0], [])
    assert (finding.kind, finding.field, finding.value) == ("nulls", "mag", 0.1)


def test_values_have_bounds_at_both_ends():
    findings = evaluate(quakes(values={"mag": Bounds(1, 6)}), USUAL[0], [])
    assert [finding.sentence for finding in findings] == [
        "The lowest mag is 0, expected 1 to 6.",
        "The highest mag is 7, expected 1 to 6.",
    ]
    assert evaluate(quakes(values={"mag": Bounds(minimum=0)}), USUAL[0], []) == []


def test_a_run_that_brought_nothing_new_has_no_nulls_to_speak_of():
    assert evaluate(quakes(), RunFacts(1000, 10), USUAL) == []
    assert evaluate(quakes(), RunFacts(1000, 10, {"mag": FieldProfile(0, 0)}), USUAL) == []


def test_neither_a_replay_nor_a_run_without_rows_is_history():
    documents = [
        {"run": "usual", "read": 9},
        {"run": "again", "read": 1, "replay": True},
        {"run": "same", "unchanged_since": "usual"},
    ]

    def answer(*_):
        wanted = json.loads(server.asked[-1][2])["query"]["bool"]["must_not"]
        left_out = {one["exists"]["field"] for one in wanted}
        found = [document for document in documents if not left_out & set(document)]
        return 200, {"hits": {"hits": [{"_source": document} for document in found]}}

    with serving(answer) as server:
        before = History(IndexSettings(server.url, "")).before(QUAKES, {"run": "r", "@timestamp": 5})
    assert [run["run"] for run in before] == ["usual"]
