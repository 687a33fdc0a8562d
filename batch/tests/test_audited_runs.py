"""Which runs can be audited, and what the audit expects of the end of one."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from audit.__main__ import _code, _summary
from audit.decide import decide
from audit.landing import Landed, read_landing
from audit.run import _compare_run, _landing_of, _Sources, audit_run
from audit.stages import compare_receipt, compare_tolerated
from dsf_batch.command import NotNow
from dsf_batch.settings import read_index_settings, read_settings
from dsf_dataset import DAY_MS, iso_datetime, load_dataset
from server import closed_port, serving
from simulated_runs import MemoryStore, Runs, defined

WEATHER = load_dataset(Path(__file__).parents[2] / "datasets/seattle-weather")
NAMES = ("S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_BUCKET", "ELASTICSEARCH_URL", "DATASETS_DIR")
RUN = {
    **{"runId": "r", "dataset": "seattle-weather", "type": "import", "state": "succeeded", "rows": 7},
    **{
        "fetched": {"bytes": 9},
        "closed": 8,
        "expected": 8,
        "counters": {},
        "times": {"processing": "2026-01-01T00:00:00Z"},
    },
}


def settings(url):
    urls = dict.fromkeys(("S3_ENDPOINT", "ELASTICSEARCH_URL"), "http://x")
    return read_settings({**dict.fromkeys(NAMES, "x"), **urls, "INGESTOR_URL": url})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dataset": "earthquakes"}, "run r is one of earthquakes, not of seattle-weather"),
        ({"type": "replay"}, "run r is a replay of refused rows"),
        ({"state": "fetching"}, "run r is not over: fetching, 9 bytes so far"),
        ({"state": "processing", "closed": 3}, "run r is not over: processing, 3 of 8 receipts arrived"),
        (
            {"state": "failed", "times": {}, "reason": "the object is gone"},
            "were through: the object is gone",
        ),
        ({"state": "cancelled"}, "run r was cancelled"),
        (
            {"unchanged": {"since": "q", "by": "etag"}},
            "run r read no rows: its file is the one of run q; audit that one",
        ),
        (
            {"unchanged": {"since": "q", "by": "no new file"}},
            "run r read no rows: there was no new file since run q; audit that one",
        ),
        (
            {"state": "failed", "closed": 0, "reason": "answered 404"},
            "before its rows were through: answered 404",
        ),
    ],
)
def test_a_run_that_is_not_through_cannot_be_audited_now(changed, said):
    with serving(lambda *_: (200, {**RUN, **changed})) as server, pytest.raises(NotNow, match=said):
        audit_run(settings(server.url), WEATHER, "r", spark=False)


def test_the_ingestor_says_why_it_has_no_run():
    with (
        serving(lambda *_: (404, {"detail": 'no run has the id "r"'})) as server,
        pytest.raises(NotNow, match='no run has the id "r"'),
    ):
        audit_run(settings(server.url), WEATHER, "r", spark=False)
    with pytest.raises(NotNow, match="does not answer"):
        audit_run(settings(closed_port()), WEATHER, "r", spark=False)


def test_the_ingestor_says_which_file_another_run_has_read():
    with serving(lambda *_: (200, {**RUN, "landing": {"key": "landing/r.1.csv"}})) as server:
        assert _landing_of(settings(server.url), "r") == "landing/r.1.csv"
    with serving(lambda *_: (200, RUN)) as server:
        assert _landing_of(settings(server.url), "r") is None
    with serving(lambda *_: (404, {"detail": "unknown"})) as server:
        assert _landing_of(settings(server.url), "r") is None
    with pytest.raises(NotNow, match="does not answer"):
        _landing_of(settings(closed_port()), "r")


def test_every_variable_that_is_missing_is_named_but_not_that_of_the_token():
    with pytest.raises(NotNow) as raised:
        read_settings({"S3_BUCKET": "dsf"})
    assert str(raised.value) == (
        "these variables are not set: S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, ELASTICSEARCH_URL, INGESTOR_URL, DATASETS_DIR"
    )


def test_who_asks_the_index_alone_needs_no_keys_of_the_store():
    index, folder = read_index_settings({"ELASTICSEARCH_URL": "http://e", "DATASETS_DIR": "d"})
    assert (index.url, folder) == ("http://e", "d")


def test_only_a_secret_may_be_in_a_file():
    names = {
        **dict.fromkeys(NAMES, "x"),
        "INGESTOR_URL_FILE": "f",
        "S3_ACCESS_KEY": "",
        "S3_ACCESS_KEY_FILE": "f",
    }
    with pytest.raises(NotNow) as raised:
        read_settings(names)
    assert str(raised.value) == "these variables are not set: INGESTOR_URL"


def test_what_was_let_pass_is_no_more_and_no_less_than_the_file_has():
    landed = Landed(tolerated=Counter(shortRows=2, comments=1))

    def differences(**found):
        run = {**RUN, "tolerated": found} if found else RUN
        return [(one.column, one.expected, one.found) for one in compare_tolerated(run, landed)]

    assert differences(shortRows=2, comments=1) == []
    assert differences(shortRows=3, comments=1, footer=4) == [
        ("tolerated shortRows", 2, 3),
        ("tolerated footer", 0, 4),
    ]
    assert differences() == [("tolerated shortRows", 2, 0), ("tolerated comments", 1, 0)]


REFUSED = "2012-01-01,wet,,,,sun"


@pytest.mark.parametrize(
    ("rows", "share", "right"),
    [(2, 0.5, "failed"), (1, 0.5, "succeeded"), (2, 1, "succeeded")],
    ids=["more than both", "no more rows than allowed", "no greater share than allowed"],
)
def test_a_run_must_have_failed_just_when_it_refused_more_than_it_may(rows, share, right):
    dataset = replace(WEATHER, max_refused_rows=1, max_refused_share=share)
    header = ",".join(field.name for field in dataset.fields)
    decision = decide(dataset, read_landing("\n".join([header, *[REFUSED] * rows]).encode(), dataset), {})
    counters = {"read": rows, "quarantined": rows, "quarantined:type": rows, "indexed": 0, "superseded": 0}
    lake = pd.DataFrame({"simulated": []}, dtype=object)

    def states(state):
        differences = compare_receipt(dataset, {**RUN, "state": state, "counters": counters}, decision, lake)
        return [(one.column, one.expected, one.found) for one in differences]

    other = {"failed": "succeeded", "succeeded": "failed"}[right]
    assert states(right) == []
    assert states(other) == [("state", right, other)]


@pytest.fixture
def simulated(tmp_path):
    """A run with one behind it, as the stages leave it: its landing, and what the audit compares it with."""
    runs = Runs(MemoryStore(), defined(tmp_path))
    rows = [{"id": f"k{i}", "at": i * DAY_MS, "n": 1.5, "updated": i} for i in range(5)]
    runs.leave([{**row, "id": f"before-{row['id']}"} for row in rows])
    place = runs.place(runs.leave(rows))
    header = ",".join(field.name for field in runs.dataset.fields)
    times = [{**row, "at": iso_datetime(row["at"]), "updated": iso_datetime(row["updated"])} for row in rows]
    lines = [",".join(str(row[field.column]) for field in runs.dataset.fields) for row in times]
    counters = dict.fromkeys(("read", "clean", "processed", "enriched", "stored", "created"), len(rows))
    receipt = {**RUN, "counters": counters}
    landed = read_landing("\n".join([header, *lines]).encode(), runs.dataset)
    return _Sources(runs.store, runs.dataset, place, receipt), landed


def let_time_end_behind_the_rows(sources, landed):
    store = sources.store
    objects = dict(store.objects)
    _compare_run(sources, landed, spark=False)
    store.objects, store.ends_after, store.asked = objects, store.asked.total(), Counter()


def test_a_run_as_the_stages_leave_it_is_equal(simulated):
    audit = _compare_run(*simulated, spark=True)
    assert (audit.differences, audit.notes, audit.untold) == ([], ["the dataset has no trends yet"], None)
    assert (_code(audit), _summary("d", "r", audit)["equal"]) == (0, True)


def test_rows_for_which_the_time_did_not_suffice_are_neither_equal_nor_different(simulated):
    simulated[0].store.ends_after = 0
    audit = _compare_run(*simulated, spark=True)
    summary = _summary("d", "r", audit)
    assert (_code(audit), summary["equal"], summary["report"]) == (3, None, None)
    assert re.match(
        r"It could not be told in time\. Not compared were rows: 0 of 4 objects were read, up to processed/.* The next audit",
        summary["sentence"],
    )


def test_rows_that_were_compared_have_their_page_when_the_time_ends_behind_them(simulated):
    store = simulated[0].store
    let_time_end_behind_the_rows(*simulated)
    audit = _compare_run(*simulated, spark=True)
    assert (_code(audit), audit.differences) == (3, [])
    assert audit.untold.startswith("profile and trends: 0 of 1 objects")
    page = store.objects[audit.report][0].decode()
    assert "agree on all 5 rows" in page
    assert "not told in time: profile and trends" in page


def test_a_difference_is_told_whether_or_not_the_time_suffices(simulated):
    sources, landed = simulated
    sources.receipt["counters"]["clean"] = 4
    let_time_end_behind_the_rows(sources, landed)
    audit = _compare_run(sources, landed, spark=True)
    assert (_code(audit), _summary("d", "r", audit)["equal"], audit.untold is None) == (1, False, False)
