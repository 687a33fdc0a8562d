"""A definition means the same here as in the stages, whose resolved forms in git are the judge: roles, defaults, columns, bounds."""

import json
from typing import Any

import pytest
from define import ROOT, VECTORS, load
from dsf_dataset import Bounds, Dataset, Field, load_datasets

DATASETS = load_datasets(str(ROOT / "datasets"))


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_resolved_as_in_git(name):
    kept = json.loads((ROOT / f"datasets/{name}/schemas/resolved.json").read_text("utf-8"))
    assert resolved(DATASETS[name]) == read_here(kept)


def test_a_definition_that_says_little_is_resolved_as_in_the_stages(tmp_path):
    base = json.loads((VECTORS / "definitions.json").read_text("utf-8"))["base"]
    kept = json.loads((VECTORS / "resolved.json").read_text("utf-8"))
    assert resolved(load(base, tmp_path)) == read_here(kept)


def read_here(kept: dict[str, Any]) -> dict[str, Any]:
    """Without what the stages alone read."""
    of_stages = ("columns", "compression", "dashboard", "retentionDays", "simulate")
    of_source = ("url", "maxBytes", "maxRowBytes", "maxRefusedRows", "maxRefusedShare")
    return {
        **{word: value for word, value in kept.items() if word not in of_stages},
        "source": {word: kept["source"].get(word) for word in of_source},
        "sinks": {"lake": {word: kept["sinks"]["lake"][word] for word in ("format", "period")}},
        "fields": [{word: one[word] for word in one if word != "search"} for one in kept["fields"]],
        "computed": [{word: one[word] for word in one if word != "unit"} for one in kept["computed"]],
    }


def resolved(dataset: Dataset) -> dict[str, Any]:
    geo, trends = dataset.geo, dataset.trends
    return present(
        name=dataset.name,
        version=dataset.version,
        title=dataset.title,
        lanes=dataset.lanes,
        fieldsMatch=dataset.fields_match,
        dialect=present(
            delimiter=dataset.delimiter,
            quoteChar=dataset.quote_char,
            escapeChar=dataset.escape_char,
            skipInitialSpace=dataset.skip_initial_space,
            header=dataset.has_header,
            headerRows=dataset.header_rows,
            headerJoin=dataset.header_join,
            commentRows=dataset.comment_rows,
            commentChar=dataset.comment_char,
            lineTerminator="\r" if dataset.has_cr_lines else None,
        ),
        reading=reading_form(dataset),
        encoding=dataset.encoding,
        innerpath=dataset.innerpath,
        fields=[field_form(field) for field in dataset.fields],
        computed=[present(**vars(one)) for one in dataset.computed],
        key=[field.column for field in dataset.key],
        isRowKey=dataset.is_row_key,
        versionField=dataset.version_field and dataset.version_field.column,
        eventTime=dataset.event_time and dataset.event_time.column,
        typeField=dataset.type_field and dataset.type_field.column,
        geo=geo and {"latitude": geo.latitude.column, "longitude": geo.longitude.column},
        source={
            "url": dataset.source_url,
            "maxBytes": dataset.max_bytes,
            "maxRowBytes": dataset.max_row_bytes,
            "maxRefusedRows": dataset.max_refused_rows,
            "maxRefusedShare": dataset.max_refused_share,
        },
        sinks={"lake": {"format": dataset.lake_format, "period": dataset.lake_period}},
        anomalies=anomalies_form(dataset),
        trends=trends
        and {"windowSeconds": trends.window_seconds, "watermarkSeconds": trends.watermark_seconds},
    )


def reading_form(dataset: Dataset) -> dict[str, Any] | None:
    return present(footer=dataset.footer, tolerate=dataset.tolerate) or None


def field_form(field: Field) -> dict[str, Any]:
    return present(
        name=field.name,
        header=field.in_file,
        column=field.column,
        type=field.type,
        format=field.format,
        required=field.required,
        rowNumber=field.is_row_number or None,
        constraints=field.constraints,
        missingValues=list(field.missing_values),
        decimalChar=field.decimal_char,
        groupChar=field.group_char,
        bareNumber=None if field.bare_number else False,
        trueValues=list(field.true_values),
        falseValues=list(field.false_values),
        trim=field.trim,
        case=field.case,
        default=field.default,
        locale=field.locale,
        zone=field.zone,
        oddHours=field.odd_hours,
        title=field.title,
        unit=field.unit,
    )


def anomalies_form(dataset: Dataset) -> dict[str, Any]:
    wanted = dataset.anomalies
    return {
        "history": wanted.history,
        "rows": {**bounds_form(wanted.rows), "change": wanted.rows_change},
        "quarantined": {"maximum": wanted.quarantined_maximum},
        "nulls": {"change": wanted.nulls_change, "fields": wanted.null_shares},
        "values": {name: bounds_form(bounds) for name, bounds in wanted.values.items()},
    }


def bounds_form(bounds: Bounds) -> dict[str, Any]:
    return present(minimum=bounds.minimum, maximum=bounds.maximum)


def present(**words: Any) -> dict[str, Any]:
    return {word: value for word, value in words.items() if value is not None}
