"""The schema registry."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from .secret import PREFIX, ConnectError, Secret, open_url, path, prefix, required, secret, token, told


@dataclass(frozen=True)
class RegistrySettings:
    url: str
    prefix: str
    """of subjects"""
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    ca_file: str | None = None
    cert: tuple[str, str] | None = None
    """our own certificate, and its key"""

    @property
    def is_mendable(self) -> bool:
        """A refusal is waited for: the secret is of a file, which may change."""
        secret_told = self.token or self.password
        return bool(secret_told and secret_told.file)

    def headers(self) -> dict[str, str]:
        """Read for each request."""
        if self.token:
            return {"authorization": f"Bearer {self.token.read()}"}
        if self.username and self.password:
            pair = f"{self.username}:{self.password.read()}".encode()
            return {"authorization": f"Basic {b64encode(pair).decode()}"}
        return {}


def read_registry(env: Mapping[str, str]) -> RegistrySettings:
    """@raise ConnectError"""
    env = told(env)
    names = ("SCHEMA_REGISTRY_CERT_FILE", "SCHEMA_REGISTRY_KEY_FILE")
    cert, key = (path(env, name) for name in names)
    if bool(cert) != bool(key):
        raise ConnectError(f"{names[0]} and {names[1]} go together: set both or none")
    username, password = (
        env.get("SCHEMA_REGISTRY_USERNAME") or None,
        secret(env, "SCHEMA_REGISTRY_PASSWORD"),
    )
    bearer = token(env, "SCHEMA_REGISTRY_TOKEN")
    if bearer and (username or password):
        raise ConnectError(
            "SCHEMA_REGISTRY_TOKEN and SCHEMA_REGISTRY_USERNAME are both set: leave one of them out"
        )
    if bool(username) != bool(password):
        raise ConnectError(
            "SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD go together: set both or none"
        )
    return RegistrySettings(
        url=open_url("SCHEMA_REGISTRY_URL", required(env, "SCHEMA_REGISTRY_URL")),
        prefix=prefix(env, "SCHEMA_REGISTRY_PREFIX", PREFIX, prefix(env, "KAFKA_PREFIX", PREFIX)),
        username=username,
        password=password,
        token=bearer,
        ca_file=path(env, "SCHEMA_REGISTRY_CA_FILE"),
        cert=(cert, key) if cert and key else None,
    )
