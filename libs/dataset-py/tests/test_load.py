"""Definitions are read with all their words, and refused with the path of what is wrong."""

from dataclasses import replace

import pytest
from define import ROOT, definition, load
from dsf_dataset import Anomalies, Bounds, DefinitionError, Trends, load_datasets


def at(json_value, path):
    *steps, last = path.split("/")
    for step in steps:
        json_value = json_value[int(step) if step.isdigit() else step]
    return json_value, int(last) if last.isdigit() else last


def changed(path, value):
    whole = definition()
    parent, last = at(whole, path)
    parent[last] = value
    return whole


SCHEMA = "resources/0/schema"


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("name", "Quakes", "/name"),
        ("name", "other", "/name"),
        ("resources", [], "/resources"),
        ("resources/0/encoding", "latin1", "/resources/0/encoding"),
        ("resources/0/dialect", {"delimiter": "ab"}, "/resources/0/dialect/delimiter"),
        ("resources/0/dialect", {"header": False}, "/resources/0/dialect/header"),
        ("resources/0/dialect", {"escapeChar": "\\"}, "/resources/0/dialect/escapeChar"),
        ("resources/0/dialect", {"delimiter": '"'}, "/resources/0/dialect"),
        ("resources/0/dialect", {"skipInitialSpace": "yes"}, "/resources/0/dialect/skipInitialSpace"),
        ("x-dsf/source", {"maxCompressionRatio": 0.5}, "/x-dsf/source/maxCompressionRatio"),
        (f"{SCHEMA}/primaryKey", ["nobody"], "/resources/0/schema/primaryKey/0"),
        (f"{SCHEMA}/primaryKey", [], "/resources/0/schema/primaryKey"),
        (f"{SCHEMA}/primaryKey", None, "/resources/0/schema/primaryKey"),
        (f"{SCHEMA}/fieldsMatch", "loose", "/resources/0/schema/fieldsMatch"),
        (f"{SCHEMA}/uniqueKeys", [["id"]], "/resources/0/schema/uniqueKeys"),
        (f"{SCHEMA}/fields/1/type", "decimal", "/resources/0/schema/fields/1/type"),
        (f"{SCHEMA}/fields/1/groupChar", ",", "/resources/0/schema/fields/1/groupChar"),
        (f"{SCHEMA}/fields/1/constraints", {"minimun": 1}, "/resources/0/schema/fields/1/constraints"),
        (
            f"{SCHEMA}/fields/1/constraints",
            {"minimum": "x"},
            "/resources/0/schema/fields/1/constraints/minimum",
        ),
        (
            f"{SCHEMA}/fields/1/constraints",
            {"pattern": "x"},
            "/resources/0/schema/fields/1/constraints/pattern",
        ),
        (
            f"{SCHEMA}/fields/1/constraints",
            {"enum": ["x"]},
            "/resources/0/schema/fields/1/constraints/enum/0",
        ),
        (
            f"{SCHEMA}/fields/0/constraints",
            {"pattern": "("},
            "/resources/0/schema/fields/0/constraints/pattern",
        ),
        (
            f"{SCHEMA}/fields/1/constraints",
            {"unique": True},
            "/resources/0/schema/fields/1/constraints/unique",
        ),
        (f"{SCHEMA}/fields/1/x-dsf", {"defualt": 1}, "/resources/0/schema/fields/1/x-dsf"),
        (f"{SCHEMA}/fields/1/x-dsf", {"default": "x"}, "/resources/0/schema/fields/1/x-dsf/default"),
        (f"{SCHEMA}/fields/0/x-dsf", {"default": "x"}, "/resources/0/schema/fields/0/x-dsf/default"),
        (f"{SCHEMA}/fields/1/format", "any", "/resources/0/schema/fields/1/format"),
        (f"{SCHEMA}/fields/4/format", "%Q", "/resources/0/schema/fields/4/format"),
        (f"{SCHEMA}/fields/4/format", "%Y %Y", "/resources/0/schema/fields/4/format"),
        (f"{SCHEMA}/fields/1/name", "dsf_mag", "/resources/0/schema/fields/1/name"),
        (f"{SCHEMA}/fields/1/name", "location", "/resources/0/schema/fields/1/name"),
        (f"{SCHEMA}/fields/1/name", "id", "/resources/0/schema/fields/1/name"),
        ("x-dsf/lane", 4, "/x-dsf"),
        ("x-dsf/lanes", 65, "/x-dsf/lanes"),
        ("x-dsf/lanes", True, "/x-dsf/lanes"),
        ("x-dsf/version", "mag", "/x-dsf/version"),
        ("x-dsf/version", "time", "/x-dsf/version"),
        ("x-dsf/eventTime", "id", "/x-dsf/eventTime"),
        ("x-dsf/type", "mag", "/x-dsf/type"),
        ("x-dsf/geo", {"latitude": "lat", "longitude": "id"}, "/x-dsf/geo/longitude"),
        ("x-dsf/sinks", {"lake": {"period": "week"}}, "/x-dsf/sinks/lake/period"),
        (
            "x-dsf/computed",
            [{"name": "mag", "type": "number", "expression": "1.0"}],
            "/x-dsf/computed/0/name",
        ),
        ("x-dsf/trends", {"window": "1 week"}, "/x-dsf/trends/window"),
        ("x-dsf/trends", {"windows": "1 hour"}, "/x-dsf/trends"),
        ("x-dsf/anomalies", {"rows": {"least": 1}}, "/x-dsf/anomalies/rows"),
        ("x-dsf/anomalies", {"nulls": {"fields": {"nobody": 0.1}}}, "/x-dsf/anomalies/nulls/fields/nobody"),
        ("x-dsf/anomalies", {"values": {"id": {"minimum": 1}}}, "/x-dsf/anomalies/values/id"),
        ("x-dsf/anomalies", {"quarantined": {"maximum": 2}}, "/x-dsf/anomalies/quarantined/maximum"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_path(path, value, where, tmp_path):
    with pytest.raises(DefinitionError) as refusal:
        load(changed(path, value), tmp_path)
    assert refusal.value.path == where
    assert str(refusal.value).startswith(f"{tmp_path}/quakes/datapackage.json at {where}: ")


def test_words_that_only_stages_or_people_read_are_passed_over(tmp_path):
    whole = definition()
    whole["x-dsf"] |= {"dashboard": {"panels": []}, "retentionDays": 3, "simulate": {"share": 0.1}}
    whole["licenses"] = []
    assert load(whole, tmp_path).name == "quakes"


def test_the_earthquakes():
    quakes = load_datasets(str(ROOT / "datasets"))["earthquakes"]
    assert [field.name for field in quakes.key] == ["id"]
    assert quakes.fields_match == "subset"
    assert quakes.version_field is not None
    assert quakes.version_field.name == "updated"
    assert quakes.geo is not None
    assert quakes.geo.latitude.constraints == {"required": True, "minimum": -90, "maximum": 90}
    assert quakes.lake_period == "day"
    assert [field.name for field in quakes.computed][0] == "energyJoules"
    assert quakes.trends is not None
    assert quakes.trends.window_seconds == 3600


def test_a_field_of_the_key_is_required_and_columns_are_names_for_avro(tmp_path):
    whole = changed(f"{SCHEMA}/fields/1/name", "1 Cost $🌍")
    fields = load(whole, tmp_path).fields
    assert (fields[0].required, fields[1].required) == (True, False)
    assert fields[1].column == "_1_Cost____"


def test_trends_are_hours_of_datetimes_and_days_of_dates(tmp_path):
    assert load(definition(), tmp_path).trends == Trends(3600, 365 * 86_400)
    assert load(changed("x-dsf/eventTime", "day"), tmp_path).trends == Trends(86_400, 365 * 86_400)
    durations = {"window": "30 minutes", "watermark": "2000 days"}
    assert load(changed("x-dsf/trends", durations), tmp_path).trends == Trends(1800, 2000 * 86_400)


def test_a_dataset_without_event_time_has_no_trends(tmp_path):
    whole = definition()
    del whole["x-dsf"]["eventTime"]
    assert load(whole, tmp_path).trends is None


def test_anomalies_have_defaults_and_words(tmp_path):
    usual = load(definition(), tmp_path).anomalies
    assert usual == replace(Anomalies(), null_shares={}, values={})
    words = {
        "history": 5,
        "rows": {"minimum": 10, "maximum": 99, "change": 2},
        "quarantined": {"maximum": 0.1},
        "nulls": {"change": 0.3, "fields": {"mag": 0.5}},
        "values": {"mag": {"minimum": -1}},
    }
    assert load(changed("x-dsf/anomalies", words), tmp_path).anomalies == Anomalies(
        history=5,
        rows=Bounds(10, 99),
        rows_change=2,
        quarantined_maximum=0.1,
        nulls_change=0.3,
        null_shares={"mag": 0.5},
        values={"mag": Bounds(minimum=-1)},
    )


def test_two_datasets_of_one_name_are_refused(tmp_path):
    load(definition(), tmp_path / "a")
    load(definition(), tmp_path / "b")
    with pytest.raises(DefinitionError, match="already defined"):
        load_datasets(f"{tmp_path}/a:{tmp_path}/b")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="does not exist"):
        load_datasets(f"{tmp_path}/none")
