"""Where the servers are: the variables of the stages, and two of our own. Read once, in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from dsf_client import Api
from dsf_connect import ConnectError, IndexSettings, StoreSettings, open_url, read_index, read_store

from .command import NotNow


@dataclass(frozen=True)
class Settings:
    store: StoreSettings
    index: IndexSettings
    ingestor_url: str
    datasets_dir: str
    ingestor_token_file: str | None = None

    @property
    def ingestor(self) -> Api:
        return Api(self.ingestor_url, self.ingestor_token_file)


_REQUIRED = (
    "S3_ENDPOINT",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
    "ELASTICSEARCH_URL",
    "INGESTOR_URL",
    "DATASETS_DIR",
)


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """@raise NotNow that names every variable that is missing, or one that is wrong"""
    _require(env, _REQUIRED)
    try:
        store, index = read_store(env), read_index(env)
        ingestor_url = open_url("INGESTOR_URL", env["INGESTOR_URL"])
    except ConnectError as error:
        raise NotNow(str(error)) from error
    token_file = env.get("INGESTOR_TOKEN_FILE") or None
    return Settings(store, index, ingestor_url, env["DATASETS_DIR"], token_file)


def read_index_settings(env: Mapping[str, str] = os.environ) -> tuple[IndexSettings, str]:
    """The index, and the folders of datasets, for who asks nothing else. @raise NotNow as above"""
    _require(env, ("ELASTICSEARCH_URL", "DATASETS_DIR"))
    try:
        return read_index(env), env["DATASETS_DIR"]
    except ConnectError as error:
        raise NotNow(str(error)) from error


def _require(env: Mapping[str, str], names: tuple[str, ...]) -> None:
    is_lent = env.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    missing = [
        name
        for name in names
        if not env.get(name) and not (name.endswith("_KEY") and (is_lent or env.get(f"{name}_FILE")))
    ]
    if missing:
        raise NotNow(f"these variables are not set: {', '.join(missing)}")
