"""Runs over HTTP: the one client of `/v1/runs` in Python."""

import time
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict
from urllib.parse import quote, urlencode

from .http import Api, ApiError, Question, ask

RunState = Literal["queued", "fetching", "publishing", "processing", "succeeded", "failed", "cancelled"]

_PAUSE_SECONDS = 0.25
"""From one look to the next at least, where one is answered at once: nobody is there, or too many wait already."""


class Landing(TypedDict):
    key: str
    bytes: int
    sha256: str


class Unchanged(TypedDict):
    """The run that brought the rows, and by what the file is known to be the same: `no new file` of a pattern."""

    since: str
    by: str


class Run(TypedDict):
    """A run as the ingestor answers it."""

    runId: str
    dataset: str
    type: Literal["import", "replay"]
    source: NotRequired[str]
    address: NotRequired[str]
    """What a source with a date or a pattern in it became."""
    waiting: NotRequired[int]
    """New files of its pattern behind this one."""
    next: NotRequired[str]
    """The run that reads the first of them."""
    state: RunState
    reason: NotRequired[str]
    unchanged: NotRequired[Unchanged]
    """Of an import whose file was the one of another run before: no rows were read."""
    times: dict[str, str]
    """When it came into a state, in UTC: requested, fetching, publishing, processing, cancel, ended."""
    fetched: dict[str, float]
    """`bytes` so far, and `bytesPerSecond` while it is fetching."""
    landing: NotRequired[Landing]
    encoding: NotRequired[str]
    """That the file was read in, where that is not UTF-8."""
    findings: NotRequired[list[str]]
    """What is worth a look: a header that changed, and what the definition lets pass."""
    tolerated: NotRequired[dict[str, int]]
    rows: int
    """Published so far."""
    closed: int
    """Receipts that arrived, of those `expected`."""
    expected: int
    counters: dict[str, int]
    statusUrl: str


def is_over(run: Run) -> bool:
    return run["state"] in ("succeeded", "failed", "cancelled")


def why_no_rows(unchanged: Unchanged) -> str:
    """Of an import that read none."""
    if unchanged["by"] == "no new file":
        return f"there was no new file since run {unchanged['since']}"
    return f"its file is the one of run {unchanged['since']}"


def can_start_again(run: Run) -> bool:
    """It failed before its first row: who asks for it with the same key starts it again."""
    return run["state"] == "failed" and run["rows"] == 0


def start_run(api: Api, dataset: str, key: str, source: str | None = None, *, force: bool = False) -> Run:
    """
    The same key is the same run. `force` reads a file again that did not change.
    @raise ApiError when it is refused, or nobody answers
    """
    body = {
        "dataset": dataset,
        **({"source": source} if source else {}),
        **({"force": True} if force else {}),
    }
    return ask(api, "/v1/runs", Question("POST", body, {"idempotency-key": key}))


def run_path(run_id: str, wait_seconds: float = 0) -> str:
    query = f"?wait={wait_seconds:.3f}" if wait_seconds > 0 else ""
    return f"/v1/runs/{quote(run_id, safe='')}{query}"


def get_run(api: Api, run_id: str, wait_seconds: float = 0) -> Run:
    """
    As it is, or as it is when it is over, at the latest after so many seconds (60 at most).
    @raise ApiError, with status 404 for one that nobody knows
    """
    return ask(api, run_path(run_id, wait_seconds), Question(wait_seconds=wait_seconds))


def list_runs(api: Api, **query: Any) -> Iterator[Run]:
    """Newest first, page by page. `query`: dataset, state, and limit, which is the size of a page. @raise ApiError"""
    while True:
        page = ask(api, f"/v1/runs?{urlencode(query)}", Question())
        yield from page["runs"]
        if "next" not in page:
            return
        query["cursor"] = page["next"]


def cancel_run(api: Api, run_id: str) -> Run:
    """@raise ApiError, with status 409 for a run that is over"""
    return ask(api, run_path(run_id), Question("DELETE"))


def follow_run(api: Api, run_id: str, seconds: float, look_seconds: float = 10) -> Run:
    """
    Waits until a run is over, whatever becomes of the ingestor meanwhile.
    @raise TimeoutError when it does not come to that in time; ApiError when there is no use in waiting
    """
    deadline, last = time.monotonic() + seconds, "nothing"
    while (left := deadline - time.monotonic()) > 0:
        began = time.monotonic()
        try:
            run = get_run(api, run_id, min(look_seconds, left))
        except ApiError as error:
            last = _away(error)
        else:
            if is_over(run):
                return run
            last = progress_of(run)
        now = time.monotonic()
        time.sleep(max(0, min(began + _PAUSE_SECONDS, deadline) - now))
    raise TimeoutError(
        f'the run {run_id} did not end within {seconds:g} s, and goes on; what was seen last is "{last}"'
    )


def _away(error: ApiError) -> str:
    """What waiting may mend: nobody there, not ready yet, or an instance that has not heard of the run yet."""
    if error.status is not None and error.status < 500 and error.status != 404:
        raise error
    return str(error)


def progress_of(run: Run) -> str:
    match run["state"]:
        case "fetching":
            return f"fetching, {run['fetched']['bytes']} bytes so far"
        case "publishing":
            return f"publishing, {run['rows']} rows so far"
        case "processing":
            return f"processing, {run['closed']} of {run['expected']} receipts arrived"
        case state:
            return state
