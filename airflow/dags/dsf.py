"""One DAG for each dataset of DATASETS_DIR. One whose definition cannot be used has a DAG that says so, so that its hour is not missed in silence."""

import logging

from dsf_airflow.dag import dag_of, refused_dag
from dsf_airflow.settings import read_settings
from dsf_dataset import load_datasets

settings = read_settings()
datasets = load_datasets(settings.datasets_dir)
for dataset in datasets.values():
    globals()[f"dag_{dataset.name}"] = dag_of(dataset, settings)
for refused in datasets.refused:
    logging.getLogger(__name__).error("%s", refused)
    if refused.name not in datasets:
        globals()[f"dag_{refused.name}"] = refused_dag(refused, settings)
