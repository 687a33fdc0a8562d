"""Words about times where they say nothing would be a promise that nobody keeps."""

import re
from collections.abc import Callable

from .dataset import Field
from .errors import DefinitionError
from .zones import zone_named

_Refuse = Callable[[str, str], DefinitionError]


def check_times(field: Field, refuse: _Refuse) -> None:
    """@raise DefinitionError"""
    if field.locale is not None:
        if field.type not in ("date", "datetime"):
            raise refuse("/x-dsf/locale", f"applies to dates and datetimes, not to a {field.type}")
        if not _has(field.format, "bBaAp"):
            what = "says something with a format of names alone: %b, %B, %a, %A or %p"
            raise refuse("/x-dsf/locale", what)
    if field.odd_hours is not None and field.zone is None:
        raise refuse("/x-dsf/oddHours", "says something with x-dsf.zone alone")
    if field.zone is not None:
        _check_zone(field, field.zone, refuse)


def _check_zone(field: Field, zone: str, refuse: _Refuse) -> None:
    if field.type != "datetime":
        raise refuse("/x-dsf/zone", f"applies to datetimes, not to a {field.type}")
    if _has(field.format, "zZsQ"):
        raise refuse("/x-dsf/zone", f'expected none, because "{field.format}" has the zone of each time')
    if zone_named(zone) is None:
        raise refuse("/x-dsf/zone", f'"{zone}" is no time zone, as "Europe/Berlin" is one')


def _has(pattern: str, directives: str) -> bool:
    return re.search(f"%[{directives}]", pattern.replace("%%", "")) is not None
