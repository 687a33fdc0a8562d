"""Where the servers are: the variables of the stages, and two of our own. Read once, in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from .command import NotNow


@dataclass(frozen=True)
class Settings:
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str
    s3_bucket: str
    elasticsearch_url: str
    ingestor_url: str
    indexer_url: str
    datasets_dir: str


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """@raise NotNow that names every variable that is missing"""
    names = [name.upper() for name in Settings.__dataclass_fields__]
    missing = [name for name in names if not env.get(name)]
    if missing:
        raise NotNow(f"these variables are not set: {', '.join(missing)}")
    return Settings(**{name.lower(): env[name] for name in names})
