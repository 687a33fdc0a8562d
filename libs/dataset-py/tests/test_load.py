"""Definitions are read with all their words, and refused with the path of what is wrong."""

import json

import pytest
from define import ROOT, definition, load
from dsf_dataset import Anomalies, Bounds, DefinitionError, Trends, load_dataset, load_datasets


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


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    whole = changed("x-dsf/lanes", 65)
    whole["resources"][0]["schema"]["primaryKey"] = "ID"
    with pytest.raises(DefinitionError) as refusal:
        load(whole, tmp_path)
    assert str(refusal.value).split("\n") == [
        f"{tmp_path}/quakes/datapackage.json: 2 problems",
        "  /x-dsf/lanes: expected a whole number from 1 to 64, found 65",
        '  /resources/0/schema/primaryKey/0: no field is named "ID"; '
        "the fields are id, mag, stations, kind, day, time, updated, lat, lon",
    ]


def test_a_single_problem_is_one_line(tmp_path):
    with pytest.raises(DefinitionError) as refusal:
        load(changed("x-dsf/lane", 4), tmp_path)
    file = f"{tmp_path}/quakes/datapackage.json"
    assert str(refusal.value) == f'{file} at /x-dsf/lane: is unknown, did you mean "lanes"?'


def test_a_whole_number_may_be_written_with_a_point(tmp_path):
    whole = changed("x-dsf/lanes", 4.0)
    whole["resources"][0]["dialect"] = {"headerRows": [1.0], "commentRows": [2.0]}
    dataset = load(whole, tmp_path)
    found = [dataset.lanes, *dataset.header_rows, *dataset.comment_rows]
    assert [repr(number) for number in found] == ["4", "1", "2"]


@pytest.mark.parametrize("text", ["", "{", '{"name": NaN}', "[" * 100_000, '{"x-dsf": {"lanes": 1e999}}'])
def test_what_is_no_json_is_refused(text, tmp_path):
    (tmp_path / "datapackage.json").write_text(text, "utf-8")
    with pytest.raises(DefinitionError):
        load_dataset(tmp_path)


def test_a_definition_that_is_nested_too_deep_is_refused_alone(tmp_path):
    folder = tmp_path / "deep"
    folder.mkdir()
    nested = definition() | {"name": "deep"}
    for depth, refused in [(100, 0), (101, 1)]:
        nested["x-notes"] = json.loads("[" * depth + "]" * depth)
        (folder / "datapackage.json").write_text(json.dumps(nested), "utf-8")
        assert len(load_datasets(str(tmp_path)).refused) == refused


def test_what_nobody_foresaw_about_a_definition_leaves_the_others_alone(tmp_path, monkeypatch):
    load(definition(), tmp_path)
    monkeypatch.setattr("dsf_dataset.load.load_dataset", lambda _: 1 // 0)
    found = load_datasets(str(tmp_path))
    assert [(one.name, "ZeroDivisionError" in one.problems[0]) for one in found.refused] == [("quakes", True)]


def test_words_that_only_stages_or_people_read_are_passed_over(tmp_path):
    whole = definition()
    whole["x-dsf"] |= {
        "dashboard": {"panels": [{"metric": "count"}]},
        "retentionDays": 3,
        "simulate": {"share": 0.1},
    }
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


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            f"{SCHEMA}/fields/2/constraints",
            {"maximum": 9007199254740991},
            '"9007199254740991" is too large for an integer, which is at most 4503599627370496 in size',
        ),
        (f"{SCHEMA}/fields/2/constraints", {"maximum": 1e21}, '"1e+21" is too large for an integer'),
        (f"{SCHEMA}/fields/2/constraints", {"enum": [2**53]}, "is too large for an integer"),
        (f"{SCHEMA}/fields/2/x-dsf", {"default": 2**53}, "is too large for an integer"),
        (
            f"{SCHEMA}/fields/1",
            {"name": "felt", "type": "boolean", "trueValues": ["0"]},
            '/trueValues: "0" would be both true and false; take it out of trueValues or falseValues, which are '
            '"true", "True", "TRUE", "1" and "false", "False", "FALSE", "0" where they are not said',
        ),
        (
            f"{SCHEMA}/fields/1/name",
            "stations",
            '/2/name: two fields are named "stations"; rename one as the file\'s header has it. '
            'A file whose header has "stations" twice cannot be read',
        ),
        (
            "x-dsf/source",
            {"maxRowBytes": 44},
            "the file's header takes 45 bytes, and source.maxRowBytes is 44, so no file could be read; "
            "raise source.maxRowBytes to 45 or more",
        ),
        (
            "resources/0/missingvalues",
            ["NA"],
            'is unknown, did you mean "missingValues"? That belongs to another place (docs/dataset.md)',
        ),
    ],
)
def test_a_refusal_says_what_to_do(path, value, sentence, tmp_path):
    with pytest.raises(DefinitionError) as refusal:
        load(changed(path, value), tmp_path)
    (line,) = refusal.value.sentences
    assert sentence in line


def test_trends_are_hours_of_datetimes_and_days_of_dates(tmp_path):
    assert load(definition(), tmp_path).trends == Trends(3600, 365 * 86_400)
    assert load(changed("x-dsf/eventTime", "day"), tmp_path).trends == Trends(86_400, 365 * 86_400)
    durations = {"window": "30 minutes", "watermark": "2000 days"}
    assert load(changed("x-dsf/trends", durations), tmp_path).trends == Trends(1800, 2000 * 86_400)


def test_a_dataset_without_event_time_has_no_trends(tmp_path):
    whole = definition()
    del whole["x-dsf"]["eventTime"]
    assert load(whole, tmp_path).trends is None


def test_anomalies_have_words(tmp_path):
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


def test_of_two_datasets_of_one_name_the_first_one_is_used(tmp_path):
    load(definition(), tmp_path / "a")
    load(definition(), tmp_path / "b")
    found = load_datasets(f"{tmp_path}/a:{tmp_path}/b")
    assert found["quakes"].folder == tmp_path / "a/quakes"
    (refused,) = found.refused
    assert (refused.name, refused.folder) == ("quakes", tmp_path / "b/quakes")
    assert refused.problems == [f'/name: "quakes" is already defined in {tmp_path}/a/quakes']


def test_a_definition_that_is_wrong_keeps_no_other_from_being_used(tmp_path):
    load(definition(), tmp_path)
    for name in ("broken", "wrong"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken/datapackage.json").write_text("{", "utf-8")
    for name in ("dangling", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "dangling/datapackage.json").symlink_to("/nowhere/datapackage.json")
    (tmp_path / "file").touch()
    (tmp_path / "wrong/datapackage.json").write_text(json.dumps(definition()), "utf-8")
    found = load_datasets(str(tmp_path))
    assert list(found) == ["quakes"]
    assert [refused.name for refused in found.refused] == ["broken", "dangling", "wrong"]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="does not exist"):
        load_datasets(f"{tmp_path}/none")
