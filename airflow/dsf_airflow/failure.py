"""A failure that names dataset, run, stage and reason, so that whoever is told need not read a stack trace."""

from dataclasses import dataclass

from airflow.sdk.exceptions import AirflowException, AirflowFailException


@dataclass(frozen=True)
class Failure:
    dataset: str
    stage: str
    """The stage, Spark job or batch command at fault; `pipeline` for what more than one stage has to do with."""
    reason: str
    run: str | None = None
    """The runId, once there is one."""
    status_url: str | None = None
    report: str | None = None
    """Where the audit's report lies."""
    sort: str | None = None
    """What makes two failures one cause, where the reason says more than that."""

    @property
    def sentence(self) -> str:
        run = f"run {self.run}" if self.run else "no run started"
        return f"{self.dataset}: {run}, failed at {self.stage}: {self.reason}"


class StageFailure(AirflowException):
    """Tried again, as often as the task says."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class FinalFailure(AirflowFailException):
    """Not tried again: the answer would be the same."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure
