"""A wait that is soon over takes no second process; a longer one is the triggerer's."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import TaskDeferred
from dsf_airflow.failure import FinalFailure, StageFailure
from dsf_airflow.receipt import ReceiptOperator, ReceiptTrigger
from server import serving

RUN = {
    **{
        "runId": "r",
        "dataset": "d",
        "state": "publishing",
        "statusUrl": "/v1/runs/r",
        "times": {},
        "rows": 7,
    },
    **{"counters": {"read": 1}},
}
SUCCEEDED = {**RUN, "state": "succeeded"}
CONTEXT = {"dag": SimpleNamespace(dag_id="dsf_d"), "run_id": "hourly", "params": {"source": None}}


@pytest.fixture
def receipt_after(monkeypatch):
    """An ingestor; the run is over after so many requests."""

    def execute(requests, end=SUCCEEDED, named=None):
        def answer(path, count):
            if path.endswith("/v1/runs"):
                return 202, RUN
            return 200, end if count > requests else RUN

        with serving(answer) as server:
            monkeypatch.setenv("DSF_INGESTOR_URL", server.url)
            operator = ReceiptOperator(task_id="receipt", dataset="d", execution_timeout=timedelta(minutes=5))
            context = {**CONTEXT, "params": {"source": None, "run": named}}
            return operator.execute(context), server

    return execute


def test_what_is_soon_over_is_not_deferred(receipt_after):
    receipt, server = receipt_after(3)
    assert receipt == {**SUCCEEDED, "statusUrl": f"{server.url}/v1/runs/r"}
    gaps = [after - before for before, after in zip(server.times[1:], server.times[2:4], strict=False)]
    assert min(gaps) >= 0.4


def test_what_is_not_over_soon_goes_on_in_the_triggerer(receipt_after, monkeypatch):
    monkeypatch.setattr("dsf_airflow.waiting._AT_ONCE", timedelta(seconds=0.6))
    with pytest.raises(TaskDeferred) as deferral:
        receipt_after(1000)
    trigger = deferral.value.trigger
    assert isinstance(trigger, ReceiptTrigger)
    assert trigger.asked["run"] == "r"
    assert deferral.value.method_name == "close"
    # the time-out of the operator, and not of the first looks
    assert trigger.deadline - trigger.not_before == pytest.approx(290, abs=1)


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"rows": 0, "reason": "answered 404"}, StageFailure, "ingestor: answered 404"),
        ({"rows": 9, "reason": "the file ends in a row"}, FinalFailure, "ingestor: the file ends in a row"),
        (
            {"reason": "300 of 400 rows were refused", "times": {"processing": "2026-01-01T00:00:00.000Z"}},
            FinalFailure,
            "pipeline: 300 of 400 rows were refused",
        ),
        (
            {"state": "cancelled", "rows": 0},
            FinalFailure,
            "pipeline: the run was cancelled; trigger the DAG again",
        ),
    ],
    ids=["at its source", "behind its first row", "behind its last row", "cancelled"],
)
def test_a_run_that_did_not_succeed_is_asked_for_again_only_where_that_starts_it_again(
    receipt_after, changed, kind, said
):
    with pytest.raises(kind, match=f"d: run r, failed at {said}"):
        receipt_after(0, {**RUN, "state": "failed", **changed})


def test_a_run_that_the_dag_run_names_starts_again_by_nobody(receipt_after):
    end = {**RUN, "state": "failed", "rows": 0, "reason": "answered 404"}
    with pytest.raises(FinalFailure, match="ingestor: answered 404"):
        receipt_after(0, end, named="r")


def test_a_run_that_is_late_is_waited_for_again_and_what_was_heard_last_is_told():
    operator = ReceiptOperator(task_id="receipt", dataset="d", execution_timeout=timedelta(minutes=5))
    with pytest.raises(StageFailure, match="not over within 0:05:00; last: the run is queued"):
        operator.close(CONTEXT, {"late": "the run is queued"}, "r", "http://a/v1/runs/r")
