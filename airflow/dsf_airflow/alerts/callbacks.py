"""
What Airflow calls. A task's callbacks run in its process, a DAG's in the DAG processor, a deadline's in the triggerer: all of
them have what they need from `context` and the environment, and tell what is new.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from airflow.sdk import conf
from airflow.sdk.execution_time.xcom import XCom

from ..failure import Failure
from ..settings import read_settings
from . import messages
from .causes import Cause, Kind, recovered, sort_out
from .channels import tell
from .messages import Where
from .open_causes import close, keep_open, read_open

log = logging.getLogger(__name__)

_DAG_REASONS = {
    "timed_out": "the DAG run did not end in its time, and was ended",
    "all_tasks_deadlocked": "no task of the DAG run can go on",
    "task_failure": "a task failed without a word: its log, or the scheduler's, may say why",
}

_OF_ROWS = ("audit", "anomalies")
"""Stages that a run without rows does not come to."""


def task_failed(dataset: str, context: Any) -> None:
    """After the last retry."""
    _tell_new("failure", [failure_of(dataset, context)], context["dag"].dag_id, context["run_id"])


def dag_failed(dataset: str, context: Any) -> None:
    """For what goes wrong outside tasks; when a task has told why, nothing is new."""
    dag_id, dag_run, word = context["dag"].dag_id, context["run_id"], context.get("reason") or ""
    failure = Failure(dataset, "airflow", _DAG_REASONS.get(word, word))
    _tell_new("failure", [_with_run(failure, dag_id, dag_run)], dag_id, dag_run)


async def late(dataset: str, minutes: float, context: Any) -> None:
    """The deadline passed, and the run goes on."""
    # the SDK waits for the triggerer's own loop: not in that loop, then
    await asyncio.to_thread(_late, dataset, minutes, context["dag_run"])


def _late(dataset: str, minutes: float, dag_run: dict[str, Any]) -> None:
    dag_id, run_id = dag_run["dag_id"], dag_run["dag_run_id"]
    failure = Failure(dataset, "airflow", f"the run had not ended {minutes:g} minutes after it was queued")
    _tell_new("late", [_with_run(failure, dag_id, run_id)], dag_id, run_id)


def tell_anomalies(found: list[Failure], about: Failure, context: Any) -> None:
    """New ones in one message, those that are over in another; `about` has dataset, run and report. @throws NobodyTold"""
    dag_id, dag_run = context["dag"].dag_id, context["run_id"]
    _tell_new("anomaly", found, dag_id, dag_run)
    met = [_cause("anomaly", failure, dag_run) for failure in found]
    _tell_recovered({"anomaly"}, about, _link(dag_id, dag_run), met)


def succeeded(dataset: str, context: Any) -> None:
    """
    Of the last task: what failed before does not any more; lateness is over if this run was in time. A run that read no rows says nothing
    of those that were wrong.
    """
    dag_id, dag_run = context["dag"].dag_id, context["run_id"]
    in_time = datetime.now(UTC) - context["dag_run"].run_after <= read_settings().deadline
    kinds: set[Kind] = {"failure", "late"} if in_time else {"failure"}
    about = _with_run(Failure(dataset, "airflow", ""), dag_id, dag_run)
    receipt = XCom.get_one(key="return_value", dag_id=dag_id, run_id=dag_run, task_id="receipt") or {}
    not_tried = _OF_ROWS if receipt.get("unchanged") else ()
    as_it_was = [cause for cause in read_open(dataset).values() if cause.stage in not_tried]
    _tell_recovered(kinds, about, _link(dag_id, dag_run), as_it_was)


def say_reason(dataset: str, context: Any) -> None:
    """The last line of a failed try's log."""
    log.error("%s", failure_of(dataset, context).sentence)


def failure_of(dataset: str, context: Any) -> Failure:
    """What a task raised, or what Airflow says of a task that could raise nothing."""
    error = context.get("exception")
    if failure := getattr(error, "failure", None):
        return failure
    named = (
        f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error or "no reason")
    )
    failure = Failure(dataset, context["ti"].task_id, named)
    return _with_run(failure, context["dag"].dag_id, context["run_id"])


def _with_run(failure: Failure, dag_id: str, dag_run: str) -> Failure:
    started = XCom.get_one(key="return_value", dag_id=dag_id, run_id=dag_run, task_id="start_run") or {}
    return replace(failure, run=started.get("runId"), status_url=started.get("statusUrl"))


def _tell_new(kind: Kind, failures: list[Failure], dag_id: str, dag_run: str) -> None:
    if not failures:
        return
    met = [_cause(kind, failure, dag_run) for failure in failures]
    found = sort_out(met, read_open(failures[0].dataset))
    for cause in found.known:
        keep_open(cause)
    if not found.new:
        return
    message = messages.alert(found.new, _where(failures[0], _link(dag_id, dag_run)))
    if tell(message, read_settings().alert_email):
        for cause in found.new:
            keep_open(cause)


def _tell_recovered(kinds: set[Kind], about: Failure, link: str, still_met: Iterable[Cause] = ()) -> None:
    over = recovered(read_open(about.dataset), kinds, still_met)
    if not over:
        return
    tell(messages.recovery(over, _where(about, link)), read_settings().alert_email)
    for cause in over:
        close(cause)


def _cause(kind: Kind, failure: Failure, dag_run: str) -> Cause:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    sort = failure.sort or failure.reason
    return Cause(failure.dataset, kind, failure.stage, failure.reason, sort, since, dag_run)


def _where(failure: Failure, link: str) -> Where:
    return Where(link, failure.run, failure.status_url, failure.report)


def _link(dag_id: str, run_id: str) -> str:
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return f"{base}/dags/{dag_id}/runs/{quote(run_id, safe='')}"
