"""Batch commands, as processes of their own: their packages are not Airflow's, and their memory ends with them."""

import json
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from logging import Logger
from threading import Thread
from typing import IO, Any

from dsf_client import Api

_KEPT_LINES = 5


@dataclass(frozen=True)
class Outcome:
    code: int
    summary: dict[str, Any] | None
    """The last line of stdout, where it is a JSON object."""
    complaint: str
    """The last lines of stderr."""


def run_batch(
    command: Sequence[str], arguments: Sequence[str], env: Mapping[str, str], log: Logger
) -> Outcome:
    """Runs it to its end, with its output in the log as it comes. It is ended with us: by a time-out, or a stop."""
    whole = [*command, *arguments]
    log.info("%s", " ".join(whole))
    process = subprocess.Popen(
        whole, env=dict(env), text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout and process.stderr, "both are pipes"
    complaints: deque[str] = deque(maxlen=_KEPT_LINES)
    listener = Thread(target=_follow, args=(process.stderr, complaints, log), daemon=True)
    try:
        listener.start()
        last: deque[str] = deque(maxlen=1)
        _follow(process.stdout, last, log)
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    listener.join()
    return Outcome(code, _json_object("".join(last)), "\n".join(complaints))


def batch_environment(env: Mapping[str, str], ingestor: Api) -> dict[str, str]:
    """Ours, without what is Airflow's own business: its database, keys and connections."""
    kept = {
        name: value
        for name, value in env.items()
        if not name.startswith(("AIRFLOW_", "_AIRFLOW", "__AIRFLOW"))
    }
    token = {"INGESTOR_TOKEN_FILE": ingestor.token_file} if ingestor.token_file else {}
    return {**kept, "INGESTOR_URL": ingestor.url, **token}


def _follow(lines: IO[str], kept: deque[str], log: Logger) -> None:
    for line in lines:
        log.info("%s", line.rstrip())
        if line.strip():
            kept.append(line.strip())


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
