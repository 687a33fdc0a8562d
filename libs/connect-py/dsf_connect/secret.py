"""A password, key or token: of a variable, or of the file that the same variable with `_FILE` names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

_LARGEST = 1024 * 1024


class ConnectError(Exception):
    """Names the variable, and what was expected. Never a secret."""


@dataclass(frozen=True)
class Secret:
    name: str
    value: str | None = field(repr=False)
    file: str | None = None
    is_word: bool = False
    """it becomes a word of a header"""

    def read(self) -> str:
        """A file is read each time: a changed one counts from the next connection on. @raise ConnectError"""
        if self.file is None:
            return self._word(self.name, self.value or "")
        place = Path(self.file)
        what = f'{self.name}_FILE is "{self.file}"'
        try:
            if place.stat().st_size > _LARGEST:
                raise ConnectError(f"{what}, which is larger than {_LARGEST} bytes")
            text = re.sub(r"\r?\n\Z", "", place.read_bytes().decode("utf-8"))
        except (OSError, ValueError) as error:
            raise ConnectError(f"{what}, which cannot be read: {type(error).__name__}") from error
        if not text:
            raise ConnectError(f"{what}, which is empty: expected the secret in it")
        _refuse_unseen(f"{what}, which", text)
        return self._word(f"{self.name}_FILE", text)

    def _word(self, variable: str, text: str) -> str:
        if self.is_word and not re.fullmatch(r"[!-~]+", text):
            raise ConnectError(
                f"{variable} has spaces or several lines: expected one line of letters, digits and signs"
            )
        return text


def _refuse_unseen(what: str, text: str) -> None:
    """What no editor shows, and a server refuses as a wrong password. @raise ConnectError"""
    unseen = None
    if text.startswith("\ufeff"):
        unseen = "a byte order mark"
    elif "\r" in text or "\n" in text:
        unseen = "several lines"
    elif control := re.search(r"[\x00-\x1f\x7f\ufeff]", text):
        unseen = f"the control character U+{ord(control[0]):04X}"
    if unseen:
        raise ConnectError(f"{what} has {unseen}: expected the secret alone, in one line")


def told(env: Mapping[str, str]) -> Mapping[str, str]:
    """Without what is empty, which is what is not set."""
    return {name: value for name, value in env.items() if value}


def secret(env: Mapping[str, str], name: str) -> Secret | None:
    """None when neither variable is set. @raise ConnectError when both are"""
    value, file = env.get(name) or None, path(env, f"{name}_FILE")
    if value and file:
        raise ConnectError(f"{name} and {name}_FILE are both set: leave one of them out")
    if value:
        _refuse_unseen(name, value)
    return Secret(name, value, file) if value or file else None


def token(env: Mapping[str, str], name: str) -> Secret | None:
    """The same of one that becomes a word of a header. @raise ConnectError"""
    found = secret(env, name)
    if not found:
        return None
    word = replace(found, is_word=True)
    if not word.file:
        word.read()
    return word


def path(env: Mapping[str, str], name: str) -> str | None:
    """Of a file. @raise ConnectError when it is a URL"""
    value = env.get(name)
    if value and re.match(r"[a-z][a-z0-9+.-]*://", value, re.IGNORECASE):
        raise ConnectError(f'{name} is "{value}": expected the path of a file, not a URL')
    return value


PREFIX = r"[A-Za-z0-9._-]{0,100}"
INDEX_PREFIX = r"([a-z0-9][a-z0-9._-]{0,99})?"


def prefix(env: Mapping[str, str], name: str, pattern: str, usual: str = "") -> str:
    """@raise ConnectError"""
    value = env.get(name, usual)
    if not re.fullmatch(pattern, value):
        raise ConnectError(f'{name} is "{value}": expected it to match {pattern}')
    return value


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
