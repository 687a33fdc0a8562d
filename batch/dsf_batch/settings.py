"""Where the servers are: the variables of the stages, and two of our own. Read once, in one place."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields

from dsf_client import Api

from .command import NotNow


@dataclass(frozen=True)
class Settings:
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str
    s3_bucket: str
    elasticsearch_url: str
    ingestor_url: str
    datasets_dir: str
    ingestor_token_file: str | None = None

    @property
    def ingestor(self) -> Api:
        return Api(self.ingestor_url, self.ingestor_token_file)


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """@raise NotNow that names every variable that is missing"""
    required = [field.name for field in fields(Settings) if field.default is MISSING]
    missing = [name.upper() for name in required if not env.get(name.upper())]
    if missing:
        raise NotNow(f"these variables are not set: {', '.join(missing)}")
    token_file = env.get("INGESTOR_TOKEN_FILE") or None
    return Settings(**{name: env[name.upper()] for name in required}, ingestor_token_file=token_file)
