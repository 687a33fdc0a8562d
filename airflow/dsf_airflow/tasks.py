"""The plain tasks of a DAG."""

import logging
import os
from typing import Any

from airflow.sdk import get_current_context, task
from dsf_client import why_no_rows

from .alerts.callbacks import tell_anomalies
from .batch import Outcome, batch_environment, run_batch
from .failure import Failure, FinalFailure, StageFailure
from .health import require_ready
from .runs import ask_for_run, status_url
from .settings import Settings, read_settings
from .spark_checks import spark_jobs
from .summary import progress_line, receipt_table

log = logging.getLogger(__name__)

_DIFFERENCES = 1
_OUT_OF_TIME = 3
AUDIT_MINUTES = 25
"""How long the audit reads: less than its task may take (dag.py), so that it ends with a word of its own."""


@task
def definition(dataset: str, reason: str) -> None:
    """Fails: no retry mends a definition."""
    raise FinalFailure(Failure(dataset, "definition", reason, sort="refused definition"))


@task
def health(dataset: str) -> None:
    """All stages and Spark jobs are ready; otherwise it fails, and its retries wait."""
    services = read_settings().services
    require_ready(dataset, services)
    log.info("ready: %s", ", ".join(services))


@task
def start_run(dataset: str) -> dict[str, str]:
    ingestor = read_settings().ingestor
    run = ask_for_run(ingestor, dataset, get_current_context())
    started = {"runId": run["runId"], "statusUrl": status_url(ingestor, run)}
    log.info("run %s: %s", *started.values())
    return started


@task
def audit(dataset: str, receipt: dict[str, Any]) -> dict[str, Any]:
    """
    The audit's summary. Rows that differ fail the DAG at once: no retry makes them equal. An audit that was not done in its time
    says nothing against the rows: `anomalies` tells of it.
    """
    if unchanged := receipt.get("unchanged"):
        return {"sentence": f"{why_no_rows(unchanged)}: no rows to decide anew"}
    # tables that nobody waited for may be behind
    waited_for = spark_jobs(read_settings().services)
    left_out = [] if waited_for else ["--no-spark"]
    outcome = _batch("audit", dataset, receipt, "--minutes", str(AUDIT_MINUTES), *left_out)
    summary = outcome.summary or {}
    report = _report(read_settings(), summary)
    if outcome.code == _DIFFERENCES:
        reason = summary.get("sentence") or f"{summary.get('differences')} differences"
        about = (receipt["runId"], receipt["statusUrl"], report)
        raise FinalFailure(Failure(dataset, "audit", reason, *about, sort="differences"))
    log.info("%s; report: %s", summary.get("sentence"), report)
    return summary


@task
def anomalies(dataset: str, receipt: dict[str, Any], audit: dict[str, Any]) -> list[dict[str, Any]]:
    """What is odd about the run, and that it could not be audited in time. It is told, and fails nothing."""
    if receipt.get("unchanged"):
        return []
    findings = (_batch("anomalies", dataset, receipt).summary or {}).get("findings") or []
    where = (receipt["runId"], receipt["statusUrl"], _report(read_settings(), audit))
    found = [
        Failure(
            dataset, "anomalies", finding["sentence"], *where, sort=f"{finding['kind']} {finding['field']}"
        )
        for finding in findings
    ]
    if audit.get("untold"):
        found.append(Failure(dataset, "audit", audit["sentence"], *where, sort="out of time"))
    tell_anomalies(found, Failure(dataset, "anomalies", "", *where), get_current_context())
    return findings


@task
def summary(
    receipt: dict[str, Any], progress: dict[str, Any], audit: dict[str, Any], findings: list[Any]
) -> None:
    for line in receipt_table(receipt):
        log.info("%s", line)
    log.info("%s", progress_line(progress))
    log.info("audit: %s; report: %s", audit.get("sentence"), _report(read_settings(), audit))
    log.info("anomalies: %s", "; ".join(str(finding.get("sentence")) for finding in findings) or "none")


def _report(settings: Settings, summary: dict[str, Any]) -> str | None:
    key = summary.get("report")
    return f"s3://{settings.bucket}/{key}" if key and settings.bucket else key


def _batch(module: str, dataset: str, receipt: dict[str, Any], *more: str) -> Outcome:
    """@throws StageFailure when the command could not do its work, or did not say what came of it"""
    settings = read_settings()
    arguments = [module, "--dataset", dataset, "--run", receipt["runId"], *more]
    env = batch_environment(os.environ, settings.ingestor)
    outcome = run_batch(settings.batch_command, arguments, env, log)
    if outcome.code in (0, _DIFFERENCES, _OUT_OF_TIME) and outcome.summary is not None:
        return outcome
    reason = f"ended with {outcome.code}: {outcome.complaint or 'it said nothing'}"
    about = (receipt["runId"], receipt["statusUrl"])
    raise StageFailure(Failure(dataset, module, reason, *about, sort=f"exit {outcome.code}"))
