"""The words of the definition that are read behind the stages: trends and anomalies."""

import re

from .dataset import Anomalies, Bounds, Field, Trends
from .json_node import Node

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
_DURATION = re.compile(r"([1-9][0-9]{0,5}) (minute|hour|day)s?")


def read_trends(node: Node, event_time: Field | None, *, is_named: bool) -> Trends | None:
    """`is_named`: the definition has an event time, which may be a wrong one."""
    node.closed("window", "watermark")
    window, watermark = _seconds(node.at("window")), _seconds(node.at("watermark"))
    if event_time is None:
        if node and not is_named:
            node.refuse("expected x-dsf.eventTime for trends")
        return None
    usual = 3600 if event_time.type == "datetime" else 86_400
    return Trends(window_seconds=window or usual, watermark_seconds=watermark or 365 * 86_400)


def _seconds(node: Node) -> int | None:
    written = node.text(None)
    if written is None:
        return None
    match = _DURATION.fullmatch(written)
    if match:
        return int(match[1]) * _UNITS[match[2]]
    node.refuse(f'expected a number of minutes, hours or days, as in "6 hours", found "{written}"')
    return None


def read_anomalies(node: Node, fields: tuple[Field, ...]) -> Anomalies:
    node.closed("history", "rows", "quarantined", "nulls", "values")
    rows = node.at("rows").closed("minimum", "maximum", "change")
    quarantined = node.at("quarantined").closed("maximum")
    nulls = node.at("nulls").closed("change", "fields")
    shares, values = nulls.at("fields"), node.at("values")
    names = {field.name for field in fields}
    numeric = {field.name for field in fields if field.type in ("integer", "number")}
    return Anomalies(
        history=node.at("history").integer(1, default=24),
        rows=_counts(rows),
        rows_change=_factor(rows.at("change")),
        quarantined_maximum=quarantined.at("maximum").number(0, 1, default=0.05),
        nulls_change=nulls.at("change").number(0, 1, default=0.2),
        null_shares={name: _of_field(at, name, names).number(0, 1) for name, at in shares.items()},
        values={name: _bounds(_of_field(at, name, numeric)) for name, at in values.items()},
    )


def _of_field(node: Node, name: str, known: set[str]) -> Node:
    if name not in known:
        node.refuse(f'no field that fits is named "{name}"; these do: {", ".join(sorted(known)[:30])}')
    return node


def _factor(node: Node) -> float:
    factor = node.number(default=3)
    if factor <= 1:
        node.refuse(f"expected more than 1, found {factor}")
    return factor


def _counts(node: Node) -> Bounds:
    least = node.at("minimum").integer(0, default=1)
    return _ordered(node, Bounds(least, node.at("maximum").integer(0, default=None)))


def _bounds(node: Node) -> Bounds:
    node.closed("minimum", "maximum")
    found = Bounds(node.at("minimum").number(default=None), node.at("maximum").number(default=None))
    return _ordered(node, found)


def _ordered(node: Node, bounds: Bounds) -> Bounds:
    low, high = bounds.minimum, bounds.maximum
    if low is not None and high is not None and low > high:
        node.refuse(f"minimum {low} is above maximum {high}")
    return bounds
