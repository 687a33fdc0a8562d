"""An Airflow of these tests' own: nothing of the user's is read or written."""

import os
import tempfile
from pathlib import Path

_HOME = tempfile.mkdtemp(prefix="dsf-airflow-")
_ROOT = Path(__file__).resolve().parents[2]

# before airflow is imported, because it reads its configuration then
for _name in [name for name in os.environ if name.startswith(("AIRFLOW", "DSF_", "KAFKA", "S3_"))]:
    del os.environ[_name]
os.environ.update(
    AIRFLOW_HOME=_HOME,
    AIRFLOW__API__BASE_URL="http://airflow.example.org",
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    DATASETS_DIR=str(_ROOT / "datasets"),
    DSF_BATCH_COMMAND="python3 -m",
    DSF_HEALTH_URLS="ingestor=http://127.0.0.1:1,csv-profile=http://127.0.0.1:2,trends=http://127.0.0.1:3",
    DSF_INGESTOR_URL="http://127.0.0.1:1",
)
