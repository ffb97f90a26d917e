"""Panels of a figure show one draw of the data, the same for all: the one in the middle."""

import numpy as np
import pandas as pd
import pytest
from known_landscapes import wells_landscape


@pytest.fixture
def panels(repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    import panels  # the script: a plain function

    return panels


@pytest.mark.parametrize(
    ("numbers", "draw"),
    [
        ([[4, 9, 6]], 2),
        ([[4, 9, 6], [8, 1, 5]], 2),  # 12, 10, 11
        ([[7, 5, 5, 3]], 1),  # the lower one of the middle, and of equal ones the first
        ([[28, 3, 9], [14, 9, 12], [4, 30, 9], [5, 30, 9]], 0),  # 51, 72, 39
        ([[3]], 0),
    ],
)
def test_draw_with_the_median_number_of_minima(panels, numbers, draw):
    assert panels.middle_draw(numbers) == draw


def test_all_panels_show_that_draw_and_say_which(panels, tmp_path, monkeypatch):
    files = {"landscape.h5": [], "minima.csv": []}
    for panel in (1, 2):
        for draw, n_wells in enumerate((3, 1, 2), start=1):
            landscape = wells_landscape(np.arange(1.0, n_wells + 1))
            for name, paths in files.items():
                paths.append(str(tmp_path / f"{panel}-{draw}-{name}"))
            landscape.write(files["landscape.h5"][-1])
            auc = panel / 10 + np.arange(2**n_wells) / 100
            pd.DataFrame({"test_auc": auc}).to_csv(files["minima.csv"][-1], index=False)
    figures = []
    monkeypatch.setattr(panels, "save", lambda figure, path: figures.append(figure))
    both = {"landscapes": files["landscape.h5"], "minima": files["minima.csv"], "path_to_pdf": tmp_path / "figure.pdf"}
    panels.draw_panels(**both, titles=["a", "b"], colour="test_auc", graph={}, options={"centred": True})
    titles = [ax.get_title() for ax in figures[0].axes[:2]]
    assert titles == [
        f"{name}\ndraw 3\nminima: 4\nmean testing AUC: {mean}" for name, mean in (("a", 0.115), ("b", 0.215))
    ]
