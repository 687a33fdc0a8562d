"""All variables, read in one place: when a DAG file is parsed, and again where a task or a callback runs."""

import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dsf_client import Api

NO_SCHEDULE = "none"


class SettingsError(ValueError):
    """A variable that cannot be used: its name, its value and the way out."""


@dataclass(frozen=True)
class Settings:
    ingestor: Api
    """Who is asked for runs."""
    services: Mapping[str, str]
    """Address of each stage and Spark job, by name."""
    datasets_dir: str
    batch_command: tuple[str, ...]
    """What starts a Python module of `batch`, up to the module's name."""
    retry_delay: timedelta
    deadline: timedelta
    """From queueing to the end of a run."""
    schedule: str | None
    """Cron, UTC; None for runs by hand only."""
    sources: Mapping[str, str]
    """Sources by dataset, instead of the definition's."""
    alert_email: str | None
    bucket: str | None
    """Of the reports, so that an alert can name one."""


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    schedule = env.get("DSF_SCHEDULE") or "0 * * * *"
    return Settings(
        ingestor=Api(_url(env, "DSF_INGESTOR_URL"), env.get("DSF_INGESTOR_TOKEN_FILE") or None),
        services=_services(env),
        datasets_dir=_required(env, "DATASETS_DIR"),
        batch_command=tuple(shlex.split(_required(env, "DSF_BATCH_COMMAND"))),
        retry_delay=timedelta(seconds=_number(env, "DSF_RETRY_SECONDS", 60)),
        deadline=timedelta(minutes=_number(env, "DSF_DEADLINE_MINUTES", 45)),
        schedule=None if schedule == NO_SCHEDULE else schedule,
        sources=_sources(env),
        alert_email=env.get("DSF_ALERT_EMAIL") or None,
        bucket=env.get("S3_BUCKET") or None,
    )


def _required(env: Mapping[str, str], name: str) -> str:
    if value := env.get(name):
        return value
    raise SettingsError(f"{name} is not set: see docs/airflow.md for what it holds.")


def _url(env: Mapping[str, str], name: str) -> str:
    value = _required(env, name)
    if value.startswith(("http://", "https://")):
        return value.rstrip("/")
    raise SettingsError(f'{name} is "{_shown(value)}": expected http://host:port.')


def _shown(value: str) -> str:
    """As much of it as may stand in a log: before an `@` there may be a password, behind a `?` a token."""
    return re.sub(r"(?s)\?.*", "?…", re.sub(r"(?si)^([a-z][a-z0-9+.-]*:?//)?.*@", r"\1…@", value))


def _services(env: Mapping[str, str]) -> dict[str, str]:
    name = "DSF_HEALTH_URLS"
    pairs = [pair.strip().partition("=") for pair in _required(env, name).split(",")]
    for service, _, url in pairs:
        if not service or not url.startswith(("http://", "https://")):
            raise SettingsError(
                f'{name} is "{_shown(env[name])}": expected name=http://host:port, with commas between.'
            )
    return {service: url.rstrip("/") for service, _, url in pairs}


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1
    if value > 0:
        return value
    raise SettingsError(f'{name} is "{text}": expected a number greater than 0, for example {default}.')


def _sources(env: Mapping[str, str]) -> dict[str, str]:
    text = env.get("DSF_SOURCES") or "{}"
    try:
        sources = json.loads(text)
    except ValueError:
        sources = None
    if isinstance(sources, dict) and all(isinstance(url, str) for url in sources.values()):
        return sources
    # not with its value: a source may have a token in it
    raise SettingsError('DSF_SOURCES cannot be read: expected JSON like {"earthquakes": "https://…"}.')
