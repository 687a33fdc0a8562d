"""A thread that keeps the query of one dataset running."""

import logging
import threading
import time
from collections.abc import Callable

from pyspark.sql.streaming.query import StreamingQuery

from .failure import FatalError, ends_process, is_transient, sentence
from .flow import Flow
from .health import Health
from .progress import Board

_LONGEST_PAUSE_SECONDS = 30
_LONGEST_PARKED_SECONDS = 300
GRACE_SECONDS = 15


class Keeper:
    """
    Starts the query again when a server that was away is waited for, and, ever more seldom, after what concerns this dataset
    alone: that is told, and no other dataset is stopped by it.
    """

    def __init__(
        self,
        flow: Flow,
        board: Board,
        health: Health,
        fatal: Callable[[BaseException], None],
        before: "Keeper | None" = None,
    ):
        """`before`: of the same dataset, and told to stop; a checkpoint has one query at a time."""
        self.flow = flow
        self._before = before
        self._board = board
        self._health = health
        self._fatal = fatal
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=flow.dataset.name)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _keep(self) -> None:
        if self._before:
            self._before.join()
            self._before = None
        pause = 1.0
        while not self._stop.is_set():
            begin = time.monotonic()
            try:
                self._run_once()
            except BaseException as error:
                if time.monotonic() - begin > 2 * _LONGEST_PAUSE_SECONDS:
                    pause = 1.0
                pause = self._failed(self.flow.explain(error), pause)

    def _failed(self, cause: BaseException, pause: float) -> float:
        """Waits, and returns how long to wait the next time."""
        name, reason = self.flow.dataset.name, sentence(cause)
        is_away = is_transient(cause)
        # a signal to all processes of ours ends the virtual machine at the same time
        if not is_away and self._stop.wait(2):
            return pause
        if ends_process(cause):
            logging.error("%s: %s", name, reason, exc_info=cause)
            self._fatal(cause)
            self._stop.wait()
            return pause
        if is_away:
            logging.warning("%s: waits %.0f s, because %s", name, pause, reason)
            self._health.wait(name, reason)
        else:
            logging.error("%s: parked for %.0f s, all others go on: %s", name, pause, reason, exc_info=cause)
            self._health.park(name, reason)
        self._stop.wait(pause)
        return min(2 * pause, _LONGEST_PAUSE_SECONDS if is_away else _LONGEST_PARKED_SECONDS)

    def _run_once(self) -> None:
        name = self.flow.dataset.name
        looked_at = round(time.time() * 1000)
        query = self.flow.start()
        if query is None:
            self._board.idle(name, looked_at)
            self._health.go_on(name)
            self._stop.wait(self.flow.settings.trigger_seconds)
            return
        while query.isActive:
            if self._stop.wait(0.5):
                _end(query)
                return
        error = query.exception()
        raise error or FatalError(f"the query of {name} ended by itself")


def _end(query: StreamingQuery) -> None:
    """Lets a micro-batch end, for a while: what is cut off is only done again."""
    deadline = time.monotonic() + GRACE_SECONDS
    while query.isActive and query.status["isTriggerActive"] and time.monotonic() < deadline:
        time.sleep(0.1)
    query.stop()
