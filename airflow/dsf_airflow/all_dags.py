"""The DAGs of all datasets: what is wrong with one of them costs no other its DAG."""

import logging

from airflow.sdk import DAG
from dsf_dataset import Datasets, Refused

from .dag import dag_of
from .refused import refused_dag
from .settings import Settings

log = logging.getLogger(__name__)


def dags_of(datasets: Datasets, settings: Settings) -> dict[str, DAG]:
    """By id. What is refused is in the log too, as it has no DAG of its own where a dataset or another one has that name."""
    dags: dict[str, DAG] = {}
    refused = list(datasets.refused)
    for dataset in datasets.values():
        try:
            _add(dags, dag_of(dataset, settings))
        except Exception as error:  # whatever it is, it is that dataset's trouble
            problem = f"no DAG can be made of it: {type(error).__name__}: {error}"
            refused.append(Refused(dataset.name, dataset.folder, [problem]))
    for one in refused:
        log.error("%s", one)
        try:
            _add(dags, refused_dag(one, settings))
        except Exception:
            log.exception("no DAG can say that %s is refused", one.folder)
    return dags


def _add(dags: dict[str, DAG], dag: DAG) -> None:
    dags.setdefault(dag.dag_id, dag)
