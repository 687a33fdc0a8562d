"""
The rules of alerts are such that Prometheus takes them, and fire when they should: `alerts.py <promtool> <manifests> <tests>`.

An operator hands the `spec` of a PrometheusRule to Prometheus as it is, so promtool gets the same.
"""

import subprocess
import sys
from pathlib import Path
from shutil import copy

import yaml


def check(promtool: str, manifests: Path, tests: Path) -> int:
    rules = [
        one["spec"] for one in yaml.safe_load_all(manifests.read_text()) if one["kind"] == "PrometheusRule"
    ]
    if len(rules) != 1:
        print(f"{manifests} has {len(rules)} PrometheusRules, expected one")
        return 1
    # where the tests name it, beside them
    file = manifests.with_name("alerts.rules.yaml")
    file.write_text(yaml.safe_dump(rules[0]))
    beside = copy(tests, manifests.parent)
    for command in (["check", "rules", str(file)], ["test", "rules", beside]):
        done = subprocess.run([promtool, *command], text=True, capture_output=True, check=False)
        if done.returncode != 0:
            print(done.stdout, done.stderr, sep="\n")
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(check(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
