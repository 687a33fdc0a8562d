"""JSON over HTTP, with a server that is away told apart from an answer."""

from typing import Any

import requests

from .command import NotNow

SECONDS = 30


def ask(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    """Status and JSON of an answer. @raise NotNow when the server is away or says that it cannot"""
    try:
        response = requests.request(method, url, json=body, timeout=SECONDS)
        if response.status_code >= 500:
            raise NotNow(f"{url} answered {response.status_code}: {response.text[:200]}")
        return response.status_code, response.json()
    except (requests.RequestException, ValueError) as error:
        raise NotNow(f"{url} cannot be asked: {error}") from error
