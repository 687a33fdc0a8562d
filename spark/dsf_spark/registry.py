"""The schema registry, of which the jobs use little: ids and schemas by subject."""

import json
from typing import Any
from urllib.parse import quote

import requests
from dsf_connect import ConnectError, RegistrySettings

from .failure import FatalError, TransientError

Schema = dict[str, Any]

_SECONDS = 5


class Registry:
    def __init__(self, settings: RegistrySettings):
        self._settings = settings
        self._url = settings.url

    def newest(self, subject: str) -> tuple[int, Schema]:
        """
        Id and schema of the last version. The jobs register nothing: what a record looks like is said once, by the stages.
        @raise TransientError while no stage has registered it
        """
        found = self._call("GET", f"/subjects/{self._named(subject)}/versions/latest", missing={})
        if not found:
            raise not_registered(subject)
        return found["id"], json.loads(found["schema"])

    def versions(self, subject: str) -> dict[int, str]:
        """
        Every schema that records of a topic can have, by id, the oldest version first.
        @raise TransientError while no stage has registered one
        """
        path = f"/subjects/{self._named(subject)}/versions"
        numbers = self._call("GET", path, missing=[])
        found = [self._call("GET", f"{path}/{number}") for number in numbers]
        if not found:
            raise not_registered(subject)
        return {version["id"]: version["schema"] for version in found}

    def schema(self, schema_id: int) -> str | None:
        found = self._call("GET", f"/schemas/ids/{schema_id}", missing={})
        return found.get("schema")

    def check(self) -> None:
        self._call("GET", "/schemas/types")

    def _named(self, subject: str) -> str:
        return quote(f"{self._settings.prefix}{subject}", safe="")

    def _call(self, method: str, path: str, missing: Any = None) -> Any:
        url = f"{self._url}{path}"
        try:
            response = requests.request(
                method,
                url,
                timeout=_SECONDS,
                headers=self._settings.headers(),
                verify=self._settings.ca_file or True,
                cert=self._settings.cert,
            )
        except ConnectError as error:
            raise TransientError(str(error)) from error
        # a file of certificates that is not there is an error of the system, and those of the client are, too
        except OSError as error:
            raise TransientError(f"the schema registry does not answer at {url}: {error}") from error
        if response.status_code == 404 and missing is not None:
            return missing
        if response.ok:
            return response.json()
        status = response.status_code
        # whoever changes the file of a secret mends what was refused
        is_mendable = status == 401 and self._settings.is_mendable
        kind = TransientError if status in (408, 429) or status >= 500 or is_mendable else FatalError
        raise kind(f"the schema registry answered {status} to {method} {url}: {response.text[:300]}")


def not_registered(subject: str) -> TransientError:
    return TransientError(f"the schema of {subject} is not registered yet: the stages do it when they start")


def frame(schema_id: int) -> bytes:
    """What stands before an Avro value: a zero byte and the schema's id as 32 bits."""
    return b"\0" + schema_id.to_bytes(4, "big")
