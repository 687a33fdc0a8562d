"""
The causes that are open, each an Airflow Variable of its own: so nobody reads, changes and writes what another one changes, and an
operator can see and delete them. Variables can be read and written where each callback runs: in a task's process, in the
DAG processor and in the triggerer (an executor's callback process could only read).
"""

import json
from dataclasses import fields

from airflow.sdk import Variable

from .causes import Cause, prefix_of

_NAMES = {field.name for field in fields(Cause)}


def read_open(dataset: str) -> dict[str, Cause]:
    found = {key: _parse(Variable.get(key, default=None)) for key in Variable.keys(prefix=prefix_of(dataset))}
    return {key: cause for key, cause in found.items() if cause is not None}


def keep_open(cause: Cause) -> None:
    text = json.dumps(cause.stored())
    Variable.set(cause.key, text, description=f"Told, and open until a run recovers: {cause.stage}")


def close(cause: Cause) -> None:
    Variable.delete(cause.key)


def _parse(text: str | None) -> Cause | None:
    """None for what a hand changed beyond recognition: it is told again, and then written anew."""
    try:
        stored = json.loads(text or "")
        return Cause(**{name: value for name, value in stored.items() if name in _NAMES})
    except (ValueError, TypeError, AttributeError):
        return None
