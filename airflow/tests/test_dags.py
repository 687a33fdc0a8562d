"""The DAG files, as Airflow's DAG processor reads them."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from dsf_airflow.alerts.causes import Cause
from dsf_airflow.all_dags import dags_of
from dsf_airflow.dag import dag_of
from dsf_airflow.failure import FinalFailure
from dsf_airflow.refused import refused_dag, refused_id_of
from dsf_airflow.settings import read_settings
from dsf_dataset import Refused, load_datasets

FOLDER = Path(__file__).parents[1] / "dags"
ORDER = ["health", "start_run", "receipt", "spark_checks", "audit", "anomalies", "summary"]
TASKS = [*ORDER, "follow"]


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(dag_folder=FOLDER)


@pytest.fixture(scope="module", params=["dsf_earthquakes", "dsf_seattle_weather"])
def dag(request, bag):
    return bag.dags[request.param]


def test_there_is_a_dag_for_each_dataset_and_none_is_broken(bag):
    assert bag.import_errors == {}
    assert sorted(bag.dags) == ["dsf_earthquakes", "dsf_seattle_weather"]


def test_a_definition_that_cannot_be_used_has_a_dag_that_says_so_and_stops_no_other(tmp_path, monkeypatch):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong/datapackage.json").write_text('{"name": "wrong"}')
    monkeypatch.setenv("DATASETS_DIR", f"{os.environ['DATASETS_DIR']}:{tmp_path}")
    bag = DagBag(dag_folder=FOLDER)
    assert bag.import_errors == {}
    assert sorted(bag.dags) == ["dsf_earthquakes", "dsf_seattle_weather", "dsf_wrong"]
    assert "/resources: is missing" in bag.dags["dsf_wrong"].doc_md
    assert bag.dags["dsf_wrong"].task_ids == ["definition"]


WRONG = '{"name": "wrong"}'


@pytest.mark.parametrize(
    "name", ["earthquakes copy", "seattle_weather", "{{ ds }}.md", "x" * 255, b"\xff", "Ä"]
)
def test_whatever_a_folder_is_called_it_costs_no_dataset_its_dag(tmp_path, monkeypatch, name):
    folder = tmp_path / (os.fsdecode(name) if isinstance(name, bytes) else name)
    folder.mkdir()
    (folder / "datapackage.json").write_text(WRONG)
    monkeypatch.setenv("DATASETS_DIR", f"{os.environ['DATASETS_DIR']}:{tmp_path}")
    bag = DagBag(dag_folder=FOLDER)
    assert bag.import_errors == {}
    assert "health" in bag.dags["dsf_seattle_weather"].task_ids
    [refused] = set(bag.dags) - {"dsf_earthquakes", "dsf_seattle_weather"}
    assert refused.startswith("dsf_refused.")
    DagSerialization.to_dict(bag.dags[refused])


def test_folders_whose_ids_would_be_alike_have_each_their_own():
    names = ["a b", "a_b", "a.b", "a-b", "A-B", "a-b-", *("x" * 61 + end for end in "ab")]
    assert len({refused_id_of(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["earthquakes:x", "x" * 255])
def test_what_is_told_of_a_folder_is_kept_beside_what_is_told_of_a_dataset(name):
    task = refused_dag(Refused(name, Path("/x"), ["wrong"]), read_settings()).get_task("definition")
    with pytest.raises(FinalFailure) as raised:
        task.render_template_fields({})
        task.python_callable(*task.op_args)
    key = Cause(raised.value.failure.dataset, "failure", "definition", "", "", "", "").key
    assert not key.startswith("dsf_alert:earthquakes:")
    assert len(key) <= 250


def test_the_reason_of_a_refusal_is_no_template():
    refused = Refused("wrong", Path("/x/wrong"), ["/title: {{ conn.dsf_smtp }} {% wrong"])
    task = refused_dag(refused, read_settings()).get_task("definition")
    with pytest.raises(FinalFailure, match=r"\{\{ conn.dsf_smtp }} \{% wrong"):
        task.render_template_fields({})
        task.python_callable(*task.op_args)


def test_a_dataset_that_no_dag_can_be_made_of_has_one_that_says_so(monkeypatch):
    datasets = load_datasets(os.environ["DATASETS_DIR"])
    settings = replace(read_settings(), sources={"earthquakes": object()})
    dags = dags_of(datasets, settings)
    assert dags["dsf_earthquakes"].task_ids == ["definition"]
    assert "no DAG can be made of it" in dags["dsf_earthquakes"].doc_md
    assert "health" in dags["dsf_seattle_weather"].task_ids


def test_a_dag_runs_once_at_a_time_and_does_not_catch_up(dag):
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


def test_each_task_follows_the_one_before(dag):
    for before, after in zip(ORDER, ORDER[1:], strict=False):
        assert after in dag.get_task(before).downstream_task_ids
    assert sorted(dag.task_ids) == sorted(TASKS)


def test_follow_runs_last_whatever_became_of_the_others_and_does_not_decide_alone_how_the_dag_run_ends(dag):
    follow = dag.get_task("follow")
    assert (follow.trigger_rule, follow.upstream_task_ids) == ("all_done", {"anomalies"})
    assert {task.task_id for task in dag.leaves} == {"summary", "follow"}
    assert dag.get_task("summary").trigger_rule == "all_success"


@pytest.mark.parametrize("task_id", TASKS)
def test_a_task_is_retried_is_bounded_and_tells_of_its_failure(dag, task_id):
    task = dag.get_task(task_id)
    assert (task.retries, task.retry_exponential_backoff) == (3, 2.0)
    assert task.retry_delay == timedelta(seconds=60)
    assert timedelta() < task.execution_timeout <= timedelta(minutes=30)
    assert [len(task.on_failure_callback), len(task.on_retry_callback)] == [2, 1]


def test_a_dag_tells_of_its_failure_and_of_a_missed_deadline(dag):
    assert dag.on_failure_callback
    assert dag.dagrun_timeout == timedelta(minutes=90)
    [deadline] = dag.deadline
    assert deadline.interval == timedelta(minutes=45)
    assert deadline.callback.path == "dsf_airflow.alerts.callbacks.late"


def test_a_dag_runs_every_hour_where_it_has_a_source():
    settings, datasets = read_settings(), load_datasets(os.environ["DATASETS_DIR"])
    quakes = datasets["earthquakes"]
    assert dag_of(quakes, settings).timetable.expression == "0 * * * *"
    assert dag_of(quakes, replace(settings, schedule=None)).timetable.__class__.__name__ == "NullTimetable"
    without = replace(quakes, source_url=None)
    assert dag_of(without, settings).timetable.__class__.__name__ == "NullTimetable"
    elsewhere = replace(settings, sources={"earthquakes": "http://example.org/a.csv"})
    assert dag_of(without, elsewhere).params["source"] == "http://example.org/a.csv"


def test_nothing_of_kafka_is_read_and_no_package_of_data_work_is_imported():
    program = (
        "import sys; from airflow.dag_processing.dagbag import DagBag; "
        f"bag = DagBag(dag_folder={str(FOLDER)!r}); assert not bag.import_errors; "
        "print([name for name in ('confluent_kafka', 'kafka', 'pandas', 'pyspark', 'pyarrow') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip().splitlines()[-1] == "[]"
    sources = [path.read_text() for path in (FOLDER.parent / "dsf_airflow").rglob("*.py")]
    assert not [text for text in sources if "KAFKA" in text]
