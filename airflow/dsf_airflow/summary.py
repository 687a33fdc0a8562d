"""The last word of a run: its receipt as a table."""

from typing import Any

from dsf_client import why_no_rows

_SEEN = ("read", "clean", "duplicate", "quarantined", "simulated", "enriched")
_DOCUMENTS = ("created", "replaced", "superseded", "repeated", "refused")
_READING_ORDER = (*_SEEN, "processed", "stored", *_DOCUMENTS)


def receipt_table(receipt: dict[str, Any]) -> list[str]:
    counters = receipt.get("counters") or {}
    others = sorted(name for name in counters if name not in _READING_ORDER)
    counted = [(name, str(counters[name])) for name in [*_READING_ORDER, *others] if name in counters]
    name_width = max((len(name) for name, _ in counted), default=0)
    width = max((len(count) for _, count in counted), default=0)
    head = [f"{receipt.get('dataset')}: run {receipt.get('runId')} {receipt.get('state')}"]
    if unchanged := receipt.get("unchanged"):
        head.append(f"  no rows: {why_no_rows(unchanged)}")
    head += [f"  {finding}" for finding in receipt.get("findings", ())]
    return head + [f"  {name.ljust(name_width)}  {count.rjust(width)}" for name, count in counted]


def progress_line(progress: dict[str, Any]) -> str:
    jobs = (
        f"{job} batch {found.get('batch')}, {found.get('dropped', 0)} dropped"
        for job, found in progress.items()
    )
    return f"Spark: {'; '.join(jobs) or 'no job was asked'}"
