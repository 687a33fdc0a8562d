"""Where nobody runs a Spark job, or one of the two, nobody waits for it."""

import sys
from datetime import timedelta

import pytest
from dsf_airflow import tasks
from dsf_airflow.spark_checks import SparkChecks
from dsf_airflow.summary import progress_line
from server import serving

ENDED = "2026-01-01T00:00:00.000Z"
RECEIPT = {"runId": "r", "statusUrl": "http://a/v1/runs/r", "times": {"ended": ENDED}}
SEEN = {"datasets": {"d": {"lag": 0, "lookedAt": 4_000_000_000_000, "batch": 3}}}


def checked(has_trends=True):
    operator = SparkChecks(
        task_id="spark_checks",
        dataset="d",
        has_trends=has_trends,
        receipt=RECEIPT,
        execution_timeout=timedelta(minutes=5),
    )
    return operator.execute({})


@pytest.fixture
def health_urls(monkeypatch):
    return lambda urls: monkeypatch.setenv("DSF_HEALTH_URLS", f"ingestor=http://127.0.0.1:1{urls}")


def test_without_jobs_there_is_nothing_to_wait_for_and_the_summary_says_so(health_urls):
    health_urls("")
    assert checked() == {}
    assert progress_line({}) == "Spark: no job was asked"


def test_of_a_dataset_without_trends_their_job_alone_is_none(health_urls):
    health_urls(",trends=http://127.0.0.1:1")
    assert checked(has_trends=False) == {}


def test_one_job_alone_is_waited_for(health_urls):
    with serving(lambda *_: (200, SEEN)) as server:
        health_urls(f",csv-profile={server.url}")
        assert checked() == {"csv-profile": SEEN["datasets"]["d"]}


@pytest.mark.parametrize(
    ("urls", "said"), [("", ["--no-spark"]), (",csv-profile=http://127.0.0.1:1", [])], ids=["no job", "a job"]
)
def test_the_audit_compares_tables_only_where_a_job_was_waited_for(
    health_urls, monkeypatch, tmp_path, urls, said
):
    command = tmp_path / "command.py"
    command.write_text("import json, sys; print(json.dumps({'said': sys.argv[1:]}))")
    monkeypatch.setenv("DSF_BATCH_COMMAND", f"{sys.executable} {command}")
    health_urls(urls)
    answer = tasks.audit.function("d", RECEIPT)
    assert answer == {"said": ["audit", "--dataset", "d", "--run", "r", "--minutes", "25", *said]}
