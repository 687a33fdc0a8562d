"""Runs, as a client of the ingestor sees them."""

from dataclasses import dataclass

import requests

from .failure import Failure, FinalFailure, StageFailure

_TIMEOUT = 30
_NEVER_BETTER = {400, 422}
"""The request itself is refused; the same request is refused again."""


@dataclass(frozen=True)
class Run:
    id: str
    status_url: str


def ask_for_run(ingestor_url: str, dataset: str, key: str, source: str | None) -> Run:
    """
    Asked again with the same key it is the same run; one that failed before its first row starts again by that.
    @throws StageFailure, or FinalFailure when asking again cannot help
    """
    body = {"dataset": dataset, **({"source": source} if source else {})}
    url = f"{ingestor_url}/v1/runs"
    try:
        response = requests.post(url, json=body, headers={"idempotency-key": key}, timeout=_TIMEOUT)
    except requests.RequestException as error:
        reason = f"{url} does not answer ({type(error).__name__})"
        raise StageFailure(Failure(dataset, "ingestor", reason, sort="no answer")) from error
    if response.status_code != 202:
        failure = Failure(
            dataset, "ingestor", f"refused the run: {response.status_code} {problem_of(response)}"
        )
        raise FinalFailure(failure) if response.status_code in _NEVER_BETTER else StageFailure(failure)
    run = response.json()
    return Run(run["runId"], f"{ingestor_url}{run['statusUrl']}")


def problem_of(response: requests.Response) -> str:
    """application/problem+json, or whatever came instead."""
    try:
        answer = response.json()
        return "; ".join([str(answer["detail"]), *map(str, answer.get("errors", []))])
    except (ValueError, KeyError, TypeError):
        return response.text[:200].strip()
