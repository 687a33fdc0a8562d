"""The texts of alerts: for Slack (mrkdwn) and for e-mail (HTML). What comes from data is never markup. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .causes import Cause

_TITLES = {"late": "is late", "anomaly": "has anomalies"}


@dataclass(frozen=True)
class Where:
    """Where to look."""

    dag_run: str
    """Address of the DAG run in Airflow."""
    run: str | None = None
    status: str | None = None
    """Address of the run's state at the ingestor."""
    report: str | None = None


@dataclass(frozen=True)
class Message:
    title: str
    facts: tuple[tuple[str, str], ...]

    @property
    def slack(self) -> str:
        lines = [f"*{_mrkdwn(self.title)}*", *(f"{name}: {_mrkdwn(value)}" for name, value in self.facts)]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        rows = "".join(
            f"<tr><th align=left>{name}</th><td>{escape(value)}</td></tr>" for name, value in self.facts
        )
        return f"<p><b>{escape(self.title)}</b></p><table>{rows}</table>"


def alert(causes: Sequence[Cause], where: Where) -> Message:
    """New causes of one dataset, met by one run."""
    first = causes[0]
    happened = _TITLES.get(first.kind, f"failed at {first.stage}")
    reasons = tuple(("reason", cause.reason) for cause in causes)
    return Message(f"{first.dataset} {happened}", _about(first.dataset, first.stage, where, *reasons))


def recovery(causes: Sequence[Cause], where: Where) -> Message:
    first = causes[0]
    over = tuple(
        ("over", f"{cause.stage}: {cause.reason} (since {cause.since}, {_runs(cause)})") for cause in causes
    )
    stages = ", ".join(dict.fromkeys(cause.stage for cause in causes))
    return Message(f"{first.dataset} has recovered", _about(first.dataset, stages, where, *over))


def _about(dataset: str, stage: str, where: Where, *reasons: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    facts = [("dataset", dataset), ("run", where.run or "none started"), ("stage", stage), *reasons]
    facts.append(("Airflow", where.dag_run))
    facts += [(name, value) for name, value in (("status", where.status), ("report", where.report)) if value]
    return tuple(facts)


def _runs(cause: Cause) -> str:
    return "1 run" if cause.times == 1 else f"{cause.times} runs"


def _mrkdwn(text: str) -> str:
    """Slack's three special characters; without them there is no link and no mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
