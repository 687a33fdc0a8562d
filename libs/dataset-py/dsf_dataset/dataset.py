"""A checked definition, with names resolved. Everything else is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime"]


@dataclass(frozen=True)
class Field:
    """One column of the CSV, with what reading it needs."""

    name: str
    """Of the definition; also that of the file's header, unless that is said."""
    column: str
    """The same as a name that Avro, Parquet and Elasticsearch take."""
    type: FieldType
    format: str = "default"
    required: bool = False
    """Never null in a clean row; a field of the primary key always is."""
    missing_values: tuple[str, ...] = ("",)
    true_values: tuple[str, ...] = ("true", "True", "TRUE", "1")
    false_values: tuple[str, ...] = ("false", "False", "FALSE", "0")
    decimal_char: str = "."
    group_char: str | None = None
    """Between three digits and three."""
    bare_number: bool = True
    """False where something may stand beside a number."""
    trim: bool = True
    case: Literal["keep", "lower", "upper"] = "keep"
    default: str | int | float | bool | None = None
    constraints: Mapping[str, Any] | None = None
    title: str | None = None
    unit: str | None = None
    locale: str | None = None
    """Of the names of a time."""
    zone: str | None = None
    """Of a time that does not say its own."""
    odd_hours: Literal["earlier", "later"] | None = None
    header: str | None = None
    """As in the file's header, where that is not the name."""
    is_row_number: bool = False
    """No column of the file: the number of the row in it."""

    @property
    def in_file(self) -> str:
        return self.name if self.header is None else self.header


@dataclass(frozen=True)
class Computed:
    """A field that the generator adds."""

    name: str
    type: Literal["string", "integer", "number", "boolean"]
    expression: str
    """CEL over the columns."""
    title: str | None = None


@dataclass(frozen=True)
class Geo:
    latitude: Field
    longitude: Field


@dataclass(frozen=True)
class Trends:
    """Windows of event time, aligned to 1970-01-01T00:00Z."""

    window_seconds: int
    watermark_seconds: int


@dataclass(frozen=True)
class Bounds:
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Anomalies:
    """When a finished run deserves a look, against bounds and against the runs before it."""

    history: int
    """Succeeded runs looked back at."""
    rows: Bounds
    rows_change: float
    """Factor, up or down, against the median of the history."""
    quarantined_maximum: float
    """Share of a run's rows."""
    nulls_change: float
    """Absolute difference of a field's share of nulls against the history's median."""
    null_shares: Mapping[str, float]
    """Highest share of nulls allowed, by field."""
    values: Mapping[str, Bounds]
    """What clean values of a field must lie within, by field."""


@dataclass(frozen=True)
class Dataset:
    name: str
    title: str
    version: str
    folder: Path
    lanes: int
    delimiter: str
    quote_char: str
    escape_char: str | None
    """Inside quotes it makes text of a quote, of itself or of a line break behind it; elsewhere it is text."""
    skip_initial_space: bool
    has_header: bool
    """Without one the fields are the file's columns, in their order."""
    header_rows: tuple[int, ...] | None
    """Lines of the file; None for the first one that is neither blank nor a comment."""
    header_join: str | None
    comment_rows: tuple[int, ...] | None
    comment_char: str | None
    has_cr_lines: bool
    """Whether lines may end in CR alone, too."""
    footer: tuple[str, ...] | None
    """What a line begins with behind which there are no rows."""
    tolerate: tuple[str, ...] | None
    """What is let pass instead of refused."""
    encoding: str
    """Of files that have no byte order mark."""
    innerpath: str | None
    """Which member of a zip archive is the file."""
    fields: tuple[Field, ...]
    key: tuple[Field, ...]
    """All fields where the whole row is the key."""
    is_row_key: bool
    """A part of the key may be missing then, and its text is a hash."""
    fields_match: Literal["exact", "equal", "subset", "superset", "partial"]
    version_field: Field | None
    event_time: Field | None
    type_field: Field | None
    geo: Geo | None
    computed: tuple[Computed, ...]
    source_url: str | None
    max_bytes: int
    """Of a file, decompressed."""
    max_row_bytes: int
    max_refused_rows: int
    max_refused_share: float
    """A run that refuses more than both has failed."""
    lake_format: Literal["parquet", "jsonl"]
    lake_period: Literal["day", "month", "year"]
    anomalies: Anomalies
    trends: Trends | None
    """None for a dataset without event time."""

    @property
    def in_file(self) -> tuple[Field, ...]:
        """The fields that a file has columns of."""
        return tuple(field for field in self.fields if not field.is_row_number)
