"""Words that are not read here, but are held to the same limits as in the stages."""

from collections.abc import Sequence

from .dataset import Field
from .fields import field_named
from .json_node import Node


def check_stages_only(ext: Node, fields: Sequence[Field], key: Sequence[Field]) -> None:
    ext.at("retentionDays").integer(1, 36_500, default=None)
    ext.at("sinks").at("lake").at("partitions").integer(1, 10_000, default=None)
    chunk = ext.at("sinks").at("chunk").closed("records", "bytes")
    chunk.at("records").integer(1, 1_000_000, default=None)
    chunk.at("bytes").integer(1, 128 * 2**20, default=None)
    _check_simulate(ext.at("simulate"), fields, key)


def _check_simulate(node: Node, fields: Sequence[Field], key: Sequence[Field]) -> None:
    if not node:
        return
    if not any(field.type == "string" for field in key):
        node.refuse(
            "expected a string in the primary key, by which a simulated row is told from a measured one"
        )
    node.closed("share", "seed", "jitter").at("share").number(0, 1)
    node.at("seed").integer(-(2**53) + 1, default=None)
    for name, width in node.at("jitter").items():
        width.number(default=None)
        field = field_named(fields, Node(width.path, name, node.problems))
        if field and field.type not in ("number", None):
            width.refuse(f'"{name}" is of type {field.type}, expected number')
