"""The wait for a run's end-to-end receipt."""

import time
from typing import Any

import aiohttp
from airflow.sdk import BaseOperator

from .failure import Failure, FinalFailure, StageFailure
from .polling import Look, PollingTrigger, ask
from .runs import ask_for_run
from .settings import read_settings
from .waiting import wait_for


class ReceiptTrigger(PollingTrigger):
    """
    Ends with `{"failed": "ingestor" | "indexer", "reason": …}` or `{"receipt": …, "ended_at": ms}`. The ingestor is asked first: a run
    that it failed never reaches the indexer.
    """

    async def look(self, session: aiohttp.ClientSession) -> Look:
        run = self.asked["run"]
        imported = await ask(session, f"{self.asked['ingestor_url']}/v1/runs/{run}")
        if imported is None:
            return Look("the ingestor does not know the run yet")
        if imported.get("state") == "failed":
            return _failed("ingestor", imported)
        if imported.get("state") != "succeeded":
            return Look(f"the ingestor is at it: {imported.get('state')}, {imported.get('rows')} rows")
        receipt = await ask(session, f"{self.asked['indexer_url']}/v1/runs/{run}")
        return _closed(receipt)


def _failed(stage: str, answer: dict[str, Any]) -> Look:
    reason = answer.get("reason") or "no reason was given"
    return Look(f"the {stage} failed the run: {reason}", {"failed": stage, "reason": reason})


def _closed(receipt: dict[str, Any] | None) -> Look:
    if receipt is None:
        return Look("all rows are published; no receipt has arrived at the indexer yet")
    if receipt.get("state") == "failed":
        return _failed("indexer", receipt)
    if receipt.get("state") != "succeeded":
        return Look(
            f"{receipt.get('closed')} of {receipt.get('expected')} receipts have arrived at the indexer"
        )
    return Look("the receipt is there", {"receipt": receipt, "ended_at": int(time.time() * 1000)})


class ReceiptOperator(BaseOperator):
    """
    Returns the receipt, with `statusUrl` and `endedAt` (ms since 1970). Every try asks for the run again, under the key of the DAG
    run: the same run, which a failed source starts again.
    @throws StageFailure with the ingestor's reason; FinalFailure when the sums of the receipt do not hold
    """

    def __init__(self, *, dataset: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset

    def execute(self, context: Any) -> dict[str, Any]:
        settings = read_settings()
        key = f"{context['dag'].dag_id}/{context['run_id']}"
        run = ask_for_run(settings.ingestor_url, self.dataset, key, context["params"]["source"])
        self.log.info("waiting for the receipt of run %s: %s", run.id, run.status_url)
        asked = {"run": run.id, "ingestor_url": settings.ingestor_url, "indexer_url": settings.indexer_url}
        return wait_for(self, context, ReceiptTrigger, asked, {"run": run.id, "status_url": run.status_url})

    def close(self, context: Any, event: dict[str, Any], run: str, status_url: str) -> dict[str, Any]:
        if receipt := event.get("receipt"):
            return {**receipt, "statusUrl": status_url, "endedAt": event["ended_at"]}
        stage = event.get("failed")
        reason = (
            event.get("reason") or f"no receipt within {self.execution_timeout}; last: {event.get('late')}"
        )
        sort = None if stage else "late"
        failure = Failure(self.dataset, stage or "indexer", reason, run, status_url, sort=sort)
        raise FinalFailure(failure) if stage == "indexer" else StageFailure(failure)
