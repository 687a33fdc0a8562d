"""How an operator hands its waiting to the triggerer."""

import time
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator

from .polling import PollingTrigger

_GRACE = timedelta(minutes=1)
"""The trigger ends by itself, with a reason; Airflow's own time-out, which has none, is for one that is lost."""


def defer_until(
    operator: BaseOperator, trigger: type[PollingTrigger], asked: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Goes on in `operator.close(context, event, **kept)`, no later than after the operator's execution time-out."""
    patience = operator.execution_timeout
    operator.defer(
        trigger=trigger(deadline=time.time() + patience.total_seconds(), **asked),
        method_name="close",
        kwargs=kept,
        timeout=patience + _GRACE,
    )
