"""What the rows of a run look like, by type, window and field. Exact, and without state: a function of the rows alone."""

from dsf_dataset import Dataset
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from .csv_source import BATCH_TIME

_GROUP = ["dsf_run", "at", "type", "window_start", "window_end"]
_SHARES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_KEY = -1


def profile(rows: DataFrame, dataset: Dataset) -> DataFrame:
    """
    One row per run, type, window and field, with the columns of the record `Profile`; times in ms since 1970. `rows` are
    those of `csv_source`.
    """
    cells = rows.select(*_group(dataset), F.explode(_cells(dataset)).alias("cell")).select(*_GROUP, "cell.*")
    # equal values are one row from here on: distinct ones are counted without a set in memory
    values = cells.groupBy(*_GROUP, "position", "text").agg(
        F.count("*").alias("n"), F.max("number").alias("number")
    )
    fields = values.groupBy(*_GROUP, "position").agg(*_measures())
    together = Window.partitionBy(*_GROUP)
    keys = F.max(F.when(F.col("position") == _KEY, F.col("distinct"))).over(together)
    return (
        fields.withColumn("keys", keys)
        .where(F.col("position") != _KEY)
        .select(
            "dsf_run",
            F.col("at").alias("dsf_version"),
            *_GROUP[1:],
            F.element_at(_names(dataset), F.col("position") + 1).alias("field"),
            *("rows", "keys", "nulls", "distinct", "minimum", "maximum", "mean"),
            *(F.element_at("shares", i).alias(name) for i, name in enumerate(_SHARES, start=1)),
        )
    )


def _group(dataset: Dataset) -> list[Column]:
    start = end = F.lit(None).cast("bigint")
    if dataset.event_time:
        time = F.col(_quoted(dataset.event_time.column)).cast("timestamp")
        day = F.date_trunc(dataset.lake_period, time)
        start, end = F.unix_millis(day), F.unix_millis(day + F.expr(f"INTERVAL 1 {dataset.lake_period}"))
    kind = F.col(_quoted(dataset.type_field.column)) if dataset.type_field else F.lit(None).cast("string")
    return [
        F.col("dsf_run"),
        F.unix_millis(BATCH_TIME).alias("at"),
        kind.alias("type"),
        start.alias("window_start"),
        end.alias("window_end"),
    ]


def _cells(dataset: Dataset) -> Column:
    """Every field of a row as its own row, and the primary key as one more."""
    key = F.to_json(F.struct(*(F.col(_quoted(field.column)) for field in dataset.key)))
    cells = [_cell(_KEY, key, None)]
    for position, field in enumerate(dataset.fields):
        column = F.col(_quoted(field.column))
        number = column.cast("double") if field.type in ("integer", "number") else None
        cells.append(_cell(position, column.cast("string"), number))
    return F.array(*cells)


def _cell(position: int, text: Column, number: Column | None) -> Column:
    number = F.lit(None).cast("double") if number is None else number
    return F.struct(F.lit(position).alias("position"), text.alias("text"), number.alias("number"))


def _measures() -> list[Column]:
    number, n = F.col("number"), F.col("n")
    present = F.sum(F.when(number.isNotNull(), n))
    shares = F.array(*(F.lit(share) for share in _SHARES.values()))
    return [
        F.sum(n).alias("rows"),
        F.coalesce(F.sum(F.when(F.col("text").isNull(), n)), F.lit(0)).alias("nulls"),
        F.count("text").alias("distinct"),
        F.min(number).alias("minimum"),
        F.max(number).alias("maximum"),
        (F.sum(number * n) / present).alias("mean"),
        F.percentile(number, shares, n).alias("shares"),
    ]


def _names(dataset: Dataset) -> Column:
    return F.array(*(F.lit(field.column) for field in dataset.fields))


def _quoted(column: str) -> str:
    return f"`{column}`"
