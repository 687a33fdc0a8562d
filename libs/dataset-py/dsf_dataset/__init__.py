"""
The definition of a dataset, for Python: what the stages read in TypeScript (libs/dataset), held equal to it
by the same tables of cells, lanes and schemas. Needs RE2 for patterns, and nothing else.
"""

from .cells import CellReader, compile_key_reader, compile_reader
from .column_name import column_name
from .dataset import Anomalies, Bounds, Computed, Dataset, Field, Geo, Trends
from .encodings import as_utf8, encoding_of
from .errors import DefinitionError
from .keys import (
    NO_VALUE,
    ObjectName,
    audit_key,
    dataset_prefix,
    known_key,
    landing_prefix,
    object_key,
    object_name,
    path_segment,
    table_prefix,
    topic_name,
    trends_key,
)
from .lanes import key_part, key_reader, lane_of, murmur2, record_key
from .load import Datasets, Refused, load_dataset, load_datasets
from .problems import Problem, Value
from .schemas import raw_schema
from .texts import SPACE
from .times import DAY_MS, FIRST_MS, compile_times, iso_date, iso_datetime, read_written

__all__ = [
    "DAY_MS",
    "FIRST_MS",
    "NO_VALUE",
    "SPACE",
    "Anomalies",
    "Bounds",
    "CellReader",
    "Computed",
    "Dataset",
    "Datasets",
    "DefinitionError",
    "Field",
    "Geo",
    "ObjectName",
    "Problem",
    "Refused",
    "Trends",
    "Value",
    "audit_key",
    "column_name",
    "compile_key_reader",
    "compile_reader",
    "compile_times",
    "dataset_prefix",
    "iso_date",
    "iso_datetime",
    "key_part",
    "key_reader",
    "known_key",
    "as_utf8",
    "encoding_of",
    "landing_prefix",
    "lane_of",
    "load_dataset",
    "load_datasets",
    "murmur2",
    "object_key",
    "object_name",
    "path_segment",
    "raw_schema",
    "read_written",
    "record_key",
    "table_prefix",
    "topic_name",
    "trends_key",
]
