"""The words of the definition that are read behind the stages: trends and anomalies."""

import re

from .dataset import Anomalies, Bounds, Field, Trends
from .json_node import Node

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
_DURATION = re.compile(r"([1-9][0-9]*) (minute|hour|day)s?")


def read_trends(node: Node, event_time: Field | None) -> Trends | None:
    node.closed("window", "watermark")
    window, watermark = _seconds(node.at("window")), _seconds(node.at("watermark"))
    if event_time is None:
        return None
    usual = 3600 if event_time.type == "datetime" else 86_400
    return Trends(window_seconds=window or usual, watermark_seconds=watermark or 365 * 86_400)


def _seconds(node: Node) -> int | None:
    written = node.text(None)
    if written is None:
        return None
    match = _DURATION.fullmatch(written)
    if not match:
        raise node.refuse(f'"{written}" is no duration, expected as in 30 minutes, 1 hour or 7 days')
    return int(match[1]) * _UNITS[match[2]]


def read_anomalies(node: Node, fields: tuple[Field, ...]) -> Anomalies:
    node.closed("history", "rows", "quarantined", "nulls", "values")
    rows = node.at("rows").closed("minimum", "maximum", "change")
    quarantined = node.at("quarantined").closed("maximum")
    nulls = node.at("nulls").closed("change", "fields")
    shares = nulls.at("fields")
    values = node.at("values")
    names = {field.name for field in fields}
    numeric = {field.name for field in fields if field.type in ("integer", "number")}
    return Anomalies(
        history=node.at("history").integer(1, default=24),
        rows=Bounds(rows.at("minimum").integer(0, default=1), rows.at("maximum").integer(0, default=None)),
        rows_change=rows.at("change").number(1, default=3),
        quarantined_maximum=quarantined.at("maximum").number(0, 1, default=0.05),
        nulls_change=nulls.at("change").number(0, 1, default=0.2),
        null_shares={name: _of_field(node, names).number(0, 1) for name, node in shares.items()},
        values={name: _bounds(_of_field(node, numeric)) for name, node in values.items()},
    )


def _of_field(node: Node, names: set[str]) -> Node:
    name = node.path.rsplit("/", 1)[1]
    if name not in names:
        raise node.refuse(f'no such field is named "{name}"; known are {", ".join(sorted(names))}')
    return node


def _bounds(node: Node) -> Bounds:
    node.closed("minimum", "maximum")
    return Bounds(node.at("minimum").number(default=None), node.at("maximum").number(default=None))
