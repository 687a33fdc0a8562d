"""The process of a job: starts and ends its queries as datasets come and go, and ends when it is told or must."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable

from dsf_dataset import Dataset, DefinitionError, Refused
from pyspark.sql import SparkSession

from .crash_points import arm
from .failure import sentence
from .flow import Flow
from .health import Health
from .http_side import serve
from .keeper import GRACE_SECONDS, Keeper
from .listener import Listener
from .progress import Board
from .servers import dependencies
from .session import open_session
from .settings import Settings, SettingsError, read_settings
from .watch import DatasetWatch

_LOOK_SECONDS = 5
"""Between two looks at the folders of datasets."""


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
        self._datasets = dict(settings.datasets)
        self._watch = DatasetWatch(settings.datasets_dir)
        self.board = Board(job, [dataset.name for dataset in self._wanted()], len(settings.refused))
        self.health = Health(self.board, dependencies(settings), _told(settings.refused))
        self._keepers: dict[str, Keeper] = {}
        self._flows: dict[str, Flow] = {}
        """Of the datasets that are read now: the listener's own map."""
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
        spark.streams.addListener(Listener(self.board, self.health, self._flows))
        for dataset in self._wanted():
            self._read(spark, dataset)
        while not self._stop.wait(_LOOK_SECONDS):
            self._look(spark)
        self._end()
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

    def _end(self) -> None:
        self.health.stopping.set()
        keepers = list(self._keepers.values())
        for keeper in keepers:
            keeper.stop()
        for keeper in keepers:
            keeper.join(GRACE_SECONDS + 10)

    def _wanted(self) -> list[Dataset]:
        chosen = self._settings.chosen
        return [
            dataset
            for name, dataset in sorted(self._datasets.items())
            if (not chosen or name in chosen) and self._flow.reads(dataset)
        ]

    def _look(self, spark: SparkSession) -> None:
        """Takes in what came, changed or went in the folders; no query of another dataset is touched."""
        found = self._watch.look(self._datasets)
        if found is None:
            return
        self._datasets, refused = found
        for one in refused:
            if self.health.refused.get(one.name) != one.problems:
                logging.error("%s", one)
        self.health.refused = _told(refused)
        self.board.refused = len(refused)
        wanted = {dataset.name: dataset for dataset in self._wanted()}
        for name in [name for name in self._keepers if name not in wanted]:
            logging.info("%s: its folder went", name)
            self._let_go(name)
        for dataset in wanted.values():
            before = self._keepers.get(dataset.name)
            if before is None or before.flow.dataset != dataset:
                logging.info("%s: its folder came, or its definition changed", dataset.name)
                self._read(spark, dataset)

    def _read(self, spark: SparkSession, dataset: Dataset) -> None:
        name = dataset.name
        before = self._keepers.get(name)
        if before:
            before.stop()
        self.board.add(name)
        self.health.add(name)
        flow = self._flows[name] = self._flow(spark, self._settings, dataset)
        keeper = self._keepers[name] = Keeper(flow, self.board, self.health, self._ended_by, before)
        keeper.start()

    def _let_go(self, name: str) -> None:
        self._keepers.pop(name).stop()
        self._flows.pop(name)
        self.board.drop(name)
        self.health.drop(name)

    def _ended_by(self, cause: BaseException) -> None:
        self._fatal.append(cause)
        self._stop.set()


def _told(refused: Iterable[Refused]) -> dict[str, list[str]]:
    return {one.name: one.problems for one in refused}
