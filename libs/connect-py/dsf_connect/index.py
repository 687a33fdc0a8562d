"""Elasticsearch."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from .secret import INDEX_PREFIX, ConnectError, Secret, open_url, path, prefix, required, secret, token, told


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
    api_key, password = token(env, "ELASTICSEARCH_API_KEY"), secret(env, "ELASTICSEARCH_PASSWORD")
    username = env.get("ELASTICSEARCH_USERNAME")
    if api_key and (username or password):
        raise ConnectError(
            "ELASTICSEARCH_API_KEY and ELASTICSEARCH_USERNAME are both set: leave one of them out"
        )
    if bool(username) != bool(password):
        raise ConnectError("ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD go together: set both or none")
    return IndexSettings(
        url=[open_url("ELASTICSEARCH_URL", node.strip()) for node in nodes][0],
        prefix=prefix(env, "ELASTICSEARCH_INDEX_PREFIX", INDEX_PREFIX),
        api_key=api_key,
        username=username,
        password=password,
        ca_file=path(env, "ELASTICSEARCH_CA_FILE"),
    )
