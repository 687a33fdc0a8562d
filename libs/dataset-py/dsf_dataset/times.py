"""Times: text to milliseconds (datetime) or days (date) since 1970 in UTC, and back."""

import re
from collections.abc import Callable
from datetime import date

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
# the calendar repeats every 400 years, which is how years are reached that Python has not: 0, and beyond 9999
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_WRITTEN = re.compile(r"([+-]?[0-9]+)-([0-9]{2})-([0-9]{2})(?:T([0-9:]{8})\.([0-9]{3})Z)?")
_DIRECTIVES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "1[0-2]|0?[1-9]",
    "d": "3[01]|[12][0-9]|0?[1-9]",
    "H": "2[0-3]|[01][0-9]|[0-9]",
    "M": "[0-5][0-9]|[0-9]",
    "S": "[0-5][0-9]|[0-9]",
    "f": "[0-9]{1,9}",
    "z": "Z|[+-][0-9]{2}:?[0-9]{2}",
}

TimeReader = Callable[[str], int | None]


def compile_time(kind: str, pattern: str) -> TimeReader:
    """
    `default` is ISO 8601; else a strptime pattern of %Y %y %m %d %H %M %S %f %z. A time without a zone is
    UTC, and what is finer than a millisecond is cut off.
    @raise ValueError for a pattern that cannot be understood
    """
    is_default = pattern in ("default", "any")
    read = _read_iso if is_default else _pattern_reader(pattern)
    if kind == "datetime":
        return read

    def read_date(text: str) -> int | None:
        ms = None if is_default and len(text) != 10 else read(text)
        return None if ms is None or ms % DAY_MS else ms // DAY_MS

    return read_date


def _read_iso(text: str) -> int | None:
    match = _ISO.fullmatch(text)
    return _assemble(dict(zip("YmdHMSfz", match.groups(), strict=True))) if match else None


def _pattern_reader(pattern: str) -> TimeReader:
    used: list[str] = []

    def expression(found: re.Match[str]) -> str:
        directive, literal = found[1], found[2]
        if literal is not None:
            return re.escape(literal)
        if directive not in _DIRECTIVES:
            known = " ".join(f"%{name}" for name in _DIRECTIVES)
            raise ValueError(f'%{directive} in "{pattern}" is not supported; known are {known}')
        if directive in used:
            raise ValueError(f'"{pattern}" has %{directive} twice')
        used.append(directive)
        return f"(?P<{directive}>{_DIRECTIVES[directive]})"

    compiled = re.compile(re.sub(r"%(.?)|([^%])", expression, pattern, flags=re.DOTALL))
    if "Y" not in used and "y" not in used:
        raise ValueError(f'"{pattern}" is no time format: %Y or %y is missing')

    def read(text: str) -> int | None:
        match = compiled.fullmatch(text)
        return _assemble(match.groupdict()) if match else None

    return read


def _assemble(parts: dict[str, str | None]) -> int | None:
    def number(name: str, default: int) -> int:
        return int(parts.get(name) or default)

    hour, minute, second = number("H", 0), number("M", 0), number("S", 0)
    days = _days(_year(parts), number("m", 1), number("d", 1))
    zone = _zone_ms(parts.get("z"))
    if days is None or zone is None or hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((parts.get("f") or "")[:3].ljust(3, "0"))
    return days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - zone


def _year(parts: dict[str, str | None]) -> int:
    if parts.get("Y"):
        return int(parts["Y"] or 0)
    short = int(parts.get("y") or 70)
    return short + (2000 if short < 69 else 1900)


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970 of a Gregorian date of any year; None for the 30th of February."""
    cycles, within = divmod(year, _CYCLE_YEARS)
    try:
        ordinal = date(within + _CYCLE_YEARS, month, day).toordinal()
    except ValueError:
        return None
    return ordinal + (cycles - 1) * _CYCLE_DAYS - _EPOCH


def _zone_ms(zone: str | None) -> int | None:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        return None
    return (-1 if zone[0] == "-" else 1) * (hours * 60 + minutes) * 60_000


def iso_date(days: int) -> str:
    """`2018-02-07`, as the stages write it: years beyond four digits have a sign and six."""
    first = date(_CYCLE_YEARS, 1, 1).toordinal()
    cycles, rest = divmod(days + _EPOCH + _CYCLE_DAYS - first, _CYCLE_DAYS)
    found = date.fromordinal(first + rest)
    year = found.year + (cycles - 1) * _CYCLE_YEARS
    written = f"{year:04d}" if 0 <= year <= 9999 else f"{year:+07d}"
    return f"{written}-{found.month:02d}-{found.day:02d}"


def iso_datetime(ms: int) -> str:
    """`2018-02-07T18:21:03.040Z`, as the stages write it."""
    days, rest = divmod(ms, DAY_MS)
    seconds, fraction = divmod(rest, 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{iso_date(days)}T{clock}.{fraction:03d}Z"


def read_written(text: str) -> int:
    """What `iso_date` (days) or `iso_datetime` (ms) wrote. @raise ValueError for anything else"""
    match = _WRITTEN.fullmatch(text)
    days = _days(int(match[1]), int(match[2]), int(match[3])) if match else None
    if match is None or days is None:
        raise ValueError(f'"{text}" is no time as the stages write it')
    if match[4] is None:
        return days
    hour, minute, second = map(int, match[4].split(":"))
    return days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + int(match[5])
