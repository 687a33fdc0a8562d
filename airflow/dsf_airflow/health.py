"""Are all stages and Spark jobs ready?"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import requests

from .failure import Failure, StageFailure

_TIMEOUT = 10


def require_ready(dataset: str, services: Mapping[str, str]) -> None:
    """
    Asks all of them at once.
    @throws StageFailure that names each one that is not ready, with its reason
    """
    with ThreadPoolExecutor(len(services)) as pool:
        answers = dict(zip(services, pool.map(_reason, services.values()), strict=True))
    away = {name: reason for name, reason in answers.items() if reason}
    if away:
        reason = "; ".join(f"{name} is not ready: {why}" for name, why in away.items())
        raise StageFailure(Failure(dataset, ", ".join(away), reason, sort="not ready"))


def _reason(url: str) -> str | None:
    """Why it is not ready; None when it is."""
    try:
        response = requests.get(f"{url}/health/ready", timeout=_TIMEOUT)
    except requests.RequestException as error:
        return f"{url} does not answer ({type(error).__name__})"
    return None if response.ok else f"{url} answers {response.status_code} {_waiting(response)}"


def _waiting(response: requests.Response) -> str:
    """The dependencies that are not "ok", of a stage's or a Spark job's answer."""
    try:
        answer = response.json()
        reasons = {**answer.get("dependencies", {}), **answer.get("waiting", {})}
        said = ", ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason != "ok")
    except (ValueError, AttributeError, TypeError):
        said = ""
    return said or response.text[:200].strip()
