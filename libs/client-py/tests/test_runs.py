"""Runs, asked for over a real HTTP server."""

import json

import pytest
from dsf_client import (
    Api,
    ApiError,
    can_start_again,
    cancel_run,
    follow_run,
    get_run,
    list_runs,
    progress_of,
    start_run,
)
from server import closed_port, serving

RUN = {
    **{"runId": "r", "dataset": "quakes", "type": "import", "state": "publishing", "statusUrl": "/v1/runs/r"},
    **{"times": {}, "fetched": {"bytes": 9}, "rows": 7, "closed": 0, "expected": 8, "counters": {}},
}


def run(**changed):
    return {**RUN, **changed}


def test_a_run_is_started_with_its_key_and_without_a_source_that_is_none():
    with serving(lambda *_: (202, RUN)) as server:
        assert start_run(Api(server.url), "quakes", "key") == RUN
        start_run(Api(server.url), "quakes", "key", "http://b/c.csv")
    assert [json.loads(body) for _, _, body in server.asked] == [
        {"dataset": "quakes"},
        {"dataset": "quakes", "source": "http://b/c.csv"},
    ]
    assert {headers["idempotency-key"] for _, headers, _ in server.asked} == {"key"}
    assert not any("authorization" in headers for _, headers, _ in server.asked)


def test_a_token_is_read_for_each_question_and_is_not_written_down(tmp_path):
    file = tmp_path / "token"
    with serving(lambda *_: (200, RUN)) as server:
        api = Api(server.url, str(file))
        for token in ("first\nold\n", "second"):
            file.write_text(token)
            get_run(api, "r")
    assert [headers["authorization"] for _, headers, _ in server.asked] == ["Bearer first", "Bearer second"]
    assert "second" not in repr(api)


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "with the token for http://a, cannot be read"), ("\n", "is empty: expected the token")],
)
def test_a_file_without_a_token_is_named(tmp_path, text, said):
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ApiError, match=said) as raised:
        get_run(Api("http://a", str(file)), "r")
    assert str(file) in str(raised.value)


def test_the_end_of_a_run_is_waited_for_at_the_ingestor():
    with serving(lambda *_: (200, RUN)) as server:
        get_run(Api(server.url), "a/b")
        get_run(Api(server.url), "r", 1.5)
    assert [asked for asked, *_ in server.asked] == ["GET /v1/runs/a%2Fb", "GET /v1/runs/r?wait=1.500"]


def test_all_pages_of_runs_are_listed():
    pages = {
        "/v1/runs?dataset=quakes&limit=1": {"runs": [run(runId="b")], "next": "5.ab"},
        "/v1/runs?dataset=quakes&limit=1&cursor=5.ab": {"runs": [run(runId="a")]},
    }
    with serving(lambda path, _: (200, pages[path])) as server:
        found = [one["runId"] for one in list_runs(Api(server.url), dataset="quakes", limit=1)]
    assert found == ["b", "a"]


def test_a_run_is_cancelled():
    with serving(lambda *_: (200, run(state="cancelled"))) as server:
        assert cancel_run(Api(server.url), "r")["state"] == "cancelled"
    assert server.asked[0][0] == "DELETE /v1/runs/r"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"title": "Conflict", "detail": "the run is over"}, "the run is over (status 409)"),
        ({"detail": "no use", "errors": ["/name: a", "/x: b"]}, "no use; /name: a; /x: b (status 409)"),
        ("a proxy\n", "a proxy (status 409)"),
        ("", "/v1/runs/r (status 409)"),
        ([1], "[1] (status 409)"),
    ],
)
def test_a_refusal_has_the_sentences_of_the_server(answer, said):
    with serving(lambda *_: (409, answer)) as server, pytest.raises(ApiError) as raised:
        cancel_run(Api(server.url), "r")
    assert (str(raised.value), raised.value.status) == (said, 409)


def test_nobody_there_and_no_json_are_told_apart():
    with pytest.raises(ApiError, match="does not answer") as away:
        get_run(Api(closed_port()), "r")
    with serving(lambda *_: (200, "<html>")) as server, pytest.raises(ApiError, match="no JSON: <html>"):
        get_run(Api(server.url), "r")
    assert away.value.status is None


def test_a_run_is_followed_to_its_end_whatever_becomes_of_the_ingestor():
    end = run(state="failed", reason="x")
    answers = [(404, {"detail": "no run"}), (503, "starting"), (200, RUN), (200, end)]
    with serving(lambda _, count: answers[count - 1]) as server:
        assert follow_run(Api(server.url), "r", 60) == end
    assert server.asked[0][0] == "GET /v1/runs/r?wait=10.000"


def test_following_ends_in_time_with_what_was_seen_last():
    with (
        serving(lambda *_: (503, {"detail": "the ingestor is still starting"})) as server,
        pytest.raises(TimeoutError, match=r"r did not end within 0.5 s.* still starting"),
    ):
        follow_run(Api(server.url), "r", 0.5)
    assert 1 <= len(server.asked) <= 4


def test_a_wait_that_is_answered_at_once_is_not_asked_again_at_once():
    with serving(lambda *_: (200, RUN)) as server, pytest.raises(TimeoutError, match="7 rows so far"):
        follow_run(Api(server.url), "r", 0.6)
    assert 2 <= len(server.asked) <= 3


def test_there_is_no_use_in_following_where_the_token_is_wrong():
    with serving(lambda *_: (401, {"detail": "no token"})) as server, pytest.raises(ApiError, match="401"):
        follow_run(Api(server.url), "r", 60)
    assert len(server.asked) == 1


def test_only_a_run_that_failed_before_its_first_row_starts_again():
    assert can_start_again(run(state="failed", rows=0))
    assert not can_start_again(run(state="failed", rows=1))
    assert not can_start_again(run(state="cancelled", rows=0))


def test_how_far_a_run_is_is_a_sentence():
    states = ("queued", "fetching", "publishing", "processing")
    assert [progress_of(run(state=state, closed=3)) for state in states] == [
        "queued",
        "fetching, 9 bytes so far",
        "publishing, 7 rows so far",
        "processing, 3 of 8 receipts arrived",
    ]
