"""Waiting without a worker slot: a trigger that looks and looks again, whatever the servers answer meanwhile."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from airflow.triggers.base import BaseTrigger, TriggerEvent
from dsf_client import Api, ApiError

PAUSE_SECONDS = 2.0
_USUAL_SECONDS = 15


@dataclass(frozen=True)
class Look:
    """What one look found: a sentence for people, and the end of the waiting, if this is it."""

    heard: str
    end: dict[str, Any] | None = None


class NoAnswer(Exception):
    """A server that refuses, fails or talks nonsense. It is asked again."""


class PollingTrigger(BaseTrigger):
    """
    Ends with the first look that has an `end`, but not before `not_before`; or, after `deadline`, with `{"late": <what was heard
    last>}`. Both are seconds since 1970, so that a triggerer that takes over goes on with the same. It sleeps `pause` seconds behind
    a look that did not take as long itself.
    """

    def __init__(
        self, deadline: float, not_before: float = 0, pause: float = PAUSE_SECONDS, **asked: Any
    ) -> None:
        super().__init__()
        self.deadline = deadline
        self.not_before = not_before
        self.pause = pause
        self.asked = asked

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {
            "deadline": self.deadline,
            "not_before": self.not_before,
            "pause": self.pause,
            **self.asked,
        }

    @abstractmethod
    async def look(self, session: aiohttp.ClientSession) -> Look:
        """One look. @throws NoAnswer"""

    def at_most(self, seconds: float) -> float:
        """Or as long as there is until the deadline."""
        return max(0, min(seconds, self.deadline - time.time()))

    async def run(self) -> AsyncIterator[TriggerEvent]:
        end = await self.first_end()
        await asyncio.sleep(max(0, self.not_before - time.time()))
        yield TriggerEvent(end)

    async def first_end(self) -> dict[str, Any]:
        """What the trigger ends with, as soon as it is known."""
        heard = ""
        async with aiohttp.ClientSession() as session:
            while True:
                begun = time.monotonic()
                look = await self._look(session)
                if look.heard != heard:
                    self.log.info("%s", look.heard)
                heard = look.heard
                if look.end is not None:
                    return look.end
                if time.time() > self.deadline:
                    return {"late": heard}
                if time.monotonic() - begun < self.pause:
                    await asyncio.sleep(self.pause)

    async def _look(self, session: aiohttp.ClientSession) -> Look:
        try:
            return await self.look(session)
        except NoAnswer as error:
            return Look(str(error))
        except (KeyError, TypeError, AttributeError) as error:
            return Look(f"the answer cannot be understood ({error!r})")


async def ask(session: aiohttp.ClientSession, api: Api, path: str, wait_seconds: float = 0) -> Any:
    """The JSON object that `path` answers, for which it may take so long; None for 404. @throws NoAnswer"""
    url, timeout = f"{api.url}{path}", aiohttp.ClientTimeout(total=_USUAL_SECONDS + wait_seconds)
    try:
        async with session.get(url, headers=api.headers(), timeout=timeout) as response:
            if response.status == 404:
                return None
            if response.status != 200:
                raise NoAnswer(f"{url} answers {response.status} {(await response.text())[:200]}")
            answer = await response.json(content_type=None)
    except ApiError as error:
        raise NoAnswer(str(error)) from error
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
        raise NoAnswer(f"{url} does not answer ({type(error).__name__}: {error})") from error
    if not isinstance(answer, dict):
        raise NoAnswer(f"{url} answers {str(answer)[:200]}")
    return answer
