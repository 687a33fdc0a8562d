"""Definitions that come, change and go while a job runs."""

import json
import shutil

import pytest
from dsf_dataset import load_datasets
from dsf_spark.watch import DatasetWatch


@pytest.fixture
def folders(tmp_path):
    def write(name, title="one", text=None):
        schema = {"primaryKey": "id", "fields": [{"name": "id", "type": "string"}]}
        package = {
            "name": name,
            "title": title,
            "resources": [{"name": name, "path": "x.csv", "schema": schema}],
        }
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "datapackage.json").write_text(text or json.dumps(package), "utf-8")

    write("a")
    return tmp_path, write


def test_what_came_changed_or_went_is_taken_when_two_looks_saw_the_same(folders):
    parent, write = folders
    now = dict(load_datasets(str(parent)))
    watch = DatasetWatch(str(parent))
    assert watch.look(now) is None
    write("b")
    write("a", "two")
    assert watch.look(now) is None
    write("a", "three")
    assert watch.look(now) is None
    found, refused = watch.look(now)
    assert ({name: one.title for name, one in found.items()}, refused) == ({"a": "three", "b": "one"}, [])
    assert watch.look(found) is None
    shutil.rmtree(parent / "a")
    assert watch.look(found) is None
    assert list(watch.look(found)[0]) == ["b"]


def test_a_dataset_goes_on_with_the_definition_before_a_broken_one(folders):
    parent, write = folders
    now = dict(load_datasets(str(parent)))
    watch = DatasetWatch(str(parent))
    write("a", text="{")
    watch.look(now)
    found, refused = watch.look(now)
    assert found == now
    assert [one.name for one in refused] == ["a"]
    assert (
        refused[0]
        .problems[0]
        .startswith("the changed definition cannot be used, the one before goes on: is not readable JSON")
    )
    write("a", "mended")
    watch.look(now)
    found, refused = watch.look(now)
    assert (found["a"].title, refused) == ("mended", [])


def test_nothing_goes_while_a_folder_of_the_list_cannot_be_read(folders):
    parent, _ = folders
    now = dict(load_datasets(str(parent)))
    watch = DatasetWatch(str(parent))
    parent.rename(parent.with_name("away"))
    assert [watch.look(now) for _ in range(3)] == [None] * 3
    parent.with_name("away").rename(parent)
    assert [watch.look(now) for _ in range(3)] == [None] * 3
