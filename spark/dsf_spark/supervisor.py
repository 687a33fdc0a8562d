"""The process of a job: starts its queries, waits for servers with them, and ends when it is told or must."""

import logging
import os
import signal
import sys
import threading
import time

from dsf_dataset import DefinitionError
from pyspark.sql.streaming.query import StreamingQuery

from .crash_points import arm
from .failure import FatalError, is_transient, sentence
from .flow import Flow
from .health import Health
from .http_side import serve
from .listener import Listener
from .progress import Board
from .servers import dependencies
from .session import open_session
from .settings import Settings, SettingsError, read_settings

_LONGEST_PAUSE_SECONDS = 30
_GRACE_SECONDS = 15


def run_job(job: str, flow: type[Flow]) -> None:
    """Returns never: ends with 0 after SIGTERM, with 1 and the reason last in the log after what no waiting mends."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    logging.getLogger("py4j").setLevel(logging.ERROR)
    try:
        settings = read_settings()
        arm(settings.crash_at)
    except (SettingsError, DefinitionError, ValueError) as error:
        sys.exit(f"{job}: {error}")
    for refused in settings.refused:
        logging.error("%s", refused)
    Supervisor(job, settings, flow).run()


class Supervisor:
    def __init__(self, job: str, settings: Settings, flow: type[Flow]):
        self._job = job
        self._settings = settings
        self._flow = flow
        self._datasets = [dataset for dataset in settings.datasets if flow.reads(dataset)]
        self.board = Board(job, [dataset.name for dataset in self._datasets], len(settings.refused))
        refused = {one.name: one.problems for one in settings.refused}
        self.health = Health(self.board, dependencies(settings), refused)
        self._stop = threading.Event()
        self._fatal: list[BaseException] = []

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        server = serve(self.health, self._settings.health_host, self._settings.health_port)
        self.health.start()
        begin = time.monotonic()
        spark = open_session(self._job, self._settings.store, self._settings.trigger_seconds)
        logging.info("%s: session after %.1f s", self._job, time.monotonic() - begin)
        flows = [self._flow(spark, self._settings, dataset) for dataset in self._datasets]
        spark.streams.addListener(Listener(self.board, self.health, flows))
        threads = [threading.Thread(target=self._keep, args=[flow], name=flow.dataset.name) for flow in flows]
        for thread in threads:
            thread.start()
        while not self._stop.wait(1):
            pass
        self.health.stopping.set()
        for thread in threads:
            thread.join(_GRACE_SECONDS + 10)
        server.shutdown()
        if self._fatal:
            logging.critical("%s: ends, because %s", self._job, sentence(self._fatal[0]))
        else:
            spark.stop()
            logging.info("%s: stopped", self._job)
        # threads of the virtual machine's bridge may be in the middle of a call that is never answered
        logging.shutdown()
        sys.stderr.flush()
        os._exit(1 if self._fatal else 0)

    def _keep(self, flow: Flow) -> None:
        """Runs a query until the job stops; starts it again when a server that was away is waited for."""
        name = flow.dataset.name
        pause = 1.0
        while not self._stop.is_set():
            begin = time.monotonic()
            try:
                self._run_once(flow)
            except BaseException as error:
                cause = flow.explain(error)
                # a signal to all processes of ours ends the virtual machine at the same time
                if not is_transient(cause) and not self._stop.wait(2):
                    logging.error("%s: %s", name, sentence(cause), exc_info=cause)
                    self._fatal.append(cause)
                    self._stop.set()
                    return
                pause = 1.0 if time.monotonic() - begin > 2 * _LONGEST_PAUSE_SECONDS else pause
                reason = sentence(cause)
                logging.warning("%s: waits %.0f s, because %s", name, pause, reason)
                self.health.wait(name, reason)
                self._stop.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _run_once(self, flow: Flow) -> None:
        name = flow.dataset.name
        looked_at = _now()
        query = flow.start()
        if query is None:
            self.board.idle(name, looked_at)
            self.health.go_on(name)
            self._stop.wait(self._settings.trigger_seconds)
            return
        while query.isActive:
            if self._stop.wait(0.5):
                _end(query)
                return
        error = query.exception()
        raise error or FatalError(f"the query of {name} ended by itself")


def _end(query: StreamingQuery) -> None:
    """Lets a micro-batch end, for a while: what is cut off is only done again."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while query.isActive and query.status["isTriggerActive"] and time.monotonic() < deadline:
        time.sleep(0.1)
    query.stop()


def _now() -> int:
    return round(time.time() * 1000)
