"""A batch command: arguments in, tables for people on stdout, and one line of JSON as the last one."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any


class NotNow(Exception):
    """The command cannot be done now: a server is away, a run is not over, a variable is missing."""


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
