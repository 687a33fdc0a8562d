"""One DAG run for each file of a pattern: each run of the pipeline that asked for the next one is followed by a DAG run of that."""

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import AirflowSkipException

from .runs import look_up, named_run
from .settings import read_settings


class FollowOperator(TriggerDagRunOperator):
    """
    Triggers the DAG run of the `next` run, whatever became of the tasks before it: what fails behind its last row is followed too.
    @throws AirflowSkipException when nothing follows, or it is followed already; StageFailure when the ingestor does not say
    """

    def __init__(self, *, dataset: str, **kwargs: Any) -> None:
        super().__init__(**kwargs, logical_date=None, skip_when_already_exists=True, trigger_rule="all_done")
        self.dataset = dataset

    def execute(self, context: Any) -> None:
        run_id = named_run(context) or _started(context)
        if run_id is None:
            raise AirflowSkipException("no run started")
        following = look_up(read_settings().ingestor, self.dataset, run_id).get("next")
        if following is None:
            raise AirflowSkipException(f"run {run_id} has asked for no other one")
        self.log.info("run %s asked for run %s, which reads the next file", run_id, following)
        # its name follows from the run, so that it is there once, however often this is tried
        self.trigger_run_id = f"follow__{following}"
        self.conf = {"run": following}
        super().execute(context)


def _started(context: Any) -> str | None:
    started = context["ti"].xcom_pull(task_ids="start_run")
    return started and started["runId"]
