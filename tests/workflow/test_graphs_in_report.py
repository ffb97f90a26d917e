"""Disconnectivity graphs in the report: what stands above and below them."""

from types import SimpleNamespace

import numpy as np
import pytest
from jinja2 import Template


@pytest.mark.parametrize(
    ("kind", "shown", "survey_hits", "coverages", "expected"),
    [
        ("mlp", 12, 7, (1.0, 0.5), "\nminima: 12"),
        ("mlp", 9, 7, (1.0, 0.5), "\nminima: 9 of 12"),
        ("p_spin", 12, 7, (1.0, 0.9499), "\nminima: 12 (coverage 1.000)\ntransition states: 34 (0.949)"),
        ("p_spin", 9, 7, (0.99996, 0.57), "\nminima: 9 of 12 (coverage 0.999)\ntransition states: 34 (0.570)"),
        ("p_spin", 12, 0, (0.0, 0.0), "\nminima: 12 (coverage unknown)\ntransition states: 34 (unknown)"),
    ],
)
def test_titles_of_glasses_say_how_complete_they_are(
    repository, monkeypatch, kind, shown, survey_hits, coverages, expected
):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from _titles import below_title

    search = dict(zip(("coverage_minima", "coverage_transition_states"), coverages, strict=True))
    table = SimpleNamespace(survey_hits=np.array([survey_hits]))
    landscape = SimpleNamespace(
        objective=SimpleNamespace(kind=kind), search=search, minima=table, transition_states=table
    )
    assert below_title(landscape, shown, 12, 34) == expected


@pytest.mark.parametrize(
    ("colour", "options", "energy", "end"),
    [
        ("train_auc", {}, "loss", "Branches are coloured by training AUC."),
        ("test_auc", {"n_columns": 2}, "loss", "Branches are coloured by testing AUC."),
        (None, {"ylabel": "cost"}, "cost", "transition states connect them."),
        (None, {"ylabel": "energy per spin"}, "energy per spin", "transition states connect them."),
    ],
)
def test_caption_says_what_the_energies_and_colours_are(repository, colour, options, energy, end):
    text = (repository / "workflow/report/disconnectivity.rst").read_text()
    caption = Template(text).render(snakemake={"params": {"colour": colour, "options": options}})
    assert f"every branch ends at the {energy} of a minimum" in " ".join(caption.split())
    assert caption.strip().endswith(end)


def test_caption_of_panels_says_what_the_energies_are(repository):
    text = (repository / "workflow/report/panels.rst").read_text()
    for options, energy in (({}, "loss"), ({"ylabel": "energy per spin"}, "energy per spin")):
        caption = Template(text).render(snakemake={"params": {"colour": None, "options": options}})
        assert f"Every branch ends at the {energy} of a minimum" in caption
        assert "coloured" not in caption
