"""A wait that is soon over takes no second process; a longer one is the triggerer's."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import TaskDeferred
from dsf_airflow.receipt import ReceiptOperator, ReceiptTrigger
from server import serving

SUCCEEDED = {"runId": "r", "dataset": "d", "state": "succeeded", "counters": {"read": 1}}
CONTEXT = {"dag": SimpleNamespace(dag_id="dsf_d"), "run_id": "hourly", "params": {"source": None}}


@pytest.fixture
def receipt_after(monkeypatch):
    """An ingestor and an indexer in one; the receipt is there after so many requests."""

    def execute(requests):
        def answer(path, count):
            if path.endswith("/v1/runs"):
                return 202, {"runId": "r", "statusUrl": "/v1/runs/r"}
            return 200, SUCCEEDED if count > requests else {"state": "running"}

        with serving(answer) as server:
            monkeypatch.setenv("DSF_INGESTOR_URL", server.url)
            monkeypatch.setenv("DSF_INDEXER_URL", server.url)
            operator = ReceiptOperator(task_id="receipt", dataset="d", execution_timeout=timedelta(minutes=5))
            return operator.execute(CONTEXT), server

    return execute


def test_what_is_soon_over_is_not_deferred(receipt_after):
    receipt, server = receipt_after(3)
    assert receipt.items() >= SUCCEEDED.items()
    assert receipt["statusUrl"] == f"{server.url}/v1/runs/r"
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
