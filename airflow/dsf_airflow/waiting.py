"""How an operator waits: for a moment by itself, then in the triggerer."""

import asyncio
import time
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator

from .polling import PollingTrigger

_GRACE = timedelta(minutes=1)
"""The trigger ends by itself, with a reason; Airflow's own time-out, which has none, is for one that is lost."""

_AT_ONCE = timedelta(seconds=15)
"""What is over so soon is waited for in the task's own process: a wait in the triggerer takes `_SETTLED`, and a second process."""

_LOOK_EVERY = 0.5
"""Seconds between two looks meanwhile that are answered at once."""

_SETTLED = timedelta(seconds=10)
"""
A wait in the triggerer takes at least as long. The scheduler must have heard that the task's first process ended well before the task goes on
in a second one: otherwise it fails the task for being at work (apache/airflow#72716, open in 3.3).
"""


def wait_for(
    operator: BaseOperator,
    context: Any,
    trigger: type[PollingTrigger],
    asked: dict[str, Any],
    kept: dict[str, Any],
) -> Any:
    """What `operator.close(context, event, **kept)` returns, no later than after the operator's execution time-out."""
    soon = trigger(deadline=time.time() + _AT_ONCE.total_seconds(), pause=_LOOK_EVERY, **asked)
    event = asyncio.run(soon.first_end())
    if "late" not in event:
        return operator.close(context, event, **kept)
    _defer(operator, trigger, asked, kept)
    return None  # nobody sees it: to defer is to raise


def _defer(
    operator: BaseOperator, trigger: type[PollingTrigger], asked: dict[str, Any], kept: dict[str, Any]
) -> None:
    patience, now = operator.execution_timeout, time.time()
    times = {"deadline": now + patience.total_seconds(), "not_before": now + _SETTLED.total_seconds()}
    operator.defer(
        trigger=trigger(**times, **asked),
        method_name="close",
        kwargs=kept,
        timeout=patience + _GRACE,
    )
