"""One alert for one cause: which causes are new, which are known, which are over. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

Kind = Literal["failure", "late", "anomaly"]

_VARYING = re.compile(r"[0-9a-f]{12,}|\d+")


@dataclass(frozen=True)
class Cause:
    """Something that is wrong with a dataset, from the run that met it first until a run that does not meet it."""

    dataset: str
    kind: Kind
    stage: str
    reason: str
    sort: str
    """What makes it the same cause another time, with `stage`; numbers and ids in it count as equal."""
    since: str
    """ISO 8601, UTC."""
    dag_run: str
    """The last DAG run that met it."""
    times: int = 1

    @property
    def key(self) -> str:
        """Of the Airflow Variable that keeps it open."""
        sort = _VARYING.sub("#", f"{self.stage}\n{self.sort}")
        return f"{prefix_of(self.dataset)}{self.kind}:{hashlib.md5(sort.encode()).hexdigest()[:12]}"

    def stored(self) -> dict[str, str | int]:
        return asdict(self)


def prefix_of(dataset: str) -> str:
    return f"dsf_alert:{dataset}:"


@dataclass(frozen=True)
class Sorted:
    new: tuple[Cause, ...]
    """To be told, and then kept."""
    known: tuple[Cause, ...]
    """Told before: only counted."""


def sort_out(met: Iterable[Cause], open_causes: Mapping[str, Cause]) -> Sorted:
    """
    Of the causes that a run met, those to tell. A DAG run tells of one failure: what its DAG, or the scheduler, says
    after a task has told why is the same cause in other words.
    """
    told = {cause.dag_run for cause in open_causes.values() if cause.kind == "failure"}
    new: dict[str, Cause] = {}
    known: dict[str, Cause] = {}
    for cause in met:
        before = open_causes.get(cause.key)
        if cause.kind == "failure" and cause.dag_run in told:
            continue
        if before is None:
            new.setdefault(cause.key, cause)
        elif before.dag_run != cause.dag_run:
            known[cause.key] = replace(before, dag_run=cause.dag_run, times=before.times + 1)
    return Sorted(tuple(new.values()), tuple(known.values()))


def recovered(
    open_causes: Mapping[str, Cause], kinds: set[Kind], still_met: Iterable[Cause] = ()
) -> list[Cause]:
    """Open causes of these kinds that are not met any more, the oldest first."""
    met = {cause.key for cause in still_met}
    over = [cause for key, cause in open_causes.items() if cause.kind in kinds and key not in met]
    return sorted(over, key=lambda cause: cause.since)
