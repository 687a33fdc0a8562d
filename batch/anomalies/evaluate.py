"""What is odd about a run. Pure: a run, its history and the definition in, findings out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from dsf_dataset import Bounds, Dataset


@dataclass(frozen=True)
class FieldProfile:
    """A field over all clean rows of a run."""

    rows: int
    nulls: int
    minimum: float | None = None
    maximum: float | None = None

    @property
    def null_share(self) -> float:
        return self.nulls / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run when it is over. `fields` is by column, and empty when nothing was profiled."""

    read: int
    quarantined: int
    fields: Mapping[str, FieldProfile] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    kind: Literal["rows", "quarantined", "nulls", "values"]
    field: str | None
    value: float
    expected: str
    sentence: str


def evaluate(dataset: Dataset, run: RunFacts, history: Sequence[RunFacts]) -> list[Finding]:
    """`history`: the succeeded runs before, at most as many as the definition looks back at."""
    return [
        *_rows(dataset, run, history),
        *_quarantined(dataset, run),
        *_nulls(dataset, run, history),
        *_values(dataset, run),
    ]


def _rows(dataset: Dataset, run: RunFacts, history: Sequence[RunFacts]) -> Iterator[Finding]:
    wanted = dataset.anomalies
    outside = _outside(run.read, wanted.rows)
    if outside:
        yield Finding("rows", None, run.read, outside, f"The file has {run.read:,} rows, expected {outside}.")
    usual = median(before.read for before in history) if history else 0
    if not usual:
        return
    low, high = usual / wanted.rows_change, usual * wanted.rows_change
    if not low <= run.read <= high:
        expected = f"{low:,.0f} to {high:,.0f}"
        sentence = (
            f"The file has {run.read:,} rows; the {len(history)} runs before had {usual:,.0f} (median)."
        )
        yield Finding("rows", None, run.read, expected, sentence)


def _quarantined(dataset: Dataset, run: RunFacts) -> Iterator[Finding]:
    most = dataset.anomalies.quarantined_maximum
    share = run.quarantined / run.read if run.read else 0.0
    if share > most:
        sentence = f"{run.quarantined:,} of {run.read:,} rows ({share:.1%}) were refused, expected at most {most:.1%}."
        yield Finding("quarantined", None, share, f"at most {most:.1%}", sentence)


def _nulls(dataset: Dataset, run: RunFacts, history: Sequence[RunFacts]) -> Iterator[Finding]:
    wanted = dataset.anomalies
    for of in dataset.fields:
        profile = run.fields.get(of.column)
        if profile is None or profile.rows == 0:
            continue
        share, most = profile.null_share, (wanted.null_shares or {}).get(of.name)
        if most is not None and share > most:
            sentence = f"{of.name} is missing in {share:.1%} of the clean rows, expected at most {most:.1%}."
            yield Finding("nulls", of.name, share, f"at most {most:.1%}", sentence)
        before = [past.fields[of.column].null_share for past in history if of.column in past.fields]
        if before and abs(share - median(before)) > wanted.nulls_change:
            usual = median(before)
            low, high = max(0.0, usual - wanted.nulls_change), min(1.0, usual + wanted.nulls_change)
            sentence = (
                f"{of.name} is missing in {share:.1%} of the clean rows; before it was {usual:.1%} (median)."
            )
            yield Finding("nulls", of.name, share, f"{low:.1%} to {high:.1%}", sentence)


def _values(dataset: Dataset, run: RunFacts) -> Iterator[Finding]:
    columns = {of.name: of.column for of in dataset.fields}
    for name, bounds in (dataset.anomalies.values or {}).items():
        profile = run.fields.get(columns[name])
        ends = {"lowest": profile.minimum, "highest": profile.maximum} if profile else {}
        for end, value in ends.items():
            outside = None if value is None else _outside(value, bounds)
            if value is not None and outside:
                sentence = f"The {end} {name} is {value:g}, expected {outside}."
                yield Finding("values", name, value, outside, sentence)


def _outside(value: float, bounds: Bounds) -> str | None:
    """The bounds in words, when the value lies outside of them."""
    low, high = bounds.minimum, bounds.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    if low is not None and high is not None:
        return f"{low:,g} to {high:,g}"
    return f"at least {low:,g}" if low is not None else f"at most {high:,g}"
