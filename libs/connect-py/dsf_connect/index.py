"""Elasticsearch."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from .secret import Secret, open_url, required, secret, told


@dataclass(frozen=True)
class IndexSettings:
    url: str
    """of its first node"""
    prefix: str
    api_key: Secret | None = None
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None

    def headers(self) -> dict[str, str]:
        """Read for each request."""
        if self.api_key:
            return {"authorization": f"ApiKey {self.api_key.read()}"}
        if self.username and self.password:
            pair = f"{self.username}:{self.password.read()}".encode()
            return {"authorization": f"Basic {b64encode(pair).decode()}"}
        return {}


def read_index(env: Mapping[str, str]) -> IndexSettings:
    """@raise ConnectError"""
    env = told(env)
    nodes = required(env, "ELASTICSEARCH_URL").split(",")
    return IndexSettings(
        url=[open_url("ELASTICSEARCH_URL", node.strip()) for node in nodes][0],
        prefix=env.get("ELASTICSEARCH_INDEX_PREFIX", ""),
        api_key=secret(env, "ELASTICSEARCH_API_KEY"),
        username=env.get("ELASTICSEARCH_USERNAME") or None,
        password=secret(env, "ELASTICSEARCH_PASSWORD"),
        ca_file=env.get("ELASTICSEARCH_CA_FILE") or None,
    )
