"""The environment of a job, read and checked once, at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from dsf_connect import (
    ConnectError,
    KafkaSettings,
    RegistrySettings,
    StoreSettings,
    read_kafka,
    read_registry,
    read_store,
)
from dsf_dataset import Dataset, Datasets, Refused, load_datasets


@dataclass(frozen=True)
class Settings:
    kafka: KafkaSettings
    registry: RegistrySettings
    store: StoreSettings
    datasets_dir: str
    datasets: Mapping[str, Dataset]
    """As they are at start; the folders are looked at again."""
    chosen: frozenset[str]
    """Names; none for all."""
    refused: tuple[Refused, ...]
    """Definitions that cannot be used; the others are."""
    health_host: str
    health_port: int
    trigger_seconds: float
    crash_at: str | None
    """Fault tests only, see crash_points."""


class SettingsError(Exception):
    """Names the variable, its value, and what was expected."""


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    try:
        kafka, registry, store = read_kafka(env), read_registry(env), read_store(env)
    except ConnectError as error:
        raise SettingsError(str(error)) from error
    datasets_dir = _text(env, "DATASETS_DIR", "datasets")
    known = load_datasets(datasets_dir)
    return Settings(
        kafka=kafka,
        registry=registry,
        store=store,
        datasets_dir=datasets_dir,
        datasets=known,
        chosen=_chosen(known, env.get("SPARK_DATASETS", "")),
        refused=tuple(known.refused),
        health_host=_text(env, "HEALTH_HOST", "127.0.0.1"),
        health_port=int(_number(env, "HEALTH_PORT", None)),
        trigger_seconds=_number(env, "SPARK_TRIGGER_SECONDS", 10),
        crash_at=env.get("CRASH_AT") or None,
    )


def _text(env: Mapping[str, str], name: str, default: str | None = None) -> str:
    value = env.get(name) or default
    if value is None:
        raise SettingsError(
            f"{name} is not set: the jobs take the variables of the stages, see docs/spark.md"
        )
    return value


def _number(env: Mapping[str, str], name: str, default: float | None) -> float:
    text = _text(env, name, None if default is None else str(default))
    try:
        value = float(text)
    except ValueError:
        value = -1
    if value < 0:
        raise SettingsError(f'{name} is "{text}": expected a number of at least 0')
    return value


def _chosen(known: Datasets, names: str) -> frozenset[str]:
    chosen = frozenset(name.strip() for name in names.split(",") if name.strip())
    unknown = sorted(chosen - set(known) - {one.name for one in known.refused})
    if unknown:
        raise SettingsError(f'SPARK_DATASETS names "{unknown[0]}": there are {", ".join(sorted(known))}')
    return chosen
