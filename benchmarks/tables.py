"""The files of the benchmark: rows that were run replace the old ones of the same work, all others stay."""

import csv
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS, COSTS, GROWTH = "results.csv", "costs.csv", "growth.csv"
DOCUMENT = HERE.parent / "docs" / "engine.md"  # shows the results
COLUMNS = {
    RESULTS: ("work", "peer", "ours", "theirs", "ratio"),
    COSTS: (
        "work",
        "program",
        "found",
        "duplicates",
        "unverified",
        "cpu_seconds",
        "gradients",
        "hessians",
        "gradients_each",
    ),
    GROWTH: ("work", "program", "cpu_seconds", "transition_states"),
}
TABLE_BEGINS, TABLE_ENDS = "<!-- benchmarks/results.csv, by benchmarks/plots.py -->", "<!-- end of that -->"
#: every work, in the order of the files
WORKS = (
    *(f"evaluation_{name}" for name in ("100", "1000", "10000", "100000", "784-10-10", "2-4-4-4-4")),
    *(f"hessian_{name}" for name in ("100", "1000", "10000", "100000", "2-4-4-4-4")),
    *(f"{work}_native" for work in ("evaluation_1000", "evaluation_10000", "hessian_1000")),
    "hessian_in_gradients",
    "minimisation",
    "transition_state",
    "transition_state_unaligned",
    "two_threads",
)


def read(name, folder=HERE):
    """Return the rows of a file as tuples of text; none if there is no file."""
    path = Path(folder) / name
    if not path.exists():
        return []
    with path.open(newline="") as file:
        header, *lines = csv.reader(file)
    if tuple(header) != COLUMNS[name]:
        raise SystemExit(f"{path} has the columns {', '.join(header)}; expected {', '.join(COLUMNS[name])}")
    return [tuple(line) for line in lines]


def replace(name, works, lines, folder=HERE):
    """Write a file anew: rows of ``works`` are dropped, whether or not ``lines`` bring new ones, others kept."""
    rows = [row for row in read(name, folder) if row[0] not in works and row[0] in WORKS]
    rows += [tuple(_text(value) for value in line) for line in lines]
    rows.sort(key=lambda row: WORKS.index(row[0]))  # stable: rows of one work stay as they came
    path = Path(folder) / name
    part = path.with_name(f"{name}.part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[name])
        writer.writerows(rows)
    os.replace(part, path)


def as_markdown(rows):
    """Return rows of ``results.csv`` as a table for documents."""
    head = ("work", "peer", "ours, per CPU-second", "the peer's", "ratio")
    lines = [head, ("---",) * len(head), *((*row[:2], *map(_readable, row[2:])) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def document(path, folder=HERE):
    """Put the table of results between its marks in a document, in place of what is there."""
    before, rest = Path(path).read_text().split(TABLE_BEGINS)
    after = rest.split(TABLE_ENDS)[1]
    Path(path).write_text(f"{before}{TABLE_BEGINS}\n{as_markdown(read(RESULTS, folder))}\n{TABLE_ENDS}{after}")


def _readable(text):
    """Return a number with thousands set off, or with three digits."""
    number = float(text)
    return f"{number:,.0f}" if 1000.0 <= number < float("inf") else f"{number:.3g}"


def _text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
