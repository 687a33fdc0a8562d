"""Times: text to milliseconds (datetime) or days (date) since 1970 in UTC, and back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .dataset import Field
from .formats import ANY, Said, compile_format
from .zones import Instants, local_times, zone_named

DAY_MS = 86_400_000
_NS = 1_000_000_000
_EPOCH = date(1970, 1, 1).toordinal()
# the calendar repeats every 400 years, which is how years are reached that Python has not
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
FIRST_MS = (date.min.toordinal() - _EPOCH) * DAY_MS
LAST_MS = (date.max.toordinal() - _EPOCH + 1) * DAY_MS - 1

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_WRITTEN = re.compile(r"([+-]?[0-9]+)-([0-9]{2})-([0-9]{2})(?:T([0-9:]{8})\.([0-9]{3})Z)?")

_SayReader = Callable[[str], Said | None]


@dataclass(frozen=True)
class Times:
    """How the texts of a field are read."""

    kind: str
    _say: _SayReader
    _local: Callable[[int], Instants] | None = None
    """Of a named zone: what a time is that does not say its own."""
    _odd_hours: str | None = None

    def read(self, text: str) -> int | None:
        """None for what is no such time. What is finer than a millisecond is cut off."""
        ns = self._nanoseconds(text)
        if ns is None or not FIRST_MS <= ns // 1_000_000 <= LAST_MS:
            return None
        ms = ns // 1_000_000
        if self.kind == "datetime":
            return ms
        return None if ms % DAY_MS else ms // DAY_MS

    def exact(self, text: str) -> int | None:
        """Nanoseconds since 1970, as fine as the text has it."""
        return None if self.read(text) is None else self._nanoseconds(text)

    def is_outside(self, text: str) -> bool:
        """A time all right, but before the first or behind the last one that is allowed: judged without its zone."""
        ns = self._nanoseconds(text)
        return ns is not None and not FIRST_MS <= ns // 1_000_000 <= LAST_MS

    def odd(self, text: str) -> str | None:
        """Of a local time that is refused: whether the clock of its zone shows it twice, or never."""
        said = self._say(text)
        ns = None if said is None else _assemble(said)
        if self._local is None or self._odd_hours or ns is None or said is None or said.get("z"):
            return None
        return self._local(ns // _NS).odd

    def _nanoseconds(self, text: str) -> int | None:
        said = self._say(text)
        ns = None if said is None else _assemble(said)
        if self._local is None or ns is None or said is None or said.get("z"):
            return ns
        found = self._local(ns // _NS)
        if found.odd and not self._odd_hours:
            return None
        return (found.later if self._odd_hours == "later" else found.earlier) * _NS + ns % _NS


def compile_times(kind: str, pattern: str, field: Field | None = None) -> Times:
    """
    `default` is ISO 8601, `any` that or a form that can be read in one way only; else a strptime pattern. A time
    without a zone is one of the field's zone, or UTC; the field also has the locale of the names.
    @raise ValueError for a pattern that cannot be understood
    """
    iso = _iso_date if kind == "date" else _iso
    zone = zone_named(field.zone) if field and field.zone else None

    def of_zone(say: _SayReader) -> Times:
        return Times(kind, say, local_times(zone) if zone else None, field.odd_hours if field else None)

    if pattern == "default":
        return of_zone(iso)
    if pattern != "any":
        return of_zone(compile_format(pattern, (field and field.locale) or "en"))
    readers = [iso, *(compile_format(form) for form in ANY[kind])]
    return of_zone(lambda text: next((said for read in readers if (said := read(text))), None))


def _iso(text: str) -> Said | None:
    match = _ISO.fullmatch(text)
    return dict(zip("YmdHMSfz", match.groups(), strict=True)) if match else None


def _iso_date(text: str) -> Said | None:
    return _iso(text) if len(text) == 10 else None


def _assemble(said: Said) -> int | None:
    """Nanoseconds since 1970 in UTC, of any year."""
    if said.get("s") or said.get("Q"):
        return _since_epoch(said)

    def number(name: str, default: int) -> int:
        return int(said.get(name) or default)

    hour, minute, second = number("H", 0), number("M", 0), number("S", 0)
    zone = _zone_seconds(said.get("z"))
    if said.get("j"):
        days = _day_of_year(number("Y", 0), number("j", 0))
    else:
        days = _days(number("Y", 0), number("m", 1), number("d", 1))
    if days is None or zone is None or minute > 59 or second > 59:
        return None
    if hour > 23 and not _is_end_of_day(hour, minute, second, said.get("f")):
        return None
    seconds = days * 86_400 + (hour * 60 + minute) * 60 + second - zone
    return seconds * 1_000_000_000 + int((said.get("f") or "").ljust(9, "0"))


def _since_epoch(said: Said) -> int | None:
    """Of what lies before 1970 a fraction would be cut off in another direction, so that is no time."""
    fraction = said.get("f")
    if millis := said.get("Q"):
        return int(millis) * 1_000_000
    seconds = said.get("s") or ""
    if fraction and seconds.startswith("-"):
        return None
    return int(seconds) * _NS + int((fraction or "").ljust(9, "0"))


def _is_end_of_day(hour: int, minute: int, second: int, fraction: str | None) -> bool:
    """`24:00` of a day is `00:00` of the next, by ISO 8601."""
    return hour == 24 and minute == 0 and second == 0 and not (fraction or "").strip("0")


def _day_of_year(year: int, number: int) -> int | None:
    first, next_year = _days(year, 1, 1), _days(year + 1, 1, 1)
    if first is None or next_year is None or first + number > next_year:
        return None
    return first + number - 1


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970 of a Gregorian date of any year; None for the 30th of February."""
    cycles, within = divmod(year, _CYCLE_YEARS)
    try:
        ordinal = date(within + _CYCLE_YEARS, month, day).toordinal()
    except ValueError:
        return None
    return ordinal + (cycles - 1) * _CYCLE_DAYS - _EPOCH


def _zone_seconds(zone: str | None) -> int | None:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    if hours > 23 or minutes > 59:
        return None
    return (-1 if zone[0] == "-" else 1) * (hours * 60 + minutes) * 60


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
