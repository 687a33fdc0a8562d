"""One question over HTTP, and its answer or the sentence why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

_USUAL_SECONDS = 30


class ApiError(Exception):
    """Why a question was not answered. `status` is None when nobody was there."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Api:
    """Where it is, and what opens it. It may be written down: the token itself is not in it."""

    url: str
    token_file: str | None = None
    """Its first line is the token; None for an API that asks for none."""
    ca_file: str | None = None
    """Certificates of who signed its own, where they are not known to everybody."""

    def headers(self) -> dict[str, str]:
        """Read for each question, so that a changed token counts at once. @raise ApiError"""
        if self.token_file is None:
            return {}
        try:
            token = Path(self.token_file).read_text("utf-8").strip().partition("\n")[0].strip()
        except (OSError, ValueError) as error:
            raise ApiError(
                f"{self.token_file}, with the token for {self.url}, cannot be read: {error}"
            ) from error
        if not token:
            raise ApiError(f"{self.token_file} is empty: expected the token for {self.url} in its first line")
        return {"authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Question:
    method: str = "GET"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_seconds: float = 0
    """Beyond the usual time, for an answer that is waited for."""


def ask(api: Api, path: str, question: Question) -> Any:
    """The JSON of an answer. @raise ApiError with the server's sentence, or that nobody answers"""
    url, headers = f"{api.url}{path}", {**api.headers(), **question.headers}
    patience = _USUAL_SECONDS + question.wait_seconds
    try:
        response = requests.request(
            question.method,
            url,
            json=question.body,
            headers=headers,
            timeout=patience,
            verify=api.ca_file or True,
        )
    except requests.RequestException as error:
        raise ApiError(f"{url} does not answer ({type(error).__name__})") from error
    if not response.ok:
        raise ApiError(
            f"{_problem_of(response) or path} (status {response.status_code})", response.status_code
        )
    try:
        return response.json()
    except ValueError as error:
        raise ApiError(f"{url} answers no JSON: {response.text[:200]}", response.status_code) from error


def _problem_of(response: requests.Response) -> str:
    """The sentences of application/problem+json, or whatever came instead."""
    try:
        answer = response.json()
        return "; ".join([str(answer["detail"]), *map(str, answer.get("errors", []))])
    except (ValueError, KeyError, TypeError, AttributeError):
        return response.text[:200].strip()
