"""The words of the definition that are read behind the stages: trends and anomalies."""

from .dataset import Anomalies, Bounds, Field, Trends
from .json_node import Node
from .shape import empty

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}


def read_trends(node: Node, event_time: Field | None, *, is_named: bool) -> Trends | None:
    """`is_named`: the definition has an event time, which may be a wrong one."""
    if event_time is None:
        if node and not is_named:
            node.refuse("expected x-dsf.eventTime for trends")
        return None
    words = node.value or empty("x-dsf", "trends")
    usual = "1 hour" if event_time.type == "datetime" else "1 day"
    return Trends(_seconds(words.get("window", usual)), _seconds(words["watermark"]))


def _seconds(written: str) -> int:
    count, unit = written.split(" ")
    return int(count) * _UNITS[unit.removesuffix("s")]


def read_anomalies(node: Node, fields: tuple[Field, ...]) -> Anomalies:
    rows, quarantined, nulls, values = map(node.at, ("rows", "quarantined", "nulls", "values"))
    names = {field.name for field in fields}
    numeric = {field.name for field in fields if field.type in ("integer", "number")}
    for name, share in nulls.at("fields").items():
        _check_named(share, name, names)
    for name, bounds in values.items():
        _check_named(bounds, name, numeric)
    return Anomalies(
        history=node.at("history").value,
        rows=_bounds(rows),
        rows_change=rows.at("change").value,
        quarantined_maximum=quarantined.at("maximum").value,
        nulls_change=nulls.at("change").value,
        null_shares=nulls.at("fields").value or {},
        values={name: _bounds(bounds) for name, bounds in values.items()},
    )


def _check_named(node: Node, name: str, known: set[str]) -> None:
    if name not in known:
        node.refuse(f'no field that fits is named "{name}"; these do: {", ".join(sorted(known)[:30])}')


def _bounds(node: Node) -> Bounds:
    low, high = node.at("minimum").value, node.at("maximum").value
    if low is not None and high is not None and low > high:
        node.refuse(f"minimum {low} is above maximum {high}")
    return Bounds(low, high)
