"""
Exit code 0 when Pandas and the stages agree on a finished run, 1 when not, 2 when it cannot be told now, and 3 when its time is
over before it could tell.
"""

import argparse
import math
import sys
from typing import Any

from dsf_batch.command import Answer, named_dataset, run_command
from dsf_batch.settings import read_settings

from .compare import shown, table_of
from .run import Audit, audit_run


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="audit", description=__doc__)
    parser.add_argument("--no-spark", action="store_true", help="leave profile and trends out")
    parser.add_argument("--minutes", type=float, default=math.inf, help="how long it may read; for ever")
    return run_command(parser, _work, args)


def _work(dataset: str, run: str, no_spark: bool, minutes: float) -> Answer:
    settings = read_settings()
    definition = named_dataset(settings.datasets_dir, dataset)
    audit = audit_run(settings, definition, run, spark=not no_spark, seconds=minutes * 60)
    for note in audit.notes:
        print(f"note: {note}")
    if audit.differences:
        print(table_of(audit.differences))
        more = len(audit.differences) - len(shown(audit.differences))
        if more:
            print(f"… and {more} more")
    return _summary(dataset, run, audit), _code(audit)


def _code(audit: Audit) -> int:
    if audit.differences:
        return 1
    return 3 if audit.untold else 0


def _summary(dataset: str, run: str, audit: Audit) -> dict[str, Any]:
    counts = {outcome: audit.outcomes.get(outcome, 0) for outcome in ("clean", "duplicate", "quarantined")}
    return {
        "dataset": dataset,
        "run": run,
        "equal": False if audit.differences else None if audit.untold else True,
        "rows": sum(counts.values()),
        **counts,
        "differences": len(audit.differences),
        "report": audit.report,
        "untold": audit.untold,
        "sentence": _sentence(audit, sum(counts.values())),
    }


def _sentence(audit: Audit, rows: int) -> str:
    if audit.untold and not audit.differences:
        return f"It could not be told in time. Not compared were {audit.untold}. The next audit goes on from there."
    if not audit.differences:
        return f"Pandas and the stages agree on all {rows} rows."
    first = audit.differences[0]
    of = f" of {first.key}" if first.key else ""
    what = f"{first.where}: {first.column}{of} is {first.found}, expected {first.expected}"
    return f"{len(audit.differences)} differences between Pandas and the stages; the first one: {what}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
