"""Trends: windows of event time over the enriched records, each key counted once."""

from dsf_dataset import Dataset, Field
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

EVENT_TIME = "dsf_event_time"
NO_FIELD = ""


def measured_fields(dataset: Dataset) -> list[Field]:
    """Numbers of the definition; a place on the map is no measure."""
    place = {dataset.geo.latitude.name, dataset.geo.longitude.name} if dataset.geo else set()
    return [f for f in dataset.fields if f.type in ("integer", "number") and f.name not in place]


def once_per_key(records: DataFrame, dataset: Dataset) -> DataFrame:
    """
    Drops every later version of a key, and what lies behind the watermark (as it was before the micro-batch before). Of the versions of a key the first one in its
    lane counts: a key stays in its lane, a lane is read by one task in the order of its offsets, and the shuffle to the
    state keeps what one task wrote in order.
    """
    assert dataset.event_time and dataset.trends, "only of a dataset with trends"
    time = F.col(f"`{dataset.event_time.column}`").cast("timestamp")
    return (
        records.withColumn(EVENT_TIME, time)
        .where(F.col(EVENT_TIME).isNotNull())
        .withWatermark(EVENT_TIME, f"{dataset.trends.watermark_seconds} seconds")
        .dropDuplicatesWithinWatermark([*(field.column for field in dataset.key), "simulated"])
    )


def trends(events: DataFrame, dataset: Dataset) -> DataFrame:
    """One row per window, type, simulated and field. In a stream the rows are what the window has become."""
    assert dataset.trends, "only of a dataset with trends"
    kind = F.col(f"`{dataset.type_field.column}`") if dataset.type_field else F.lit(None).cast("string")
    cells = events.select(
        EVENT_TIME, kind.alias("type"), "simulated", F.explode(_cells(dataset)).alias("cell")
    ).select(EVENT_TIME, "type", "simulated", "cell.*")
    window = F.window(EVENT_TIME, f"{dataset.trends.window_seconds} seconds")
    value = F.col("value")
    grouped = cells.groupBy(window.alias("window"), "type", "simulated", "field").agg(
        F.count("*").alias("events"),
        F.count(value).alias("values"),
        F.avg(value).alias("mean"),
        F.min(value).alias("minimum"),
        F.max(value).alias("maximum"),
    )
    return grouped.select(
        # of the micro-batch, the same when it is repeated
        F.unix_millis(F.current_timestamp()).alias("dsf_version"),
        *("type", "simulated"),
        F.col("window.start").alias("window_start"),
        F.col("window.end").alias("window_end"),
        *("field", "events", "values", "mean", "minimum", "maximum"),
    )


def _cells(dataset: Dataset) -> Column:
    """Fields as rows, so that the state does not change its shape with the definition."""
    cells = [_cell(f.column, F.col(f"`{f.column}`").cast("double")) for f in measured_fields(dataset)]
    return F.array(*(cells or [_cell(NO_FIELD, F.lit(None).cast("double"))]))


def _cell(field: str, value: Column) -> Column:
    return F.struct(F.lit(field).alias("field"), value.alias("value"))
