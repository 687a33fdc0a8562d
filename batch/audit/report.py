"""The audit as a page: what it found, and how the run's data looks. Pictures are in the page itself."""

import base64
import io
from collections.abc import Sequence
from html import escape

import matplotlib as mpl
import pandas as pd
from dsf_dataset import Dataset, Field
from matplotlib.figure import Figure

from .compare import Difference, shown, table_of
from .decide import Decision
from .own import OUTCOME

mpl.use("agg")
mpl.rcParams.update(
    {"text.parse_math": False, "font.size": 8, "axes.spines.top": False, "axes.spines.right": False}
)
_COLORS = {"clean": "#2a9d8f", "duplicate": "#8d99ae", "quarantined": "#e76f51"}
_ACROSS = 4
_MOST_DRAWN = 60
"""Fields: a picture of thousands would be no picture."""

_STYLE = """
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  p.verdict { padding: .6rem .9rem; border-radius: .4rem; background: #e8f5f2; }
  p.verdict.wrong { background: #fdece7; }
  img { max-width: 100%; height: auto; } small { color: #666; }
  table { border-collapse: collapse; font-size: 13px; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; }
  th { border-bottom: 1px solid #bbb; } td { border-bottom: 1px solid #eee; overflow-wrap: anywhere; }
"""


def report_of(
    dataset: Dataset, run: str, decision: Decision, differences: list[Difference], notes: Sequence[str]
) -> str:
    clean = decision.of("clean")
    parts = [
        f"<h1>{escape(dataset.title)}</h1><small>run {escape(run)}, audited against its landing file</small>",
        _verdict(len(decision.rows), differences),
        *(f"<p><small>{escape(note)}</small></p>" for note in notes),
        _differences(differences),
        "<h2>Rows by outcome</h2>" + _picture(_outcomes(decision), "rows by outcome"),
    ]
    if len(clean):
        parts.append(
            "<h2>Missing values of clean rows</h2>" + _picture(_missing(dataset, clean), "missing values")
        )
        numeric = [
            f for f in dataset.fields if f.type in ("integer", "number") and clean[f.column].notna().any()
        ]
        if numeric:
            parts.append(
                "<h2>Distributions of clean rows</h2>"
                + _picture(_histograms(numeric[:_MOST_DRAWN], clean), "distributions")
            )
    title = escape(f"Audit of {dataset.name}, run {run}")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{"".join(parts)}</body></html>\n'


def _verdict(rows: int, differences: list[Difference]) -> str:
    if not differences:
        return f'<p class="verdict">Pandas and the stages agree on all {rows:,} rows.</p>'
    return f'<p class="verdict wrong">{len(differences):,} differences between Pandas and the stages.</p>'


def _differences(differences: list[Difference]) -> str:
    if not differences:
        return ""
    more = len(differences) - len(shown(differences))
    return (
        "<h2>First differences</h2>"
        + table_of(differences, "html")
        + (f"<p>and {more:,} more</p>" if more > 0 else "")
    )


def _outcomes(decision: Decision) -> Figure:
    counts = decision.rows[OUTCOME].value_counts().reindex(list(_COLORS), fill_value=0)[::-1]
    figure = Figure(figsize=(8, 1.4), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(counts.index, counts.to_numpy(), color=[_COLORS[outcome] for outcome in counts.index])
    axes.bar_label(bars, [f"{count:,}" for count in counts], padding=3)
    axes.margins(x=0.1)
    return figure


def _missing(dataset: Dataset, clean: pd.DataFrame) -> Figure:
    shares = pd.Series({f.name: clean[f.column].isna().mean() for f in dataset.fields[:_MOST_DRAWN]})[::-1]
    figure = Figure(figsize=(8, 0.6 + 0.18 * len(shares)), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(shares.index, shares.to_numpy() * 100, color="#457b9d")
    axes.bar_label(bars, ["" if share == 0 else f"{share:.1%}" for share in shares], padding=3)
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of rows")
    return figure


def _histograms(numeric: list[Field], clean: pd.DataFrame) -> Figure:
    down = -(-len(numeric) // _ACROSS)
    figure = Figure(figsize=(8, 1.5 * down), layout="constrained")
    grid = figure.subplots(down, _ACROSS, squeeze=False).ravel()
    for axes, field in zip(grid, numeric, strict=False):
        axes.hist(clean[field.column].dropna().astype("float64"), bins=30, color="#2a9d8f")
        axes.set_title(f"{field.name} ({field.unit})" if field.unit else field.name, fontsize=8)
    for axes in grid[len(numeric) :]:
        axes.set_visible(False)
    return figure


def _picture(figure: Figure, what: str) -> str:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=130)
    return f'<img alt="{what}" src="data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}">'
