"""Which DAG run follows, against a real server; that it runs is in e2e/airflow.e2e.ts."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowSkipException, DagRunTriggerException
from dsf_airflow.failure import StageFailure
from dsf_airflow.follow import FollowOperator
from server import closed_port, serving

RUN = {"runId": "r", "dataset": "d", "state": "succeeded", "statusUrl": "/v1/runs/r"}


def follow(url, monkeypatch, *, started="r", named=None):
    monkeypatch.setenv("DSF_INGESTOR_URL", url)
    # Airflow lets nobody call a task's work but its own runner, or a test
    monkeypatch.setattr("airflow.sdk.bases.operator.ExecutorSafeguard.test_mode", True)
    xcom = {"start_run": {"runId": started} if started else None}
    ti = SimpleNamespace(xcom_pull=lambda task_ids: xcom[task_ids])
    operator = FollowOperator(task_id="follow", dataset="d", trigger_dag_id="dsf_d")
    operator.execute({"params": {"source": None, "run": named}, "ti": ti})


@pytest.mark.parametrize("state", ["succeeded", "failed", "processing"])
def test_a_run_that_asked_for_the_next_one_is_followed_by_a_dag_run_of_that_whatever_became_of_it(
    state, monkeypatch
):
    run = {**RUN, "state": state, "next": "behind"}
    with serving(lambda *_: (200, run)) as server, pytest.raises(DagRunTriggerException) as triggered:
        follow(server.url, monkeypatch)
    wanted = triggered.value
    assert (wanted.trigger_dag_id, wanted.dag_run_id, wanted.conf) == (
        *("dsf_d", "follow__behind"),
        {"run": "behind"},
    )
    assert [asked for asked, *_ in server.asked] == ["GET /v1/runs/r"]


def test_the_dag_run_is_triggered_once_however_often_this_is_tried_and_nobody_waits_for_it(monkeypatch):
    with serving(lambda *_: (200, {**RUN, "next": "behind"})) as server:
        tries = []
        for _ in range(2):
            with pytest.raises(DagRunTriggerException) as triggered:
                follow(server.url, monkeypatch)
            tries.append(triggered.value)
    assert {(one.dag_run_id, one.logical_date) for one in tries} == {("follow__behind", None)}
    assert [one.skip_when_already_exists for one in tries] == [True, True]
    assert not any(one.reset_dag_run or one.wait_for_completion for one in tries)


def test_the_last_run_is_followed_by_none(monkeypatch):
    with serving(lambda *_: (200, RUN)) as server, pytest.raises(AirflowSkipException, match="run r has"):
        follow(server.url, monkeypatch)


def test_where_no_run_started_nobody_is_asked(monkeypatch):
    with pytest.raises(AirflowSkipException, match="no run started"):
        follow(closed_port(), monkeypatch, started=None)


def test_a_run_that_the_dag_run_names_is_followed_although_its_tasks_did_not_come_to_it(monkeypatch):
    with (
        serving(lambda *_: (200, {**RUN, "next": "behind"})) as server,
        pytest.raises(DagRunTriggerException),
    ):
        follow(server.url, monkeypatch, started=None, named="r")


def test_an_ingestor_that_is_away_is_asked_again(monkeypatch):
    with pytest.raises(StageFailure, match="failed at ingestor: .* does not answer"):
        follow(closed_port(), monkeypatch)
