"""One audit from end to end."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import pandas as pd
from dsf_batch.command import NotNow, OutOfTime
from dsf_batch.settings import Settings
from dsf_batch.store import Store
from dsf_client import ApiError, Run, get_run, is_over, progress_of, why_no_rows
from dsf_dataset import Dataset, audit_key

from .compare import Difference
from .decide import Decision, History, decide, exact_versions, keys_of_file
from .history import read_processed
from .landing import Landed, read_landing
from .objects import Unreadable
from .own import OUTCOME
from .report import report_of
from .spark_tables import compare_profile
from .stages import compare_lake, compare_processed, compare_quarantine, compare_receipt, compare_tolerated
from .stored import RunPlace, place_of, read_lake_rows, read_quarantine
from .trends_table import compare_trends
from .unpack import unpacked
from .versions import Past, exact_history

QUARANTINE_SECONDS = 60
"""Refused rows are stored beside the way that the receipt takes, so they may come after it."""


@dataclass
class Audit:
    outcomes: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was not compared, and why."""
    report: str | None = None
    """Key of the report in the store; none when not all rows were compared."""
    untold: str | None = None
    """What its time did not suffice for."""


@dataclass(frozen=True)
class _Sources:
    """Where the stages' side of a comparison comes from."""

    store: Store
    dataset: Dataset
    place: RunPlace
    receipt: Run


def audit_run(
    settings: Settings, dataset: Dataset, run: str, *, spark: bool, seconds: float = math.inf
) -> Audit:
    """
    Reads for no longer than `seconds`.
    @raise NotNow when the run is not over, is no import, or a server is away
    """
    until = time.monotonic() + seconds
    receipt = _receipt(settings, dataset, run)
    landing = receipt["landing"]["key"]
    store = Store(settings)
    store.until = until
    landed = read_landing(unpacked(landing, store.get(landing), dataset), dataset)
    place = place_of(store, dataset, run, landing, partial(_landing_of, settings))
    sources = _Sources(store, dataset, place, receipt)
    return _compare_run(sources, landed, spark=spark)


def _compare_run(sources: _Sources, landed: Landed, *, spark: bool) -> Audit:
    audit = Audit()
    decision: Decision | None = None
    try:
        decision, lake = _compare_rows(audit, sources, landed)
        _compare_tables(audit, sources, decision, lake, spark=spark)
    except Unreadable as error:
        audit.differences.append(Difference("store", "(object)", error.key, "readable", error.reason))
    except OutOfTime as late:
        audit.untold = f"{'profile and trends' if decision else 'rows'}: {late}"
        audit.notes.append(f"not told in time: {audit.untold}")
    if decision:
        audit.report = _write_report(sources, decision, audit)
    return audit


def _write_report(sources: _Sources, decision: Decision, audit: Audit) -> str:
    dataset, run = sources.dataset, sources.place.run
    key = audit_key(dataset.name, run)
    page = report_of(dataset, run, decision, audit.differences, audit.notes)
    sources.store.put(key, page.encode(), "text/html; charset=utf-8")
    return key


def _receipt(settings: Settings, dataset: Dataset, run: str) -> Run:
    """An import of which every row has come through, with what its receipts count."""
    try:
        found = get_run(settings.ingestor, run)
    except ApiError as error:
        raise NotNow(str(error)) from error
    if reason := _cannot_be_audited(found, dataset):
        raise NotNow(f"run {run} {reason}")
    return found


def _landing_of(settings: Settings, run: str) -> str | None:
    """Key of the file that another run has read; None where the ingestor knows none. @raise NotNow"""
    try:
        landing = get_run(settings.ingestor, run).get("landing")
    except ApiError as error:
        if error.status != 404:
            raise NotNow(str(error)) from error
        return None
    return landing["key"] if landing else None


def _cannot_be_audited(run: Run, dataset: Dataset) -> str | None:
    if run["dataset"] != dataset.name:
        return f"is one of {run['dataset']}, not of {dataset.name}"
    if run["type"] == "replay":
        return "is a replay of refused rows; audit the imports that brought them"
    return f"is not over: {progress_of(run)}" if not is_over(run) else _has_too_few_rows(run)


def _has_too_few_rows(run: Run) -> str | None:
    if unchanged := run.get("unchanged"):
        return f"read no rows: {why_no_rows(unchanged)}; audit that one"
    if run["state"] == "cancelled":
        return "was cancelled, perhaps before all of its rows were published"
    # one that failed while rows were published has receipts too, for those that were
    if "processing" not in run["times"] or run["closed"] < run["expected"]:
        return f"failed before its rows were through: {run.get('reason')}"
    return None


def _compare_rows(audit: Audit, sources: _Sources, landed: Landed) -> tuple[Decision, pd.DataFrame]:
    """What must have become of each row, and the run's rows of the lake."""
    store, dataset, place = sources.store, sources.dataset, sources.place
    processed = read_processed(store, dataset, place, keys_of_file(dataset, landed))
    decision = decide(dataset, landed, _history(sources, landed, processed.history))
    audit.outcomes = {str(name): count for name, count in decision.rows[OUTCOME].value_counts().items()}
    lake = read_lake_rows(store, dataset, place)
    quarantine = _all_quarantined(sources, audit.outcomes.get("quarantined", 0))
    audit.differences += [
        *compare_receipt(dataset, sources.receipt, decision, lake),
        *compare_tolerated(sources.receipt, landed),
        *compare_processed(dataset, decision, processed.rows),
        *compare_lake(dataset, decision, lake),
        *compare_quarantine(dataset, decision, quarantine),
    ]
    return decision, lake


def _compare_tables(
    audit: Audit, sources: _Sources, decision: Decision, lake: pd.DataFrame, *, spark: bool
) -> None:
    if not spark:
        audit.notes.append("profile and trends were left out (--no-spark)")
        return
    store, dataset, place = sources.store, sources.dataset, sources.place
    _add(audit, "profile", compare_profile(store, dataset, place, decision.of("clean")))
    _add(audit, "trends", compare_trends(store, dataset, lake, audit.notes))


def _history(sources: _Sources, landed: Landed, written: History) -> History:
    """What was let through before, as finely as it matters."""
    dataset = sources.dataset
    keys = keys_of_file(dataset, landed)
    rows = exact_versions(dataset, landed, [number for number, _ in landed.rows], keys)
    past = cast(
        Mapping[str, Past], written
    )  # the contents of a dataset without versions go through as they are
    return exact_history(sources.store, dataset, past, rows)


def _all_quarantined(sources: _Sources, expected: int) -> pd.DataFrame:
    """Waits a little for as many refused rows as there must be."""
    until = time.monotonic() + QUARANTINE_SECONDS
    while True:
        found = read_quarantine(sources.store, sources.dataset, sources.place)
        if found.index.nunique() >= expected or time.monotonic() > until:
            return found
        time.sleep(2)


def _add(audit: Audit, table: str, differences: list[Difference] | None) -> None:
    if differences is None:
        audit.notes.append(f"the dataset has no {table} yet")
    else:
        audit.differences += differences
