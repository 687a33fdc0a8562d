"""How an operator hands its waiting to the triggerer."""

import time
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator

from .polling import PollingTrigger

_GRACE = timedelta(minutes=1)
"""The trigger ends by itself, with a reason; Airflow's own time-out, which has none, is for one that is lost."""

_SETTLED = timedelta(seconds=10)
"""
A wait takes at least as long. The scheduler must have heard that the task's first process ended well before the task goes on
in a second one: otherwise it fails the task for being at work (apache/airflow#72716, open in 3.3).
"""


def defer_until(
    operator: BaseOperator, trigger: type[PollingTrigger], asked: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Goes on in `operator.close(context, event, **kept)`, no later than after the operator's execution time-out."""
    patience, now = operator.execution_timeout, time.time()
    times = {"deadline": now + patience.total_seconds(), "not_before": now + _SETTLED.total_seconds()}
    operator.defer(
        trigger=trigger(**times, **asked),
        method_name="close",
        kwargs=kept,
        timeout=patience + _GRACE,
    )
