"""The wait until both Spark jobs have seen all of a run."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp
from airflow.sdk import BaseOperator
from dsf_client import Api

from .failure import Failure, StageFailure
from .polling import Look, PollingTrigger, ask
from .settings import read_settings
from .waiting import wait_for

PROFILE, TRENDS = "csv-profile", "trends"


def spark_jobs(services: Mapping[str, str]) -> dict[str, str]:
    """The Spark jobs among the services; none where nobody runs any."""
    return {name: services[name] for name in (PROFILE, TRENDS) if name in services}


class ProgressTrigger(PollingTrigger):
    """
    Ends with `{"progress": {<job>: …}}` once each of `jobs` (name to address) has no lag in the dataset, measured by a look
    at its source that is younger than `ended_at` (ms since 1970).
    """

    async def look(self, session: aiohttp.ClientSession) -> Look:
        progress, waiting = {}, []
        for job, url in self.asked["jobs"].items():
            answer = await ask(session, Api(url), "/health/progress")
            found = ((answer or {}).get("datasets") or {}).get(self.asked["dataset"])
            progress[job] = found
            if reason := _behind(found, self.asked["ended_at"]):
                waiting.append(f"{job} {reason}")
        if waiting:
            return Look("; ".join(waiting))
        return Look(f"{' and '.join(progress)} have seen all of it", {"progress": progress})


def _ms(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)


def _behind(found: dict[str, Any] | None, ended_at: int) -> str | None:
    if found is None:
        return "does not serve the dataset"
    if (found.get("lookedAt") or 0) <= ended_at:
        return "has not looked since the run ended"
    return f"is {found.get('lag')} behind" if found.get("lag") != 0 else None


class SparkChecks(BaseOperator):
    """
    Returns what the jobs say of the dataset. `trends` is asked only where the dataset has trends, and nobody whom DSF_HEALTH_URLS leaves out.
    @throws StageFailure when they are still behind after the execution time-out
    """

    template_fields = ("receipt",)

    def __init__(self, *, dataset: str, has_trends: bool, receipt: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset
        self.has_trends = has_trends
        self.receipt = receipt

    def execute(self, context: Any) -> dict[str, Any]:
        known = spark_jobs(read_settings().services)
        jobs = {name: url for name, url in known.items() if name != TRENDS or self.has_trends}
        if not jobs:
            self.log.info("DSF_HEALTH_URLS has no Spark job of this dataset: nothing to wait for")
            return {}
        ended_at = _ms(self.receipt["times"]["ended"])
        asked = {"dataset": self.dataset, "ended_at": ended_at, "jobs": jobs}
        kept = {"run": self.receipt["runId"], "status_url": self.receipt["statusUrl"]}
        return wait_for(self, context, ProgressTrigger, asked, kept)

    def close(self, context: Any, event: dict[str, Any], run: str, status_url: str) -> dict[str, Any]:
        if progress := event.get("progress"):
            return progress
        reason = f"not done within {self.execution_timeout}; last: {event['late']}"
        raise StageFailure(Failure(self.dataset, "spark", reason, run, status_url, sort="late"))
