"""One DAG for each dataset of DATASETS_DIR."""

from dsf_airflow.dag import dag_of
from dsf_airflow.settings import read_settings
from dsf_dataset import load_datasets

settings = read_settings()
for dataset in load_datasets(settings.datasets_dir).values():
    globals()[f"dag_{dataset.name}"] = dag_of(dataset, settings)
