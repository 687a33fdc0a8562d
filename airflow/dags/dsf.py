"""One DAG for each dataset of DATASETS_DIR. One whose definition cannot be used has a DAG that says so, so that its hour is not missed in silence."""

from dsf_airflow.all_dags import dags_of
from dsf_airflow.settings import read_settings
from dsf_dataset import load_datasets

settings = read_settings()
globals().update(dags_of(load_datasets(settings.datasets_dir), settings))
