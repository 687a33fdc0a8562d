"""Streaming 1: the processed CSV of each dataset, as quality profiles on `<dataset>.profile`. See docs/spark.md."""

from dsf_spark.profile_flow import ProfileFlow
from dsf_spark.supervisor import run_job

if __name__ == "__main__":
    run_job("csv_profile", ProfileFlow)
