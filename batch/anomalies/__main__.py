"""What is odd about a finished run. Exit code 0 with or without findings, 2 when it cannot be told now."""

import argparse
import sys
from dataclasses import asdict

from dsf_batch.command import Answer, NotNow, named_dataset, run_command
from dsf_batch.settings import read_index_settings

from .evaluate import evaluate
from .history import History


def main(args: list[str]) -> int:
    return run_command(argparse.ArgumentParser(prog="anomalies", description=__doc__), _work, args)


def _work(dataset: str, run: str) -> Answer:
    index, datasets_dir = read_index_settings()
    definition = named_dataset(datasets_dir, dataset)
    history = History(index)
    document = history.run(definition, run)
    if since := document.get("unchanged_since"):
        raise NotNow(f"run {run} read no rows: nothing is new since run {since}")
    facts, *before = history.facts([document, *history.before(definition, document)])
    findings = evaluate(definition, facts, before)
    for finding in findings:
        print(finding.sentence)
    return {"dataset": dataset, "run": run, "findings": [asdict(finding) for finding in findings]}, 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
