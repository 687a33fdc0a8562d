"""What keeps the query of one dataset running, without Spark: a query that never is, or fails."""

import threading
import time
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from dsf_spark.failure import TransientError
from dsf_spark.health import Health
from dsf_spark.keeper import Keeper
from dsf_spark.progress import Board


class Nothing:
    """A flow that finds nothing to read, or fails as it is told."""

    def __init__(self, *failures):
        self.dataset = SimpleNamespace(name="d")
        self.settings = SimpleNamespace(trigger_seconds=0.01)
        self.failures = list(failures)
        self.started = 0

    def start(self):
        self.started += 1
        if self.failures:
            raise self.failures.pop(0)

    def explain(self, error):
        return error


@pytest.fixture
def keep():
    board, fatal = Board("job", ["d"]), []
    health = Health(board, {})
    keepers = []

    def begin(flow, before=None):
        keeper = Keeper(flow, board, health, fatal.append, before)
        keepers.append(keeper)
        keeper.start()
        return keeper

    yield begin, health, fatal
    for keeper in keepers:
        keeper.stop()
        keeper.join(10)


def until(probe, seconds=10):
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_concerns_the_dataset_parks_it_until_it_goes_on_by_itself(keep):
    begin, health, fatal = keep
    begin(Nothing(ValueError("a cell does not fit")))
    until(lambda: health.ready()[1].get("parked"))
    ok, body = health.ready()
    assert (ok, body["parked"][0]["reason"]) == (True, "a cell does not fit")
    until(lambda: "parked" not in health.ready()[1])
    assert (health.ready()[1]["dependencies"], fatal) == ({"d": "ok"}, [])


def test_a_server_that_is_away_is_waited_for(keep):
    begin, health, fatal = keep
    begin(Nothing(TransientError("Kafka is away")))
    until(lambda: health.ready()[1]["dependencies"]["d"] == "Kafka is away")
    assert not health.ready()[0]
    until(lambda: health.ready()[0])
    assert fatal == []


def test_what_concerns_the_process_is_handed_on(keep):
    begin, health, fatal = keep
    fenced = KafkaException(KafkaError(KafkaError._FENCED))
    begin(Nothing(fenced))
    until(lambda: fatal)
    assert (fatal, "parked" in health.ready()[1]) == ([fenced], False)


def test_the_query_of_a_changed_definition_begins_behind_the_end_of_the_one_before(keep):
    begin, _, _ = keep
    ended = threading.Event()

    class Slow(Nothing):
        def start(self):
            super().start()
            ended.wait(10)

    slow, changed = Slow(), Nothing()
    first = begin(slow)
    until(lambda: slow.started)
    first.stop()
    begin(changed, first)
    first.join(0.3)
    assert changed.started == 0
    ended.set()
    until(lambda: changed.started)
    assert slow.started == 1
