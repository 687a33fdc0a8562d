"""
What Airflow calls. A task's callbacks run in its process, a DAG's in the DAG processor, a deadline's in the triggerer: all of
them have what they need from `context` and the environment, and tell what is new.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from airflow.sdk import conf

from ..failure import Failure
from ..settings import Settings, read_settings
from . import messages
from .causes import Cause, Kind, recovered, sort_out, was_told
from .channels import tell
from .messages import Where
from .open_causes import close, keep_open, read_open

log = logging.getLogger(__name__)

_DAG_REASONS = {
    "timed_out": "the DAG run did not end in its time",
    "all_tasks_deadlocked": "no task of the DAG run can go on",
    "task_failure": "a task failed without a word: look at its log, and at the scheduler's",
}


def task_failed(dataset: str, context: Any) -> None:
    """After the last retry."""
    failure = failure_of(dataset, context)
    cause = _cause(dataset, "failure", failure.stage, failure.reason, context["run_id"], failure.sort)
    where = Where(_link(context["dag"].dag_id, context["run_id"]), failure.run, failure.status_url, failure.report)
    _tell_new([cause], where)


def dag_failed(dataset: str, context: Any) -> None:
    """For what goes wrong outside tasks. Silent when a task has told why."""
    dag_run, word = context["run_id"], context.get("reason") or ""
    if word == "task_failure" and was_told(read_open(dataset), dag_run):
        return
    reason = _DAG_REASONS.get(word, word)
    _tell_new([_cause(dataset, "failure", "airflow", reason, dag_run)], Where(_link(context["dag"].dag_id, dag_run)))


async def late(dataset: str, minutes: float, context: Any) -> None:
    """The deadline passed, and the run goes on."""
    dag_run = context["dag_run"]
    reason = f"the run has not ended {minutes:g} minutes after it was queued"
    cause = _cause(dataset, "late", "airflow", reason, dag_run["dag_run_id"])
    where = Where(_link(dag_run["dag_id"], dag_run["dag_run_id"]))
    # the SDK and the notifiers' connections wait for the triggerer's own loop: not in that loop, then
    await asyncio.to_thread(_tell_new, [cause], where)


def tell_anomalies(dataset: str, findings: Iterable[dict[str, Any]], where: Where, dag_run: str) -> None:
    """New findings in one message, those that are over in another. @throws NobodyTold"""
    met = [
        _cause(
            *(dataset, "anomaly", "anomalies", messages.finding_sentence(finding), dag_run),
            f"{finding.get('kind')} {finding.get('field')}",
        )
        for finding in findings
    ]
    _tell_new(met, where)
    _tell_recovered(dataset, {"anomaly"}, where, met)


def succeeded(dataset: str, context: Any) -> None:
    """Of the last task: whatever failed before does not any more; lateness is over if this run was in time."""
    settings = read_settings()
    receipt = context["ti"].xcom_pull(task_ids="receipt") or {}
    run = Where(_link(context["dag"].dag_id, context["run_id"]), receipt.get("runId"), receipt.get("statusUrl"))
    queued = getattr(context["dag_run"], "queued_at", None) or context["dag_run"].start_date
    in_time = queued is None or datetime.now(UTC) - queued <= settings.deadline
    _tell_recovered(dataset, {"failure", "late"} if in_time else {"failure"}, run)


def say_reason(dataset: str, context: Any) -> None:
    """The last line of a failed try's log."""
    log.error("%s", failure_of(dataset, context).sentence)


def failure_of(dataset: str, context: Any) -> Failure:
    """What a task raised, or what Airflow says of a task that could raise nothing."""
    error = context.get("exception")
    if failure := getattr(error, "failure", None):
        return failure
    reason = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error or "no reason known")
    return Failure(dataset, context["ti"].task_id, reason)


def where_of(context: Any, receipt: dict[str, Any], report: str | None) -> Where:
    link = _link(context["dag"].dag_id, context["run_id"])
    return Where(link, receipt.get("runId"), receipt.get("statusUrl"), report)


def report_address(settings: Settings, summary: dict[str, Any] | None) -> str | None:
    key = (summary or {}).get("report")
    return f"s3://{settings.bucket}/{key}" if key and settings.bucket else key


def _tell_new(met: list[Cause], where: Where) -> None:
    if not met:
        return
    found = sort_out(met, read_open(met[0].dataset))
    if found.new:
        tell(messages.alert(found.new, where), read_settings().alert_email)
    for cause in (*found.new, *found.known):
        keep_open(cause)


def _tell_recovered(dataset: str, kinds: set[Kind], where: Where, still_met: Iterable[Cause] = ()) -> None:
    over = recovered(read_open(dataset), kinds, still_met)
    if not over:
        return
    tell(messages.recovery(over, where), read_settings().alert_email)
    for cause in over:
        close(cause)


def _cause(dataset: str, kind: Kind, stage: str, reason: str, dag_run: str, sort: str | None = None) -> Cause:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return Cause(dataset, kind, stage, reason, sort or reason, since, dag_run)


def _link(dag_id: str, run_id: str) -> str:
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return f"{base}/dags/{dag_id}/runs/{quote(run_id, safe='')}"
