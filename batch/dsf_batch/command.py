"""A batch command: arguments in, tables for people on stdout, and one line of JSON as the last one."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from dsf_dataset import Dataset, DefinitionError, load_datasets


class NotNow(Exception):
    """The command cannot be done now: a server is away, a run is not over, a variable is missing."""


class OutOfTime(NotNow):
    """It is not done, and its time is over. What it has learned is kept: the next one goes on from there."""


Answer = tuple[dict[str, Any], int]
"""The last line, and the exit code."""


def run_command(parser: argparse.ArgumentParser, work: Callable[..., Answer], args: Sequence[str]) -> int:
    """Exit code 2 when the command cannot be used so, or cannot be done now; else what `work` says."""
    parser.add_argument("--dataset", required=True, help="name of the dataset")
    parser.add_argument("--run", required=True, help="id of a finished run")
    try:
        answer, code = work(**vars(parser.parse_args(args)))
    except NotNow as reason:
        print(f"{parser.prog}: {reason}", file=sys.stderr)
        return 2
    print(json.dumps(answer, ensure_ascii=False))
    return code


def named_dataset(datasets_dir: str, name: str) -> Dataset:
    try:
        datasets = load_datasets(datasets_dir)
    except DefinitionError as error:
        raise NotNow(str(error)) from error
    for refused in datasets.refused:
        if refused.name == name and name not in datasets:
            raise NotNow(f"the definition in {refused.folder} cannot be used: {'; '.join(refused.problems)}")
    if name not in datasets:
        raise NotNow(f'no dataset is named "{name}"; known are {", ".join(datasets)}')
    return datasets[name]
