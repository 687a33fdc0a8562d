"""Streaming 2: the enriched records of each dataset, as windows of event time in the lake. See docs/spark.md."""

from dsf_spark.supervisor import run_job
from dsf_spark.trends_flow import TrendsFlow

if __name__ == "__main__":
    run_job("trends", TrendsFlow)
