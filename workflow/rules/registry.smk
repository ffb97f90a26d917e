# How the file of a study says which tables, figures and claims it has; rules/comparison.smk makes them.

# {<study>/<table>: {"published": table of config/published or None, "rows": [(label, landscape)]}}; a label is
# {column: value} and finds the published row
TABLES_BESIDE_PAPER = {}
# {<study>/<figure>: {"panels": {landscape: title}, "colour": column of minima.csv, "graph" and "options": how to draw}}
PANELS = {}
# {path under results/: (table of published numbers of minima and transition states, {column: value} of the row there)}
PUBLISHED_COUNTS = {}


def add_table(study, table, published, rows):
    """Promise results/<study>/<table>.csv: landscapes, all draws of each, beside the published numbers."""
    TABLES_BESIDE_PAPER[f"{study}/{table}"] = {"published": published, "rows": rows}
    STUDY_TABLES[study].append(f"results/{study}/{table}.csv")
    for label, name in rows if published else ():
        PUBLISHED_COUNTS[f"{study}/{name}"] = (published, label)


def add_figure(study, figure, panels, colour, graph=None, **options):
    """Promise figures/<study>/<figure>.{pdf,png}: disconnectivity graphs of the first draws of some landscapes.

    Panels are {landscape: title}; ``graph`` holds options of the graphs, the others are of their drawing.
    """
    PANELS[f"{study}/{figure}"] = {"panels": panels, "colour": colour, "graph": graph or {}, "options": options}
    STUDY_FIGURES[study].append(f"figures/{study}/{figure}.png")


def add_claim(study, claim, quantity, expected, measure, landscapes, **more):
    """Promise a line of results/<study>/claims.csv: the effect that a claim of the paper is about, over all draws.

    Measures: the ``mean`` of a quantity; its ``paired`` difference between two landscapes whose draws have the same data,
    or between two quantities of one (``minus``); the ``difference`` of two landscapes of independent data; the
    ``trend``, the slope over landscapes ``at`` so many units. With ``log``, of the natural logarithm.
    """
    entry = {"claim": claim, "quantity": quantity, "expected": expected, "measure": measure, "landscapes": landscapes}
    STUDY_CLAIMS[study].append(entry | more)
