"""What waits in the triggerer, against a real server."""

import asyncio
import time

import pytest
from dsf_airflow.receipt import ReceiptTrigger
from dsf_airflow.spark_checks import ProgressTrigger
from server import closed_port, serving

PAUSE = 0.05
SUCCEEDED = {"runId": "r", "dataset": "d", "state": "succeeded", "counters": {"read": 1}}
FAILED = {"runId": "r", "dataset": "d", "state": "failed", "reason": "x"}


async def first_event(trigger):
    return (await anext(trigger.run())).payload


def wait(kind, deadline=10.0, pause=PAUSE, **asked):
    return asyncio.run(first_event(kind(deadline=time.time() + deadline, pause=pause, **asked)))


def receipt_of(url, token_file=None, **more):
    return wait(ReceiptTrigger, run="r", ingestor_url=url, token_file=token_file, **more)


def test_it_survives_being_written_down_without_the_token():
    trigger = ReceiptTrigger(deadline=5.0, pause=1.0, run="r", ingestor_url="http://a", token_file="/token")
    path, kwargs = trigger.serialize()
    assert path == "dsf_airflow.receipt.ReceiptTrigger"
    assert ReceiptTrigger(**kwargs).serialize() == (path, kwargs)


def test_a_run_is_followed_to_its_end():
    processing = {"state": "processing", "closed": 1, "expected": 2}
    answers = [(404, {}), (200, {"state": "queued"}), (200, processing), (200, SUCCEEDED)]
    with serving(lambda _, count: answers[count - 1]) as server:
        assert receipt_of(server.url) == {"run": SUCCEEDED}


def test_a_run_that_failed_ends_the_wait():
    with serving(lambda *_: (200, FAILED)) as server:
        assert receipt_of(server.url) == {"run": FAILED}
    assert len(server.asked) == 1


def test_the_ingestor_is_asked_to_answer_when_the_run_is_over_but_not_behind_the_deadline():
    with serving(lambda *_: (200, FAILED)) as server:
        receipt_of(server.url, deadline=1000)
        receipt_of(server.url, deadline=5)
    waits = [float(asked.partition("?wait=")[2]) for asked, *_ in server.asked]
    assert waits == [30, pytest.approx(5, abs=0.5)]


def test_an_answer_that_took_its_time_is_followed_by_the_next_question_at_once():
    def answer(_, count):
        time.sleep(0.3)
        return 200, {"state": "queued"} if count < 3 else FAILED

    with serving(answer) as server:
        receipt_of(server.url, pause=0.25)
    gaps = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    assert max(gaps) < 0.5


def test_the_token_is_sent(tmp_path):
    (tmp_path / "token").write_text("secret\n")
    with serving(lambda *_: (200, FAILED)) as server:
        receipt_of(server.url, str(tmp_path / "token"))
    assert server.asked[0][1]["authorization"] == "Bearer secret"


def test_a_token_that_cannot_be_read_is_waited_for(tmp_path):
    assert "cannot be read" in receipt_of(closed_port(), str(tmp_path / "token"), deadline=0.1)["late"]


@pytest.mark.parametrize(
    "answer",
    [(500, "out of order"), (503, {"status": "waiting"}), (200, "not JSON"), (200, [1]), (200, {})],
    ids=str,
)
def test_it_sleeps_between_looks_whatever_the_server_answers(answer):
    with serving(lambda path, count: answer if count < 5 else (200, FAILED)) as server:
        assert receipt_of(server.url) == {"run": FAILED}
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
            asked = {"run": "r", "ingestor_url": nobody, "token_file": None}
            return await first_event(ReceiptTrigger(deadline=time.time() + 0.5, pause=PAUSE, **asked))
        finally:
            asyncio.sleep = pause

    event = asyncio.run(until_late())
    assert "does not answer" in event["late"]
    assert 2 <= slept.count(PAUSE) <= 0.5 / PAUSE + 1


def test_it_does_not_end_before_airflow_can_take_it():
    begun = time.time()
    with serving(lambda *_: (200, FAILED)) as server:
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
