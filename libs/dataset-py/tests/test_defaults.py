"""What a run must look like when a definition does not say: libs/dataset/vectors/anomalies.json is the judge."""

import json

from define import VECTORS, definition, load
from dsf_dataset import Anomalies, Bounds

DEFAULTS = json.loads((VECTORS / "anomalies.json").read_text("utf-8"))["defaults"]


def test_the_defaults_are_those_of_the_stages(tmp_path):
    rows, nulls = DEFAULTS["rows"], DEFAULTS["nulls"]
    expected = Anomalies(
        history=DEFAULTS["history"],
        rows=Bounds(rows["minimum"], rows.get("maximum")),
        rows_change=rows["change"],
        quarantined_maximum=DEFAULTS["quarantined"]["maximum"],
        nulls_change=nulls["change"],
        null_shares=nulls["fields"],
        values=DEFAULTS["values"],
    )
    assert load(definition(), tmp_path).anomalies == expected
