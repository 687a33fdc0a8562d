"""A password, key or token: of a variable, or of the file that the same variable with `_FILE` names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LARGEST = 256 * 1024


class ConnectError(Exception):
    """Names the variable, and what was expected. Never a secret."""


@dataclass(frozen=True)
class Secret:
    name: str
    value: str | None = field(repr=False)
    file: str | None = None

    def read(self) -> str:
        """A file is read each time: a changed one counts from the next connection on. @raise ConnectError"""
        if self.file is None:
            return self.value or ""
        path = Path(self.file)
        what = f'{self.name}_FILE is "{self.file}"'
        try:
            if path.stat().st_size > _LARGEST:
                raise ConnectError(f"{what}, which is larger than {_LARGEST} bytes")
            text = path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, ValueError) as error:
            raise ConnectError(f"{what}, which cannot be read: {type(error).__name__}") from error
        if not text:
            raise ConnectError(f"{what}, which is empty: expected the secret in it")
        return text


def told(env: Mapping[str, str]) -> Mapping[str, str]:
    """Without what is empty, which is what is not set."""
    return {name: value for name, value in env.items() if value}


def secret(env: Mapping[str, str], name: str) -> Secret | None:
    """None when neither variable is set. @raise ConnectError when both are"""
    value, file = env.get(name) or None, env.get(f"{name}_FILE") or None
    if value and file:
        raise ConnectError(f"{name} and {name}_FILE are both set: leave one of them out")
    return Secret(name, value, file) if value or file else None


def required(env: Mapping[str, str], name: str) -> str:
    """@raise ConnectError"""
    value = env.get(name)
    if not value:
        raise ConnectError(f"{name} is not set: see docs/settings.md")
    return value


_OPEN_URL = re.compile(r"https?://[^\s/?#@\\]+(/[^\s?#]*)?", re.IGNORECASE)


def open_url(name: str, url: str) -> str:
    """The URL, which may stand in logs as it is. @raise ConnectError, which does not show it"""
    if not _OPEN_URL.fullmatch(url):
        raise ConnectError(
            f"{name} is no URL that can be used: expected http:// or https:// and a host, with no query, "
            "and no user and password, which have variables of their own"
        )
    return url.rstrip("/")


def one_of(env: Mapping[str, str], name: str, *known: str) -> str:
    """The first one when it is not set. @raise ConnectError"""
    value = env.get(name) or known[0]
    if value not in known:
        raise ConnectError(f'{name} is "{value}": expected one of {", ".join(known)}')
    return value
