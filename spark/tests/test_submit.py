"""A job that is started by spark-submit, with what it says there."""

import os
import subprocess
import sys
from pathlib import Path

import pyspark

_JOB = """
from dsf_spark.session import open_session
spark = open_session("submitted")
print("seen:", spark.sparkContext.master, spark.conf.get("spark.sql.shuffle.partitions"))
spark.stop()
"""


def test_what_spark_submit_says_wins_and_the_rest_is_as_always(tmp_path: Path) -> None:
    job = tmp_path / "job.py"
    job.write_text(_JOB)
    home = Path(pyspark.__file__).parent
    command = [home / "bin/spark-submit", "--master", "local[3]", "--conf", "spark.ui.enabled=false", job]
    env = {
        **os.environ,
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_MASTER": "local[1]",
    }
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert "seen: local[3] 2" in done.stdout, done.stderr
