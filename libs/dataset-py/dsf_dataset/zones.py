"""Local times of a named zone, by the tz data of Python."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Instants:
    """In seconds since 1970: equal, but in the two odd hours of a year."""

    earlier: int
    later: int
    odd: Literal["twice", "never"] | None


def zone_named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, or a folder
        return None


def local_times(zone: ZoneInfo) -> Callable[[int], Instants]:
    """Of a local time, given as if it were UTC."""
    first = datetime(1970, 1, 1)
    begin, end = (int((edge - first).total_seconds()) for edge in (datetime.min, datetime(9999, 12, 31)))

    def instants(local: int) -> Instants:
        wall = first + timedelta(seconds=min(max(local, begin), end))
        before, behind = (_offset(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
        odd: Literal["twice", "never"] | None = (
            None if before == behind else "twice" if before > behind else "never"
        )
        return Instants(local - max(before, behind), local - min(before, behind), odd)

    return instants


def _offset(time: datetime) -> int:
    offset = time.utcoffset()
    assert offset is not None, "a zone has one at any time"
    return int(offset.total_seconds())
