"""What waits in the triggerer, against a real server."""

import asyncio
import time

import pytest
from dsf_airflow.receipt import ReceiptTrigger
from dsf_airflow.spark_checks import ProgressTrigger
from server import closed_port, serving

PAUSE = 0.05
SUCCEEDED = {"runId": "r", "dataset": "d", "state": "succeeded", "counters": {"read": 1}}


async def first_event(trigger):
    return (await anext(trigger.run())).payload


def wait(kind, deadline=10.0, **asked):
    return asyncio.run(first_event(kind(deadline=time.time() + deadline, pause=PAUSE, **asked)))


def receipt_of(url, indexer=None, **more):
    return wait(ReceiptTrigger, run="r", ingestor_url=url, indexer_url=indexer or f"{url}/indexer", **more)


def test_it_survives_being_written_down():
    trigger = ReceiptTrigger(
        deadline=5.0, pause=1.0, run="r", ingestor_url="http://a", indexer_url="http://b"
    )
    path, kwargs = trigger.serialize()
    assert path == "dsf_airflow.receipt.ReceiptTrigger"
    assert ReceiptTrigger(**kwargs).serialize() == (path, kwargs)


def test_a_run_is_followed_from_the_ingestor_to_the_receipt():
    imported = iter([(404, {}), (200, {"state": "queued"}), (200, {"state": "running", "rows": 7})])
    indexed = iter([(404, {}), (200, {"state": "running", "closed": 1, "expected": 2}), (200, SUCCEEDED)])

    def answer(path, _):
        if path.startswith("/indexer"):
            return next(indexed)
        return next(imported, (200, {"state": "succeeded"}))

    with serving(answer) as server:
        event = receipt_of(server.url)
    assert event["receipt"] == SUCCEEDED
    assert abs(event["ended_at"] / 1000 - time.time()) < 5


def test_a_run_that_the_ingestor_failed_ends_the_wait_with_its_reason():
    with serving(lambda *_: (200, {"state": "failed", "reason": "the source answered 404"})) as server:
        assert receipt_of(server.url) == {"failed": "ingestor", "reason": "the source answered 404"}
    assert len(server.asked) == 1


def test_a_receipt_whose_sums_do_not_hold_ends_the_wait_with_its_reason():
    failed = {"state": "failed", "reason": "read is 3, clean + duplicate + quarantined is 2"}
    with serving(
        lambda path, _: (200, failed if path.startswith("/indexer") else {"state": "succeeded"})
    ) as server:
        assert receipt_of(server.url) == {"failed": "indexer", "reason": failed["reason"]}


@pytest.mark.parametrize(
    "answer", [(500, "out of order"), (503, {"status": "waiting"}), (200, "not JSON"), (200, [1])], ids=str
)
def test_it_sleeps_between_looks_whatever_the_server_answers(answer):
    with serving(
        lambda path, count: answer if count < 5 else (200, {"state": "failed", "reason": "x"})
    ) as server:
        assert receipt_of(server.url)["failed"] == "ingestor"
    gaps = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    assert len(gaps) == 4
    assert min(gaps) >= PAUSE


def test_it_sleeps_between_looks_while_nobody_listens_and_ends_with_what_it_heard():
    slept = []

    async def until_late():
        pause = asyncio.sleep

        async def counted(seconds):
            slept.append(seconds)
            await pause(seconds)

        asyncio.sleep = counted
        try:
            nobody = closed_port()
            asked = {"run": "r", "ingestor_url": nobody, "indexer_url": nobody}
            return await first_event(ReceiptTrigger(deadline=time.time() + 0.5, pause=PAUSE, **asked))
        finally:
            asyncio.sleep = pause

    event = asyncio.run(until_late())
    assert "does not answer" in event["late"]
    assert 2 <= slept.count(PAUSE) <= 0.5 / PAUSE + 1


def test_it_does_not_end_before_airflow_can_take_it():
    begun = time.time()
    with serving(lambda *_: (200, {"state": "failed", "reason": "x"})) as server:
        receipt_of(server.url, not_before=begun + 0.5)
    assert time.time() - begun >= 0.5


def progress(lag, looked_at):
    return 200, {"datasets": {"d": {"lag": lag, "lookedAt": looked_at, "batch": 3}}}


def test_the_spark_jobs_are_waited_for_until_each_has_looked_since_and_has_no_lag():
    answers = {
        "/profile/health/progress": [progress(0, 100), progress(4, 201), progress(0, 202)],
        "/trends/health/progress": [progress(0, 300)],
    }

    def answer(path, _):
        queue = answers[path]
        return queue.pop(0) if len(queue) > 1 else queue[0]

    with serving(answer) as server:
        jobs = {"csv-profile": f"{server.url}/profile", "trends": f"{server.url}/trends"}
        event = wait(ProgressTrigger, dataset="d", ended_at=200, jobs=jobs)
    assert event["progress"]["csv-profile"]["lookedAt"] == 202
    assert event["progress"]["trends"]["batch"] == 3
    assert [path for path, *_ in server.asked].count("GET /profile/health/progress") == 3


def test_a_job_that_does_not_serve_the_dataset_is_named():
    with serving(lambda *_: (200, {"datasets": {}})) as server:
        event = wait(ProgressTrigger, 0.1, dataset="d", ended_at=1, jobs={"trends": server.url})
    assert event == {"late": "trends does not serve the dataset"}
