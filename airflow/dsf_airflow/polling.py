"""Waiting without a worker slot: a trigger that looks, sleeps and looks again, whatever the servers answer meanwhile."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from airflow.triggers.base import BaseTrigger, TriggerEvent

PAUSE_SECONDS = 5.0
_TIMEOUT = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True)
class Look:
    """What one look found: a sentence for people, and the end of the waiting, if this is it."""

    heard: str
    end: dict[str, Any] | None = None


class NoAnswer(Exception):
    """A server that refuses, fails or talks nonsense. It is asked again."""


class PollingTrigger(BaseTrigger):
    """
    Ends with the first look that has an `end`, or `{"late": <what was heard last>}` after `deadline` (seconds since 1970: a
    triggerer that takes over goes on with the same one). It sleeps before each look, the first one too: a task that comes back
    before the scheduler has heard of its leaving is taken for dead, and tried again.
    """

    def __init__(self, deadline: float, pause: float = PAUSE_SECONDS, **asked: Any) -> None:
        super().__init__()
        self.deadline = deadline
        self.pause = pause
        self.asked = asked

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {
            "deadline": self.deadline,
            "pause": self.pause,
            **self.asked,
        }

    @abstractmethod
    async def look(self, session: aiohttp.ClientSession) -> Look:
        """One look. @throws NoAnswer"""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        heard = ""
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                await asyncio.sleep(self.pause)
                look = await self._look(session)
                if look.heard != heard:
                    self.log.info("%s", look.heard)
                heard = look.heard
                if look.end is not None:
                    yield TriggerEvent(look.end)
                    return
                if time.time() > self.deadline:
                    yield TriggerEvent({"late": heard})
                    return

    async def _look(self, session: aiohttp.ClientSession) -> Look:
        try:
            return await self.look(session)
        except NoAnswer as error:
            return Look(str(error))


async def ask(session: aiohttp.ClientSession, url: str) -> dict[str, Any] | None:
    """The JSON object at `url`, None for 404. @throws NoAnswer"""
    try:
        async with session.get(url) as response:
            if response.status == 404:
                return None
            if response.status != 200:
                raise NoAnswer(f"{url} answers {response.status} {(await response.text())[:200]}")
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
        raise NoAnswer(f"{url} does not answer ({type(error).__name__}: {error})") from error
    if not isinstance(answer, dict):
        raise NoAnswer(f"{url} answers {str(answer)[:200]}")
    return answer
