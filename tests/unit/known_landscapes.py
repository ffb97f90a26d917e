"""Landscapes whose content is known, for the tests of what holds, writes and checks them."""

import itertools

import h5py
import numpy as np
from known_surfaces import double_wells as wells

from lossland._seal import seal
from lossland.landscape import Landscape
from lossland.landscape_file import FileContents, content_digest, read_contents, write_contents
from lossland.minimise import minimise
from lossland.objectives.mlp import mlp_cross_entropy
from lossland.saddle import SaddleOptions, climb, fall
from lossland.status import StationaryPoint, Status


def stationary_point(objective, x, **changes):
    """The stationary point at ``x``, said to have converged."""
    x = np.array(x, dtype=float)
    energy, gradient = objective.energy_gradient(x)
    fields = {
        "x": x,
        "energy": energy,
        "rms_gradient": float(np.sqrt(np.mean(gradient**2))),
        "eigenvalues": np.linalg.eigvalsh(objective.hessian_matrix(x)),
        "status": Status.CONVERGED,
        "n_evaluations": 1,
        "n_hessians": 1,
        "n_iterations": 0,
    }
    return StationaryPoint(**{**fields, **changes})


def wells_landscape(stiffness=(1.0, 2.0, 3.5), order=None, **settings):
    """All minima (+-1, ..., +-1) and all transition states (one entry 0) of a sum of double wells, in a given order."""
    objective = wells(stiffness)
    landscape = Landscape(objective, **settings)
    corners = list(itertools.product((-1.0, 1.0), repeat=len(stiffness)))
    if order is not None:
        corners = [corners[i] for i in order]
    rows = {corner: landscape.add_minimum(stationary_point(objective, corner))[0] for corner in corners}
    for corner in corners:
        for i in np.flatnonzero(np.array(corner) > 0.0):
            other, saddle = list(corner), list(corner)
            other[i], saddle[i] = -1.0, 0.0
            landscape.add_transition_state(stationary_point(objective, saddle), rows[corner], rows[tuple(other)])
    landscape.search.update(n_searches=20, n_evaluations=1000, coverage_minima=0.5, stop_reason="budget")
    return landscape


def synthetic_stationary_points(n_minima, n_transition_states, seed=0):
    """Return energies of minima (ascending), energies of transition states (ascending) and their ends, all made up.

    Every minimum is joined to one of lower energy not far from it, so that there are funnels within funnels; all
    further transition states join minima at random, one in ten a minimum to itself.
    """
    rng = np.random.default_rng(seed)
    minima = np.sort(rng.gamma(4.0, 0.25, n_minima))
    upper = np.arange(1, n_minima)
    tree = np.column_stack([(upper * rng.beta(4.0, 1.0, upper.size)).astype(np.int64), upper])
    free = rng.integers(0, n_minima, (n_transition_states - upper.size, 2))
    free[::10, 1] = free[::10, 0]
    ends = np.concatenate([tree, free])
    heights = np.concatenate([rng.exponential(0.1, upper.size), rng.exponential(1.0, len(free))])
    barriers = minima[ends].max(axis=1) + heights
    order = np.argsort(barriers, kind="stable")
    return minima, barriers[order], ends[order]


