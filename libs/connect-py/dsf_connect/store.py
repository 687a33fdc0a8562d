"""The object store."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.credentials.providers import IamAwsProvider, Provider
from minio.sse import Sse, SseKMS, SseS3

from .secret import ConnectError, Secret, one_of, open_url, path, required, secret, token, told


@dataclass(frozen=True)
class StoreSettings:
    endpoint: str
    bucket: str
    region: str
    access: Secret | None
    """None for an identity that AWS lends keys to."""
    secret: Secret | None
    session: Secret | None
    addressing: str
    ca_file: str | None
    sse: str

    def encryption(self) -> Sse | None:
        if self.sse in ("none", "AES256"):
            return None if self.sse == "none" else SseS3()
        key = self.sse.removeprefix("aws:kms").removeprefix(":")
        return SseKMS(key, {}) if key else _SseOfBucketKey()


class _SseOfBucketKey(Sse):
    """The client's own names an empty key."""

    def headers(self) -> dict[str, str]:
        return {"X-Amz-Server-Side-Encryption": "aws:kms"}


def read_store(env: Mapping[str, str]) -> StoreSettings:
    """@raise ConnectError"""
    env = told(env)
    access, key = token(env, "S3_ACCESS_KEY"), secret(env, "S3_SECRET_KEY")
    if not (access and key) and (access or key or not env.get("AWS_WEB_IDENTITY_TOKEN_FILE")):
        raise ConnectError(
            "the object store asks who we are: set S3_ACCESS_KEY and S3_SECRET_KEY, or each with _FILE, "
            "or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN"
        )
    if not access and not env.get("AWS_ROLE_ARN"):
        raise ConnectError("AWS_WEB_IDENTITY_TOKEN_FILE is set: set AWS_ROLE_ARN, too")
    path(env, "AWS_WEB_IDENTITY_TOKEN_FILE")
    return StoreSettings(
        endpoint=open_url("S3_ENDPOINT", required(env, "S3_ENDPOINT")),
        bucket=env.get("S3_BUCKET") or "dsf",
        region=env.get("S3_REGION") or "us-east-1",
        access=access,
        secret=key,
        session=token(env, "S3_SESSION_TOKEN"),
        addressing=one_of(env, "S3_ADDRESSING", "path", "virtual"),
        ca_file=path(env, "S3_CA_FILE"),
        sse=_sse(env),
    )


def _sse(env: Mapping[str, str]) -> str:
    told_sse = env.get("S3_SSE", "none")
    if not re.fullmatch(r"none|AES256|aws:kms(:.+)?", told_sse):
        raise ConnectError(f'S3_SSE is "{told_sse}": expected none, AES256, aws:kms or aws:kms:<id of a key>')
    return told_sse


def open_store(settings: StoreSettings, http: urllib3.PoolManager) -> Minio:
    """The client that asks `http`, and reads its keys for each request."""
    url = urlsplit(settings.endpoint)
    if settings.ca_file:
        # a wrong path would only be told with the first request, and without its name
        if not Path(settings.ca_file).is_file():
            raise ConnectError(f'S3_CA_FILE is "{settings.ca_file}", and there is no such file')
        http.connection_pool_kw |= {"ca_certs": settings.ca_file, "cert_reqs": "CERT_REQUIRED"}
    client = Minio(
        url.netloc,
        credentials=_LiveKeys(settings) if settings.access else IamAwsProvider(),
        secure=url.scheme == "https",
        region=settings.region,
        http_client=http,
    )
    if settings.addressing == "virtual":
        client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call] # minio has no types here
    return client


class _LiveKeys(Provider):
    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings

    def retrieve(self) -> Credentials:
        access, key, session = self._settings.access, self._settings.secret, self._settings.session
        assert access and key
        return Credentials(access.read(), key.read(), session.read() if session else None)
