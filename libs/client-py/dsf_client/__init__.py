"""The HTTP side of the pipeline, for Python: where it is, what opens it, and its runs."""

from .http import Api, ApiError, Question, ask
from .runs import (
    Run,
    RunState,
    can_start_again,
    cancel_run,
    follow_run,
    get_run,
    is_over,
    list_runs,
    progress_of,
    run_path,
    start_run,
    why_no_rows,
)

__all__ = [
    "Api",
    "ApiError",
    "Question",
    "Run",
    "RunState",
    "ask",
    "can_start_again",
    "cancel_run",
    "follow_run",
    "get_run",
    "is_over",
    "list_runs",
    "progress_of",
    "run_path",
    "start_run",
    "why_no_rows",
]
