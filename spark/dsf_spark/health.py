"""Liveness is the loops' progress, readiness what they need. Dependencies are looked at in the background."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .progress import Board

WEDGED_SECONDS = 600
"""Without a sign of life. A micro-batch over a long backlog is one step, and gives none meanwhile."""

_EVERY_SECONDS = 3


class Health:
    def __init__(
        self,
        board: Board,
        dependencies: dict[str, Callable[[], Any]],
        refused: dict[str, list[str]] | None = None,
    ):
        self._board = board
        self.refused = refused or {}
        """Definitions that cannot be used now, and why; the job is no less ready."""
        self._parked: dict[str, dict[str, str]] = {}
        self._checks = dependencies
        self._states = dict.fromkeys(dependencies, "not looked at yet")
        self._waiting: dict[str, str] = dict.fromkeys(board.snapshot(), "starting")
        self._signs = dict.fromkeys(self._waiting, time.monotonic())
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    def add(self, dataset: str) -> None:
        with self._lock:
            if dataset not in self._signs:
                self._signs[dataset] = time.monotonic()
                self._waiting[dataset] = "starting"

    def drop(self, dataset: str) -> None:
        states: list[dict[str, Any]] = [self._signs, self._waiting, self._parked]
        with self._lock:
            for known in states:
                known.pop(dataset, None)

    def wait(self, dataset: str, reason: str) -> None:
        self._heard(dataset, self._waiting, reason)

    def park(self, dataset: str, reason: str) -> None:
        """It stands still until its cause is mended, while the job is as ready as before."""
        since = self._parked.get(dataset, {}).get("since") or datetime.now(UTC).isoformat(timespec="seconds")
        what = f"query of {dataset}"
        self._heard(
            dataset, self._parked, {"dataset": dataset, "what": what, "since": since, "reason": reason}
        )

    def go_on(self, dataset: str) -> None:
        self._heard(dataset)

    def _heard(self, dataset: str, states: dict[str, Any] | None = None, state: Any = None) -> None:
        """Of a dataset that went, a thread or Spark may have a last word: it is nobody's."""
        with self._lock:
            if dataset not in self._signs:
                return
            self._signs[dataset] = time.monotonic()
            self._waiting.pop(dataset, None)
            if states is not self._parked:
                self._parked.pop(dataset, None)
            if states is not None:
                states[dataset] = state

    def live(self) -> tuple[bool, dict[str, Any]]:
        now = time.monotonic()
        silent = round(now - min(self._shared(self._signs).values(), default=now))
        ok = silent < WEDGED_SECONDS
        return ok, {"status": "ok" if ok else "wedged", "silentSeconds": silent}

    def ready(self) -> tuple[bool, dict[str, Any]]:
        parked = self._shared(self._parked)
        names = [name for name in self._shared(self._signs) if name not in parked]
        states = {**self._states, **{name: self._waiting.get(name, "ok") for name in names}}
        ok = not self.stopping.is_set() and all(state == "ok" for state in states.values())
        status = "stopping" if self.stopping.is_set() else "ok" if ok else "waiting"
        body: dict[str, Any] = {"status": status, "dependencies": states}
        body |= {"parked": list(parked.values())} if parked else {}
        return ok, body | ({"refusedDatasets": self.refused} if self.refused else {})

    def _shared(self, states: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            return dict(states)

    def progress(self) -> dict[str, Any]:
        return {"job": self._board.job, "datasets": self._board.snapshot()}

    def metrics(self) -> str:
        parked = self._shared(self._parked)
        lines = [
            "# HELP dsf_parked What stands still of a dataset until its cause is mended.",
            "# TYPE dsf_parked gauge",
            *(f'dsf_parked{{dataset="{name}"}} {int(name in parked)}' for name in self._shared(self._signs)),
        ]
        return self._board.metrics() + "\n".join(lines) + "\n"

    def start(self) -> None:
        for name in self._checks:
            threading.Thread(target=self._watch, args=[name], daemon=True, name=f"watch-{name}").start()

    def _watch(self, name: str) -> None:
        while not self.stopping.is_set():
            try:
                self._checks[name]()
                self._states[name] = "ok"
            except Exception as error:
                self._states[name] = str(error)[:300] or repr(error)
            self.stopping.wait(_EVERY_SECONDS)
