"""Liveness is the loops' progress, readiness what they need. Dependencies are looked at in the background."""

import threading
import time
from collections.abc import Callable
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
        """`refused`: datasets that are left out, and why; the job is no less ready."""
        self._board = board
        self._refused = refused
        self._checks = dependencies
        self._states = dict.fromkeys(dependencies, "not looked at yet")
        self._waiting: dict[str, str] = dict.fromkeys(board.snapshot(), "starting")
        self._signs = dict.fromkeys(self._waiting, time.monotonic())
        self.stopping = threading.Event()

    def wait(self, dataset: str, reason: str) -> None:
        self._waiting[dataset] = reason
        self.heard(dataset)

    def go_on(self, dataset: str) -> None:
        self._waiting.pop(dataset, None)
        self.heard(dataset)

    def heard(self, dataset: str) -> None:
        self._signs[dataset] = time.monotonic()

    def live(self) -> tuple[bool, dict[str, Any]]:
        now = time.monotonic()
        silent = round(now - min(self._signs.values(), default=now))
        ok = silent < WEDGED_SECONDS
        return ok, {"status": "ok" if ok else "wedged", "silentSeconds": silent}

    def ready(self) -> tuple[bool, dict[str, Any]]:
        datasets = {name: self._waiting.get(name, "ok") for name in self._signs}
        states = {**self._states, **datasets}
        ok = not self.stopping.is_set() and all(state == "ok" for state in states.values())
        status = "stopping" if self.stopping.is_set() else "ok" if ok else "waiting"
        body = {"status": status, "dependencies": states}
        return ok, body | ({"refusedDatasets": self._refused} if self._refused else {})

    def progress(self) -> dict[str, Any]:
        return {"job": self._board.job, "datasets": self._board.snapshot()}

    def metrics(self) -> str:
        return self._board.metrics()

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