def synthetic_contents(objective, n_minima, n_transition_states, seed=0):
    """Return the contents of a landscape file of that many made-up stationary points of a network's loss."""
    rng = np.random.default_rng([seed, 1])
    minima, barriers, ends = synthetic_stationary_points(n_minima, n_transition_states, seed)
    tables = []
    for energy, curvature in ((minima, "smallest_eigenvalue"), (barriers, "negative_eigenvalue")):
        n = energy.size
        table = {"x": rng.standard_normal((n, objective.n_variables)), "energy": energy}
        table |= {"rms_gradient": np.full(n, 1e-12), "log_det_hessian": rng.normal(-100.0, 10.0, n)}
        table[curvature] = (1.0 if curvature.startswith("s") else -1.0) * rng.gamma(2.0, 1e-3, n)
        hits = rng.geometric(0.2, n)
        tables.append(table | {"hits": hits, "survey_hits": hits // 2})
    tables[1]["minima"] = np.sort(ends, axis=1)
    landscape = Landscape(objective)
    return FileContents(
        kind=objective.kind,
        objective_attributes=objective.attributes,
        objective_arrays=objective.arrays,
        minima=tables[0],
        transition_states=tables[1],
        search=landscape.search,
        growth=landscape.growth,
        seed=seed,
        config=landscape.config,
        dataset_sha256="",
    )


def network_landscape():
    """Some minima of a small network, and the transition states next to them."""
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(60, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1.0)
    objective = mlp_cross_entropy([2, 3, 3], inputs, labels, 3e-3)
    landscape, options = Landscape(objective, rms_tolerance=1e-10), SaddleOptions()
    options = options._replace(descent=options.descent._replace(max_iterations=5000))
    for _ in range(4):
        point = minimise(objective, objective.random_start(rng))
        if point.converged:
            landscape.add_minimum(point)
    for x in landscape.minima.x.copy():
        modes = np.linalg.eigh(objective.hessian_matrix(x))[1]
        for k in range(5):
            point, mode = climb(objective, x + 0.1 * modes[:, k], modes[:, k])
            if point.converged:
                ends = fall(objective, point, mode, options)
                if all(end.converged for end in ends):
                    landscape.add_transition_state(point, *(landscape.add_minimum(end)[0] for end in ends))
    return landscape


def saddle_of_index_two(objective, x):
    """Climb the two lowest modes of a network's loss and descend all others, from ``x`` to a stationary point."""
    for _ in range(300):
        gradient = objective.energy_gradient(x)[1]
        values, modes = np.linalg.eigh(objective.hessian_matrix(x))
        step = -(modes.T @ gradient) / np.abs(values)
        real = np.linalg.norm(objective.idle @ modes, axis=0) < 0.5  # along the others there is nothing but a parabola
        step[np.flatnonzero(real)[:2]] *= -1.0
        x = x + modes @ (step * min(1.0, 0.3 / np.linalg.norm(step)))
    point = stationary_point(objective, x)
    assert point.rms_gradient < 1e-12
    assert np.count_nonzero(point.eigenvalues < 0.0) == 2
    return point


def edit(path, change):
    """Change an open file by ``change(file)`` and renew its digests: only what was changed can be objected to."""
    with h5py.File(path, "r+") as file:
        change(file)
        file.attrs["content_sha256"] = content_digest(file)
    with open(path, "r+b") as file:
        seal(file)


def plant(path, change):
    """Rewrite a file with intact digests after ``change(contents)``."""
    contents = read_contents(path)
    change(contents)
    orders = (np.arange(len(table["energy"])) for table in (contents.minima, contents.transition_states))
    write_contents(path, contents, *orders)


def set_entry(table, column, row, value):
    """Return a change of one number, for :func:`plant`."""

    def change(contents):
        getattr(contents, table)[column][row] = value

    return change


def add_state(point, ends):
    """Return a change that adds a transition state where its energy belongs, for :func:`plant`."""

    def change(contents):
        table = contents.transition_states
        row = np.searchsorted(table["energy"], point.energy)
        values = {"x": point.x, "energy": point.energy, "rms_gradient": point.rms_gradient, "minima": ends}
        values |= {"negative_eigenvalue": point.eigenvalues[0], "log_det_hessian": 0.0, "hits": 1, "survey_hits": 0}
        for name, column in table.items():
            table[name] = np.insert(column, row, np.array(values[name], dtype=column.dtype), axis=0)

    return change


def add_copy(table, symmetry, rng):
    """Return a change that puts a copy, moved by the symmetry, before the first row of a table, for :func:`plant`."""

    def change(contents):
        columns = getattr(contents, table)
        for name, column in columns.items():
            columns[name] = np.concatenate([column[:1], column])
        columns["x"][0] = symmetry.random_copy(columns["x"][1], rng)
        if table == "minima":
            contents.transition_states["minima"] += 1

    return change
