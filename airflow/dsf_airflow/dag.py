"""The DAG of a dataset."""

from datetime import timedelta
from functools import partial
from typing import Any

from airflow.sdk import DAG, AsyncCallback, CronTriggerTimetable, DeadlineAlert, DeadlineReference, Param
from dsf_dataset import Dataset

from . import tasks
from .alerts import callbacks
from .follow import FollowOperator
from .receipt import ReceiptOperator
from .settings import Settings
from .spark_checks import SparkChecks

RETRIES = 3
_TIMEOUTS = {
    "health": timedelta(minutes=2),
    "start_run": timedelta(minutes=2),
    "receipt": timedelta(minutes=30),
    "spark_checks": timedelta(minutes=15),
    "audit": timedelta(minutes=30),
    "anomalies": timedelta(minutes=5),
    "summary": timedelta(minutes=2),
    "follow": timedelta(minutes=2),
}


def dag_of(dataset: Dataset, settings: Settings) -> DAG:
    source = settings.sources.get(dataset.name) or dataset.source_url
    with DAG(
        dag_id=dag_id_of(dataset.name),
        dag_display_name=dataset.title,
        description=f"Imports {dataset.name}, waits until all stages have it, and checks it.",
        doc_md=_documentation(dataset, source),
        tags=["dsf"],
        # without a source there is nothing to import by the clock
        schedule=CronTriggerTimetable(settings.schedule, timezone="UTC")
        if settings.schedule and source
        else None,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=2 * settings.deadline,
        default_args=defaults_of(dataset.name, settings),
        params={
            "source": Param(settings.sources.get(dataset.name), type=["null", "string"], description="URL"),
            "force": Param(False, type="boolean", description="read the file although it did not change"),
            "run": Param(
                None, type=["null", "string"], description="one that is there, in place of a new one"
            ),
        },
        on_failure_callback=partial(callbacks.dag_failed, dataset.name),
        deadline=_deadline(dataset.name, settings),
        # by itself Airflow would take one that broke off in the middle, too
        auto_register=False,
    ) as dag:
        _wire(dataset)
    return dag


def dag_id_of(dataset: str) -> str:
    return f"dsf_{dataset.replace('-', '_')}"


def _wire(dataset: Dataset) -> None:
    name = dataset.name
    started = _timed(tasks.start_run)(name)
    receipt = ReceiptOperator(task_id="receipt", dataset=name, execution_timeout=_TIMEOUTS["receipt"])
    progress = SparkChecks(
        task_id="spark_checks",
        dataset=name,
        has_trends=dataset.trends is not None,
        receipt=receipt.output,
        execution_timeout=_TIMEOUTS["spark_checks"],
    )
    audited = _timed(tasks.audit)(name, receipt.output)
    findings = _timed(tasks.anomalies)(name, receipt.output, audited)
    told = partial(callbacks.succeeded, name)
    last = _timed(tasks.summary, on_success_callback=told)(receipt.output, progress.output, audited, findings)
    following = FollowOperator(
        task_id="follow",
        dataset=name,
        trigger_dag_id=dag_id_of(name),
        execution_timeout=_TIMEOUTS["follow"],
    )
    # two ends: what runs in any case decides nothing about the DAG run, as long as the summary stands beside it
    _timed(tasks.health)(name) >> started >> receipt >> progress >> audited >> findings >> [last, following]


def _timed(task: Any, **more: Any) -> Any:
    return task.override(execution_timeout=_TIMEOUTS[task.function.__name__], **more)


def defaults_of(dataset: str, settings: Settings) -> dict[str, Any]:
    reason = partial(callbacks.say_reason, dataset)
    return {
        "retries": RETRIES,
        "retry_delay": settings.retry_delay,
        "retry_exponential_backoff": 2.0,
        "on_retry_callback": [reason],
        "on_failure_callback": [partial(callbacks.task_failed, dataset), reason],
    }


def _deadline(dataset: str, settings: Settings) -> DeadlineAlert:
    minutes = settings.deadline.total_seconds() / 60
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=settings.deadline,
        callback=AsyncCallback(callbacks.late, kwargs={"dataset": dataset, "minutes": minutes}),
        name=f"{dataset} is late",
    )


def _documentation(dataset: Dataset, source: str | None) -> str:
    return (
        f"{dataset.title}, version {dataset.version}. Source: {source or 'given with each run'}.\n\n"
        "A run of this DAG is one run of the pipeline: its key is `<dag_id>/<run_id>`, so trying again, or clearing a task, "
        "starts no second import. A run that asks for the next one, as those of a pattern do, is followed by a DAG run of that: "
        "`follow__<its id>`. See docs/airflow.md."
    )
