"""What becomes of a DAG run by what the audit says, which is a real process here."""

import json
import sys
from types import SimpleNamespace

import pytest
from dsf_airflow import tasks
from dsf_airflow.dag import _TIMEOUTS
from dsf_airflow.failure import FinalFailure, StageFailure

RECEIPT = {"runId": "r1", "statusUrl": "http://ingestor/v1/runs/r1"}
LATE = {"sentence": "It could not be told in time.", "untold": "rows: 8 of 90 objects", "report": None}


@pytest.fixture
def says(tmp_path, monkeypatch):
    """The command that ends with this code and this line."""

    def command(code, summary=None):
        file = tmp_path / "command.py"
        line = "" if summary is None else f"print({json.dumps(summary)!r})"
        file.write_text(f"import sys\nprint(sys.argv[1:])\n{line}\nsys.exit({code})\n", "utf-8")
        monkeypatch.setenv("DSF_BATCH_COMMAND", f"{sys.executable} {file}")

    return command


@pytest.fixture
def told(monkeypatch):
    """What is told of anomalies."""
    found = []
    monkeypatch.setattr(tasks, "tell_anomalies", lambda failures, about, context: found.extend(failures))
    monkeypatch.setattr(tasks, "get_current_context", SimpleNamespace)
    return found


def test_an_audit_that_was_not_done_in_time_fails_nothing_and_is_told_as_an_anomaly(says, told):
    says(3, LATE)
    summary = tasks.audit.function("quakes", RECEIPT)
    assert summary == LATE
    says(0, {"findings": [{"kind": "rows", "field": "", "sentence": "many rows"}]})
    tasks.anomalies.function("quakes", RECEIPT, summary)
    assert [(one.stage, one.reason) for one in told] == [
        ("anomalies", "many rows"),
        ("audit", "It could not be told in time."),
    ]


def test_of_an_audit_that_was_done_nothing_is_told(says, told):
    says(0, {"findings": []})
    tasks.anomalies.function("quakes", RECEIPT, {"sentence": "agree", "untold": None})
    assert told == []


def test_differences_are_final_and_what_cannot_be_told_now_is_tried_again(says):
    says(1, {"sentence": "2 differences"})
    with pytest.raises(FinalFailure, match="2 differences"):
        tasks.audit.function("quakes", RECEIPT)
    for code in (2, 3):
        says(code)
        with pytest.raises(StageFailure, match=f"ended with {code}"):
            tasks.audit.function("quakes", RECEIPT)


def test_the_audit_stops_reading_before_its_task_is_ended(says, caplog):
    caplog.set_level("INFO")
    says(0, {"sentence": "agree"})
    tasks.audit.function("quakes", RECEIPT)
    assert f"'--minutes', '{tasks.AUDIT_MINUTES}'" in caplog.text
    assert _TIMEOUTS["audit"].total_seconds() > tasks.AUDIT_MINUTES * 60
