"""The run of the pipeline that belongs to a DAG run."""

from typing import Any

from dsf_client import Api, ApiError, Run, start_run

from .failure import Failure, FinalFailure, StageFailure

_NEVER_BETTER = {400, 422}
"""The request itself is refused; the same request is refused again."""


def ask_for_run(ingestor: Api, dataset: str, context: Any) -> Run:
    """
    With `<dag_id>/<run_id>` as key. Asked again it is the same run; one that failed before its first row starts again by that.
    @throws StageFailure, or FinalFailure when asking again cannot help
    """
    key = f"{context['dag'].dag_id}/{context['run_id']}"
    try:
        params = context["params"]
        return start_run(ingestor, dataset, key, params["source"], force=bool(params.get("force")))
    except ApiError as error:
        raise _refused(dataset, error) from error


def status_url(ingestor: Api, run: Run) -> str:
    return f"{ingestor.url}{run['statusUrl']}"


def _refused(dataset: str, error: ApiError) -> StageFailure | FinalFailure:
    if error.status is None:
        return StageFailure(Failure(dataset, "ingestor", str(error), sort="no answer"))
    failure = Failure(dataset, "ingestor", f"refused the run: {error}")
    return FinalFailure(failure) if error.status in _NEVER_BETTER else StageFailure(failure)
