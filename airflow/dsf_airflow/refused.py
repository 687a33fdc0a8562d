"""The DAG in the place of a dataset whose definition cannot be used."""

import re
from functools import partial
from hashlib import sha256

from airflow.sdk import DAG, CronTriggerTimetable, literal
from dsf_dataset import Refused

from . import tasks
from .alerts import callbacks
from .dag import dag_id_of, defaults_of
from .settings import Settings

_NAME_OF_A_DATASET = re.compile(r"[a-z][a-z0-9-]{0,62}")


def refused_dag(refused: Refused, settings: Settings) -> DAG:
    """It fails at its time, and tells what is wrong."""
    name = _told_as(refused.name)
    problems = [f"- `{line}`" for line in refused.problems]
    with DAG(
        dag_id=refused_id_of(refused.name),
        description=f"The definition of {name} cannot be used.",
        doc_md=_printable("\n".join([f"{refused.folder}/datapackage.json cannot be used:", "", *problems])),
        tags=["dsf", "refused"],
        schedule=CronTriggerTimetable(settings.schedule, timezone="UTC") if settings.schedule else None,
        catchup=False,
        max_active_runs=1,
        on_failure_callback=partial(callbacks.dag_failed, name),
        auto_register=False,
    ) as dag:
        tasks.definition.override(**{**defaults_of(name, settings), "retries": 0})(
            # data, which is no template
            literal(name),
            literal(_printable(str(refused))),
        )
    return dag


def refused_id_of(folder: str) -> str:
    """
    That of the dataset, where the folder's name could be one's. Any other folder has an id that no dataset has, nor another folder:
    what can be read of its name, and a hash.
    """
    if _NAME_OF_A_DATASET.fullmatch(folder):
        return dag_id_of(folder)
    digest = sha256(folder.encode(errors="surrogateescape")).hexdigest()[:12]
    return f"dsf_refused.{re.sub('[^A-Za-z0-9]+', '_', folder)[:60]}.{digest}"


def _told_as(folder: str) -> str:
    """In alerts. Variables keep them by a name of 250 characters at most, in which a colon ends that of the dataset."""
    return _printable(folder).replace(":", "_")[:100]


def _printable(text: str) -> str:
    """Names of folders may be bytes that are no text, which no database takes."""
    return text.encode(errors="backslashreplace").decode()
