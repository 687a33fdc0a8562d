"""The wait for the end of a run."""

from typing import Any

import aiohttp
from airflow.sdk import BaseOperator
from dsf_client import Api, Run, can_start_again, is_over, progress_of, run_path

from .failure import Failure, FinalFailure, StageFailure
from .polling import Look, PollingTrigger, ask
from .runs import ask_for_run, named_run, status_url
from .settings import read_settings
from .waiting import wait_for

_LOOK_SECONDS = 30.0
"""The ingestor answers when the run is over, or after so long."""


class ReceiptTrigger(PollingTrigger):
    """Ends with `{"run": <the run, which is over>}`."""

    async def look(self, session: aiohttp.ClientSession) -> Look:
        ingestor = Api(self.asked["ingestor_url"], self.asked["token_file"])
        seconds = self.at_most(_LOOK_SECONDS)
        run = await ask(session, ingestor, run_path(self.asked["run"], seconds), seconds)
        if run is None:
            return Look("the ingestor does not know the run yet")
        return Look(f"the run is {progress_of(run)}", {"run": run} if is_over(run) else None)


class ReceiptOperator(BaseOperator):
    """
    Returns the run with what its receipts count. Every try asks for the run again, under the key of the DAG run: the same run,
    which one that failed before its first row starts again. A run that the DAG run names has another key.
    @throws StageFailure for a run that starts again, or is late; FinalFailure for any other that failed, or was cancelled
    """

    def __init__(self, *, dataset: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset

    def execute(self, context: Any) -> dict[str, Any]:
        ingestor = read_settings().ingestor
        run = ask_for_run(ingestor, self.dataset, context)
        kept = {"run": run["runId"], "status_url": status_url(ingestor, run)}
        self.log.info("waiting for the end of run %s: %s", *kept.values())
        asked = {"run": run["runId"], "ingestor_url": ingestor.url, "token_file": ingestor.token_file}
        return wait_for(self, context, ReceiptTrigger, asked, kept)

    def close(self, context: Any, event: dict[str, Any], run: str, status_url: str) -> dict[str, Any]:
        ended: Run | None = event.get("run")
        if ended is None:
            reason = f"not over within {self.execution_timeout}; last: {event['late']}"
            raise StageFailure(Failure(self.dataset, "pipeline", reason, run, status_url, sort="late"))
        if ended["state"] == "succeeded":
            return {**ended, "statusUrl": status_url}
        starts_again = can_start_again(ended) and named_run(context) is None
        raise _failure_of(ended, status_url, starts_again)


def _failure_of(run: Run, status_url: str, starts_again: bool) -> StageFailure | FinalFailure:
    """Of a run that does not start again a retry would hear the same."""
    about = (run["runId"], status_url)
    if run["state"] == "cancelled":
        reason = "the run was cancelled; trigger the DAG again for a new one"
        return FinalFailure(Failure(run["dataset"], "pipeline", reason, *about, sort="cancelled"))
    stage = "pipeline" if "processing" in run["times"] else "ingestor"
    failure = Failure(run["dataset"], stage, run.get("reason") or "no reason was given", *about)
    return StageFailure(failure) if starts_again else FinalFailure(failure)
