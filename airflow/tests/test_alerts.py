"""What is told, and that it is told once. All of it pure: the real Airflow is in e2e/airflow.e2e.ts."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from dsf_airflow.alerts import callbacks
from dsf_airflow.alerts.causes import Cause, recovered, sort_out
from dsf_airflow.alerts.messages import Where, alert, recovery
from dsf_airflow.failure import Failure, StageFailure
from dsf_airflow.summary import receipt_table

CAUSE = Cause(
    dataset="quakes",
    kind="failure",
    stage="ingestor",
    reason="http://feed:80/a.csv answered 404",
    sort="http://feed:80/a.csv answered 404",
    since="2026-11-24T10:00:00+00:00",
    dag_run="scheduled__10",
)
WHERE = Where(
    "http://airflow/dags/d/runs/r", "3c45", "http://ingestor/v1/runs/3c45", "s3://dsf/audit/3c45.html"
)


def opened(*causes):
    return {cause.key: cause for cause in causes}


def test_a_new_cause_is_told():
    assert sort_out([CAUSE], {}).new == (CAUSE,)


def test_the_same_cause_in_the_next_run_is_counted_and_not_told():
    again = replace(CAUSE, dag_run="scheduled__11", since="2026-11-24T11:00:00+00:00")
    found = sort_out([again], opened(CAUSE))
    assert found.new == ()
    assert found.known == (replace(CAUSE, dag_run="scheduled__11", times=2),)


def test_the_same_cause_met_twice_in_one_run_counts_once():
    assert sort_out([CAUSE, CAUSE], {}).new == (CAUSE,)
    assert sort_out([CAUSE], opened(CAUSE)) == sort_out([], {})


def test_numbers_and_ids_make_no_new_cause_but_another_stage_or_reason_does():
    other_run = replace(CAUSE, sort="http://feed:80/a.csv answered 404")
    elsewhere = [
        replace(CAUSE, stage="indexer"),
        replace(CAUSE, sort="no such header"),
        replace(CAUSE, kind="late"),
    ]
    assert (
        replace(CAUSE, sort="run 3c45f5aa5146f28b9423 has 3 rows").key
        == replace(CAUSE, sort="run 90124aa5146f28b942ef has 14 rows").key
    )
    assert other_run.key == CAUSE.key
    assert len({cause.key for cause in [CAUSE, *elsewhere]}) == 4


def test_no_dataset_sees_the_causes_of_one_whose_name_begins_alike():
    assert not replace(CAUSE, dataset="quakes-week").key.startswith("dsf_alert:quakes:")


def test_the_failure_of_a_task_and_of_its_dag_are_one_cause():
    of_dag = replace(CAUSE, stage="airflow", reason="a task failed", sort="a task failed")
    assert sort_out([of_dag], opened(CAUSE)) == sort_out([], {})
    assert sort_out([of_dag], opened(replace(CAUSE, kind="anomaly"))).new == (of_dag,)


def test_another_cause_in_the_next_run_is_told():
    other = replace(CAUSE, sort="no such header", dag_run="scheduled__11")
    assert sort_out([other], opened(CAUSE)).new == (other,)


def test_what_is_over_is_told_once_the_oldest_first():
    younger = replace(CAUSE, stage="indexer", since="2026-11-24T11:00:00+00:00")
    odd = replace(CAUSE, kind="anomaly", stage="anomalies")
    everything = opened(younger, CAUSE, odd)
    assert recovered(everything, {"failure"}) == [CAUSE, younger]
    assert recovered(everything, {"anomaly"}, [odd]) == []
    assert recovered({}, {"failure"}) == []


@pytest.mark.parametrize(
    ("unchanged", "over"),
    [(None, ["ingestor", "audit", "anomalies"]), ({"since": "q", "by": "etag"}, ["ingestor"])],
    ids=["read", "unchanged"],
)
def test_a_run_that_read_no_rows_ends_no_cause_that_rows_gave(monkeypatch, unchanged, over):
    causes = opened(*(replace(CAUSE, stage=stage) for stage in ("ingestor", "audit", "anomalies")))
    told, closed = [], []
    monkeypatch.setattr(callbacks, "read_open", lambda _: causes)
    monkeypatch.setattr(callbacks, "tell", lambda message, _: told.append(message.title))
    monkeypatch.setattr(callbacks, "close", lambda cause: closed.append(cause.stage))
    results = {"receipt": {"unchanged": unchanged}}
    monkeypatch.setattr(callbacks.XCom, "get_one", lambda *, task_id, **_: results.get(task_id))
    dag, dag_run = SimpleNamespace(dag_id="d"), SimpleNamespace(run_after=datetime.now(UTC))
    callbacks.succeeded("quakes", {"dag": dag, "run_id": "r", "dag_run": dag_run})
    assert (told, closed) == (["quakes has recovered"], over)


def test_an_alert_says_dataset_run_stage_reason_and_where_to_look():
    message = alert([CAUSE], WHERE)
    assert message.title == "quakes failed at ingestor"
    assert message.slack.splitlines() == [
        "*quakes failed at ingestor*",
        "dataset: quakes",
        "run: 3c45",
        "stage: ingestor",
        "reason: http://feed:80/a.csv answered 404",
        "Airflow: http://airflow/dags/d/runs/r",
        "status: http://ingestor/v1/runs/3c45",
        "report: s3://dsf/audit/3c45.html",
    ]
    assert "<td>http://feed:80/a.csv answered 404</td>" in message.html


def test_what_comes_from_data_is_never_markup():
    nasty = replace(CAUSE, reason="<!channel> <b>&{{ conn.dsf_smtp }}")
    message = alert([nasty], Where("http://airflow"))
    assert "reason: &lt;!channel&gt; &lt;b&gt;&amp;{{ conn.dsf_smtp }}" in message.slack
    assert "&lt;b&gt;&amp;{{ conn.dsf_smtp }}" in message.html
    assert "run: none started" in message.slack


def test_all_new_anomalies_of_a_run_are_one_message():
    odd = [
        replace(CAUSE, kind="anomaly", stage="anomalies", reason=f"field {i} has no values") for i in (1, 2)
    ]
    message = alert(odd, WHERE)
    assert message.title == "quakes has anomalies"
    assert [value for name, value in message.facts if name == "reason"] == [cause.reason for cause in odd]


def test_a_recovery_says_what_is_over_and_since_when_it_was():
    message = recovery([replace(CAUSE, times=3)], WHERE)
    assert message.title == "quakes has recovered"
    over = "ingestor: http://feed:80/a.csv answered 404 (since 2026-11-24T10:00:00+00:00, 3 runs)"
    assert ("over", over) in message.facts


def test_a_failure_is_a_sentence():
    failure = Failure("quakes", "indexer", "the sums do not hold", run="3c45")
    assert str(StageFailure(failure)) == "quakes: run 3c45, failed at indexer: the sums do not hold"


def test_a_receipt_is_a_table_in_reading_order():
    receipt = {"dataset": "quakes", "runId": "3c45", "state": "succeeded"}
    counters = {"replaced": 1, "created": 6, "quarantined:type": 3, "read": 10, "clean": 7}
    since = [({"since": "q", "by": by}) for by in ("etag", "no new file")]
    assert [receipt_table({**receipt, "unchanged": one})[1] for one in since] == [
        "  no rows: its file is the one of run q",
        "  no rows: there was no new file since run q",
    ]
    assert receipt_table({**receipt, "counters": counters}) == [
        "quakes: run 3c45 succeeded",
        "  read              10",
        "  clean              7",
        "  created            6",
        "  replaced           1",
        "  quarantined:type   3",
    ]
