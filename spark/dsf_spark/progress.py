"""How far each dataset of a job has come, as health, metrics and the DAG ask for it."""

import threading
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finished:
    """A micro-batch: its id, its time in ms, and what was counted in it; `lag` behind it."""

    batch: int
    at: int
    rows: int
    dropped: int
    unreadable: int
    lag: int


@dataclass
class Progress:
    """Times in ms since 1970. Counts are of this process."""

    batch: int | None = None
    """Id of the last finished micro-batch."""
    at: int | None = None
    rows: int = 0
    rowsTotal: int = 0
    lag: int = 0
    """What was there at the last look and is not in a finished micro-batch."""
    dropped: int = 0
    """Rows that were later than the watermark."""
    unreadable: int = 0
    """Records that are no Avro of the dataset; sink-minio has them in quarantine."""
    idleSince: int | None = None
    lookedAt: int | None = None
    """Begin of the last finished look at the source: what was there by then is covered by `lag`."""


class Board:
    """Shared by the threads of a job."""

    def __init__(self, job: str, datasets: list[str], refused: int = 0):
        self.job = job
        self.refused = refused
        """Datasets that are left out because their definition cannot be used."""
        self._lock = threading.Lock()
        self._progress = {name: Progress() for name in datasets}

    def add(self, dataset: str) -> None:
        """Of one whose definition changes the counts go on."""
        with self._lock:
            self._progress.setdefault(dataset, Progress())

    def drop(self, dataset: str) -> None:
        with self._lock:
            self._progress.pop(dataset, None)

    def finished(self, dataset: str, last: Finished) -> None:
        with self._lock:
            # of one that went a last word may come
            mine = self._progress.get(dataset, Progress())
            mine.batch, mine.at, mine.rows, mine.lag, mine.lookedAt = (
                last.batch,
                last.at,
                last.rows,
                last.lag,
                last.at,
            )
            mine.rowsTotal += last.rows
            mine.dropped += last.dropped
            mine.unreadable += last.unreadable
            mine.idleSince = None

    def idle(self, dataset: str, at: int) -> None:
        """Looked, and found nothing new."""
        with self._lock:
            mine = self._progress.get(dataset, Progress())
            mine.lag, mine.lookedAt = 0, at
            mine.idleSince = mine.idleSince or at

    def looked(self, dataset: str) -> bool:
        return self._progress[dataset].lookedAt is not None

    def snapshot(self) -> dict[str, dict[str, int | None]]:
        with self._lock:
            return {name: asdict(progress) for name, progress in self._progress.items()}

    def metrics(self) -> str:
        """Prometheus text."""
        prefix = f"dsf_{self.job}"
        lines = []
        for name, key, kind, what in _METRICS:
            lines += [f"# HELP {prefix}_{name} {what}", f"# TYPE {prefix}_{name} {kind}"]
            for dataset, progress in self.snapshot().items():
                if progress[key] is not None:
                    lines.append(f'{prefix}_{name}{{dataset="{dataset}"}} {progress[key]}')
        name = f"{prefix}_refused_datasets"
        what = "Datasets that are left out because their definition cannot be used."
        lines += [f"# HELP {name} {what}", f"# TYPE {name} gauge", f"{name} {self.refused}"]
        return "\n".join(lines) + "\n"


_METRICS = [
    ("batch", "batch", "gauge", "Id of the last finished micro-batch."),
    ("rows_total", "rowsTotal", "counter", "Rows read in finished micro-batches."),
    ("batch_rows", "rows", "gauge", "Rows of the last finished micro-batch."),
    ("lag", "lag", "gauge", "Objects or records that are there and in no finished micro-batch."),
    ("dropped_total", "dropped", "counter", "Rows that were later than the watermark."),
    ("unreadable_total", "unreadable", "counter", "Records that are no Avro of the dataset."),
    ("looked_at_ms", "lookedAt", "gauge", "Begin of the last finished look at the source."),
]
