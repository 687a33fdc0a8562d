"""The run of the pipeline that belongs to a DAG run."""

from typing import Any

from dsf_client import Api, ApiError, Run, get_run, start_run

from .failure import Failure, FinalFailure, StageFailure

_NEVER_BETTER = {400, 422}
"""The request itself is refused; the same request is refused again."""


def ask_for_run(ingestor: Api, dataset: str, context: Any) -> Run:
    """
    The run that the DAG run names, or else one with `<dag_id>/<run_id>` as key. Asked again it is the same run; one with a key that
    failed before its first row starts again by that.
    @throws StageFailure, or FinalFailure when asking again cannot help
    """
    if named := named_run(context):
        return look_up(ingestor, dataset, named)
    key = f"{context['dag'].dag_id}/{context['run_id']}"
    try:
        params = context["params"]
        return start_run(ingestor, dataset, key, params["source"], force=bool(params.get("force")))
    except ApiError as error:
        raise _refused(dataset, "refused the run", error) from error


def named_run(context: Any) -> str | None:
    """Of a DAG run that follows a run which is there already."""
    return context["params"].get("run")


def look_up(ingestor: Api, dataset: str, run_id: str) -> Run:
    """@throws StageFailure; FinalFailure for the run of another dataset"""
    try:
        run = get_run(ingestor, run_id)
    except ApiError as error:
        raise _refused(dataset, "does not show the run", error) from error
    if run["dataset"] == dataset:
        return run
    raise FinalFailure(Failure(dataset, "ingestor", f"the run {run_id} is one of {run['dataset']}"))


def status_url(ingestor: Api, run: Run) -> str:
    return f"{ingestor.url}{run['statusUrl']}"


def _refused(dataset: str, what: str, error: ApiError) -> StageFailure | FinalFailure:
    if error.status is None:
        return StageFailure(Failure(dataset, "ingestor", str(error), sort="no answer"))
    failure = Failure(dataset, "ingestor", f"{what}: {error}")
    return FinalFailure(failure) if error.status in _NEVER_BETTER else StageFailure(failure)
