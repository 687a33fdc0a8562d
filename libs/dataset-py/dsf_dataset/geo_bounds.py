"""A place on the map implies its bounds: what lies outside would be refused by the index, long after it was counted as clean."""

from collections.abc import Sequence
from dataclasses import replace

from .casts import authored, compile_cast
from .dataset import Field, Geo
from .errors import DefinitionError
from .json_node import Node


def with_bounds(fields: tuple[Field, ...], nodes: Sequence[Node], geo: Geo) -> tuple[tuple[Field, ...], Geo]:
    """The fields and the place with them. A definition may say narrower ones, and no wider ones."""
    latitude = _bounded(geo.latitude, nodes[fields.index(geo.latitude)], "latitude", 90)
    longitude = _bounded(geo.longitude, nodes[fields.index(geo.longitude)], "longitude", 180)
    bounded = {latitude.name: latitude, longitude.name: longitude}
    return tuple(bounded.get(field.name, field) for field in fields), Geo(latitude, longitude)


def _bounded(field: Field, node: Node, axis: str, most: int) -> Field:
    bounded = replace(field, constraints={"minimum": -most, "maximum": most} | dict(field.constraints or {}))
    if _bound(bounded, "minimum") < -most:
        node.refuse(f"expected a {axis}, from {-most} to {most}", "/constraints/minimum")
    if _bound(bounded, "maximum") > most:
        node.refuse(f"expected a {axis}, from {-most} to {most}", "/constraints/maximum")
    return bounded


def _bound(field: Field, word: str) -> float:
    """As a cell of its text would be read; 0 for what is no number, which is refused elsewhere."""
    try:
        caster = compile_cast(field, lambda path, expected: DefinitionError(field.name, path, expected))
    except DefinitionError:
        return 0
    bound = authored(field, caster, (field.constraints or {})[word])
    return bound if isinstance(bound, int | float) else 0
