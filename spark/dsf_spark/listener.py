"""What Spark tells of its queries, as progress."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pyspark.sql.streaming.listener import StreamingQueryListener

from .failure import sentence
from .flow import Flow
from .health import Health
from .progress import Board, Finished


class Listener(StreamingQueryListener):
    """Progress comes from Spark's own events: one for each finished micro-batch, one for a look that found nothing."""

    def __init__(self, board: Board, health: Health, flows: Mapping[str, Flow]):
        self._flows = flows
        """Of the datasets that are read now: what a query says after that is nobody's."""
        self._names: dict[str, str] = {}
        self._board = board
        self._health = health

    def onQueryStarted(self, event: Any) -> None:
        self._names[str(event.id)] = event.name

    def onQueryProgress(self, event: Any) -> None:
        progress = event.progress
        name = self._names.get(str(progress.id), progress.name)
        flow = self._flows.get(name)
        if flow is None:
            return
        try:
            counted = self._counted(flow, progress)
        except Exception as error:
            # without an answer there is no look: the one before stands
            logging.warning("%s: the lag could not be measured: %s", name, sentence(error))
            return
        self._board.finished(name, counted)
        self._health.go_on(name)
        _tell(name, counted, progress.batchDuration / 1000)

    def _counted(self, flow: Flow, progress: Any) -> Finished:
        return Finished(
            batch=progress.batchId,
            at=_ms(progress.timestamp),
            rows=flow.rows(progress),
            dropped=_dropped(progress),
            unreadable=flow.unreadable(progress),
            lag=flow.lag(progress),
        )

    def onQueryIdle(self, event: Any) -> None:
        name = self._names.get(str(event.id), "")
        if name in self._flows:
            self._board.idle(name, _ms(event.timestamp))
            self._health.go_on(name)

    def onQueryTerminated(self, event: Any) -> None:
        """The thread that started it hears of it first."""


def _tell(name: str, last: Finished, seconds: float) -> None:
    logging.info("%s: batch %d, %d rows in %.1f s, lag %d", name, last.batch, last.rows, seconds, last.lag)
    if last.dropped:
        logging.warning("%s: batch %d, %d rows were later than the watermark", name, last.batch, last.dropped)
    if last.unreadable:
        logging.warning(
            "%s: batch %d, %d records are no Avro of the dataset", name, last.batch, last.unreadable
        )


def _dropped(progress: Any) -> int:
    """Counted where rows enter the state: behind it are sums of rows."""
    return sum(
        o.numRowsDroppedByWatermark for o in progress.stateOperators if o.operatorName.startswith("dedupe")
    )


def _ms(timestamp: str) -> int:
    return round(datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp() * 1000)
