"""What tasks ask of the stages, against a real server."""

import json
from types import SimpleNamespace

import pytest
from dsf_airflow.failure import FinalFailure, StageFailure
from dsf_airflow.health import require_ready
from dsf_airflow.runs import ask_for_run, status_url
from dsf_client import Api
from server import closed_port, serving

CONTEXT = {
    "dag": SimpleNamespace(dag_id="dsf_quakes"),
    "run_id": "manual",
    "params": {"source": "http://b/c.csv"},
}


def named(run):
    return {**CONTEXT, "params": {"source": "http://b/c.csv", "run": run}}


def test_a_run_is_asked_for_with_the_key_of_the_dag_run():
    with serving(lambda *_: (202, {"runId": "abc", "statusUrl": "/v1/runs/abc"})) as server:
        run = ask_for_run(Api(server.url), "quakes", CONTEXT)
    assert (run["runId"], status_url(Api(server.url), run)) == ("abc", f"{server.url}/v1/runs/abc")
    [(asked, headers, body)] = server.asked
    assert (asked, headers["idempotency-key"]) == ("POST /v1/runs", "dsf_quakes/manual")
    assert json.loads(body) == {"dataset": "quakes", "source": "http://b/c.csv"}


def test_a_run_can_be_asked_for_that_reads_its_file_whatever_it_is():
    with serving(lambda *_: (202, {"runId": "abc", "statusUrl": "/v1/runs/abc"})) as server:
        ask_for_run(Api(server.url), "quakes", {**CONTEXT, "params": {"source": None, "force": True}})
    [(_, _, body)] = server.asked
    assert json.loads(body) == {"dataset": "quakes", "force": True}


def test_a_run_that_the_dag_run_names_is_taken_as_it_is():
    run = {"runId": "abc", "dataset": "quakes", "statusUrl": "/v1/runs/abc"}
    with serving(lambda *_: (200, run)) as server:
        assert ask_for_run(Api(server.url), "quakes", named("abc")) == run
    assert [asked for asked, *_ in server.asked] == ["GET /v1/runs/abc"]


def test_a_run_of_another_dataset_is_not_taken():
    run = {"runId": "abc", "dataset": "weather", "statusUrl": "/v1/runs/abc"}
    with (
        serving(lambda *_: (200, run)) as server,
        pytest.raises(FinalFailure, match="run abc is one of weather"),
    ):
        ask_for_run(Api(server.url), "quakes", named("abc"))


def test_a_run_that_nobody_knows_is_looked_up_again():
    problem = {"title": "Not Found", "detail": 'no run has the id "abc"'}
    with (
        serving(lambda *_: (404, problem)) as server,
        pytest.raises(StageFailure, match="does not show the run: no run has the id"),
    ):
        ask_for_run(Api(server.url), "quakes", named("abc"))


@pytest.mark.parametrize(
    ("status", "kind"), [(422, FinalFailure), (400, FinalFailure), (404, StageFailure), (503, StageFailure)]
)
def test_a_refusal_says_why_and_is_final_where_the_request_itself_is_refused(status, kind):
    problem = {"title": "Refused", "detail": "the source is private"}
    with serving(lambda *_: (status, problem)) as server, pytest.raises(kind) as raised:
        ask_for_run(Api(server.url), "quakes", CONTEXT)
    assert str(raised.value) == (
        f"quakes: no run started, failed at ingestor: refused the run: the source is private (status {status})"
    )


def test_an_ingestor_that_is_away_is_asked_again():
    with pytest.raises(StageFailure, match="failed at ingestor: .* does not answer"):
        ask_for_run(Api(closed_port()), "quakes", CONTEXT)


def test_health_names_each_service_that_is_not_ready_with_its_reason():
    def answer(path, _):
        waiting = {"status": "waiting", "dependencies": {"kafka": "ok", "object store": "connection refused"}}
        return {"/a/health/ready": (200, {"status": "ok"}), "/b/health/ready": (503, waiting)}[path]

    nobody = closed_port()
    with serving(answer) as server, pytest.raises(StageFailure) as raised:
        services = {"ingestor": f"{server.url}/a", "sink-minio": f"{server.url}/b", "trends": nobody}
        require_ready("quakes", services)
    assert str(raised.value) == (
        f"quakes: no run started, failed at sink-minio, trends: sink-minio is not ready: {server.url}/b answers 503 "
        f"object store: connection refused; trends is not ready: {nobody} does not answer (ConnectionError)"
    )


def test_health_is_silent_when_all_are_ready():
    with serving(lambda *_: (200, {"status": "ok"})) as server:
        require_ready("quakes", {"ingestor": server.url, "indexer": server.url})
    assert len(server.asked) == 2
