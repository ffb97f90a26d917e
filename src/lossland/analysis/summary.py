"""One landscape in numbers: what was found, how complete it is, its shape, and how well its minima do."""

import numpy as np
import pandas as pd

from lossland.analysis.funnels import frustration, monotonic_sequence_bottoms
from lossland.analysis.network import largest_component, network_of_minima, network_properties
from lossland.analysis.network_performance import network_performance
from lossland.analysis.random_networks import random_networks, small_world_coefficient
from lossland.analysis.superbasins import barrier_to_global_minimum
from lossland.completeness import chao1, known_coverages
from lossland.datasets.draws import Draw
from lossland.errors import InputError
from lossland.landscape import Landscape

MACRO = "macro"
#: fewer minima have no correlation worth the name
FEWEST_FOR_CORRELATION = 4
#: between these quantiles energies count as the middle
MIDDLE = 0.05, 0.95


def landscape_numbers(landscape: Landscape, kept=None) -> dict:
    """Return counts, completeness and shape of a landscape.

    Parameters
    ----------
    landscape : Landscape
    kept : tuple of ndarray of bool, shapes (n_minima,) and (n_transition_states,), optional
        The stationary points that count; a transition state also needs both its ends. By default all. Coverages,
        connected components and costs are those of the whole landscape.

    Returns
    -------
    dict of str to number
        Variables; counts, with those of transition states that join different minima; coverages and Chao1 bounds;
        connected components; the largest and the median barrier to the global minimum and the range of energies of the
        minima, of all and of the middle of those that are joined to the lowest, in units of the energy; monotonic
        sequence basins, among the joined minima, and frustration (:mod:`lossland.analysis.funnels`); the cost.
        Coverages and Chao1 bounds are NaN where no survey search has arrived at any point of that kind; where there is
        no transition state, as in a sample of minima alone, components and basins are, too.
    """
    search = landscape.search
    minima, states, ends = kept_points(landscape, kept)
    points, tables = (minima["energy"], states["energy"], ends), {"minima": minima, "transition_states": states}
    barriers = barrier_to_global_minimum(*points) - minima["energy"]
    joined = np.isfinite(barriers)
    barriers = barriers[joined & (minima["energy"] > minima["energy"].min())]
    basins = int(np.count_nonzero(joined[monotonic_sequence_bottoms(*points)]))
    sampled = not len(landscape.transition_states.energy)
    return {
        "n_variables": landscape.objective.n_variables,
        "n_minima": len(minima["energy"]),
        "n_transition_states": len(ends),
        "n_transition_states_nondegenerate": int(np.count_nonzero(ends[:, 0] != ends[:, 1])),
        **known_coverages(landscape),
        **{f"chao1_{what}": _chao1(table) for what, table in tables.items()},
        "n_components": np.nan if sampled else landscape.n_components,
        "energy_range": float(np.ptp(minima["energy"])),
        "energy_range:middle 90 % of joined": middle_range(minima["energy"][joined]),
        "barrier_median": float(np.median(barriers)) if barriers.size else np.nan,
        "barrier_max": float(barriers.max()) if barriers.size else np.nan,
        "n_monotonic_sequence_basins": np.nan if sampled else basins,
        "frustration": frustration(*points),
        **{key: search[key] for key in ("n_searches", "n_evaluations")},
    }


def kept_points(landscape: Landscape, kept=None):
    """Return columns of the minima and of the transition states that count, and the ends, numbered among those minima.

    Parameters are those of :func:`landscape_numbers`.

    Raises
    ------
    InputError
        When no minimum is kept.
    """
    minima, states = landscape.minima._asdict(), landscape.transition_states._asdict()
    ends = states.pop("minima").astype(np.int64)
    if kept is None:
        return minima, states, ends
    if not kept[0].any():
        raise InputError(f"none of {kept[0].size} minima is kept")
    of_states = kept[1] & kept[0][ends].all(axis=1)
    number = np.cumsum(kept[0]) - 1
    return (
        {name: column[kept[0]] for name, column in minima.items()},
        {name: column[of_states] for name, column in states.items()},
        number[ends[of_states]],
    )


def _chao1(table):
    if not table["survey_hits"].any():
        return np.nan
    return chao1(table["survey_hits"], table["hits"] - table["survey_hits"]).estimate


def network_numbers(energies, ends, rng: np.random.Generator) -> dict:
    """Return the network of minima in numbers, beside random networks of as many nodes and edges.

    Parameters
    ----------
    energies : ndarray, shape (n,)
        Of the minima.
    ends : ndarray of int, shape (m, 2)
        Rows of the two minima of each transition state.
    rng : numpy.random.Generator
        Draws the random networks, and the minima that paths start from where there are too many.

    Returns
    -------
    dict of str to number
        Edges and mean degree of all; of the largest component, its minima, those that paths were followed from, mean
        shortest path, diameter, clustering and transitivity; mean and longest path to the global minimum
        (:mod:`lossland.analysis.network`); how many random networks, and from how many nodes of each paths were
        followed, the means of their mean path, diameter and clustering, and the small-world coefficient
        (:mod:`lossland.analysis.random_networks`). Up to 100,000 minima (5,000 nodes of a random network) paths start
        from all, otherwise from 10,000 (1,000) that are drawn, and the diameter is a lower bound.
    """
    graph = network_of_minima(len(energies), ends)
    found = network_properties(graph, target=int(np.argmin(energies)), rng=rng)
    largest = largest_component(graph)
    random = random_networks(len(largest), largest.number_of_edges(), rng)
    return {
        "n_network_edges": found.n_edges,
        "mean_degree": found.mean_degree,
        "n_largest_component": found.n_largest,
        "n_path_sources": found.n_sources,
        "mean_shortest_path": found.mean_path,
        "diameter": found.diameter,
        "mean_path_to_global_minimum": found.mean_path_to_target,
        "longest_path_to_global_minimum": found.target_eccentricity,
        "clustering": found.clustering,
        "transitivity": found.transitivity,
        "n_random_networks": random.n_graphs,
        "n_random_path_sources": random.n_sources,
        "random_mean_shortest_path": random.mean_path.mean,
        "random_diameter": random.diameter.mean,
        "random_clustering": random.clustering.mean,
        "small_world": small_world_coefficient(found, random),
    }


def middle_range(energies) -> float:
    """Return the range of the middle nine tenths, from the 5 % to the 95 % quantile; NaN of fewer than two energies.

    The full range of a sample can only grow with its size; this one settles.
    """
    energies = np.asarray(energies, dtype=float)
    return float(np.ptp(np.quantile(energies, MIDDLE))) if energies.size > 1 else np.nan


def merged_by_energy(energies, tolerance: float) -> int:
    """Return how many minima would be taken for others if energies within ``tolerance`` meant the same minimum."""
    energies = np.sort(np.asarray(energies, dtype=float))
    return int(np.count_nonzero(np.diff(energies) <= tolerance))


def performance_of_minima(landscape: Landscape, draw: Draw, target: int | str = 0) -> pd.DataFrame:
    """Measure how well the network of every minimum does on its training and on the testing data.

    Parameters
    ----------
    landscape : Landscape
        Of a network's loss.
    draw : Draw
        The data that it was trained and is tested on.
    target : int or "macro"
        Class of the AUC; "macro": the mean over all classes.

    Returns
    -------
    DataFrame
        One row for each minimum. Losses are per datum and include the regulariser, cross-entropies do not. Labels of
        the training data are those that it was trained on, the wrong ones of its incorrect part included. With
        "macro", ``<part>_auc_0``, ... are those of the single classes; it is NaN where the data lack one.
    """
    minima, layout = landscape.minima, landscape.objective.network
    table = pd.DataFrame({"minimum": np.arange(len(minima.energy)), "hits": minima.hits})
    summed = landscape.objective.attributes["normalisation"] == "sum"
    table["train_loss"] = minima.energy / (len(draw.labels) if summed else 1)
    classes = range(layout.layer_sizes[-1]) if target == MACRO else [target]
    parts = {
        "train": (draw.inputs, draw.labels),
        "test": (draw.test_inputs, draw.test_labels),
        "train_incorrect": (draw.inputs[draw.wrong], draw.labels[draw.wrong]),
        "train_correct": (draw.inputs[~draw.wrong], draw.labels[~draw.wrong]),
    }
    for part, data in parts.items():
        measured = network_performance(layout, minima.x, *data, list(classes))
        if part in ("train", "test"):
            table[f"{part}_cross_entropy"], table[f"{part}_accuracy"] = measured["cross_entropy"], measured["accuracy"]
        table[f"{part}_auc"] = measured["auc"].mean(axis=1)
        if target == MACRO:
            table = table.assign(**{f"{part}_auc_{k}": measured["auc"][:, k] for k in classes})
    table["test_loss"] = table["test_cross_entropy"] + table["train_loss"] - table["train_cross_entropy"]
    return table


def performance_numbers(minima: pd.DataFrame) -> dict:
    """Return how well the networks of all minima do.

    Parameters
    ----------
    minima : DataFrame
        From :func:`performance_of_minima`, the global minimum first.

    Returns
    -------
    dict of str to float
        AUC and loss of the lowest minimum; mean and standard deviation (over the minima at hand: n in the denominator)
        of each AUC that is known; where it is the mean over the classes, the same of class 0 and the standard deviation
        over all classes and minima together; Spearman's rank correlations of the training loss with the training and
        the testing AUC.
    """
    values = {}
    for part in ("train", "train_incorrect", "train_correct", "test"):
        auc = minima[f"{part}_auc"]
        if part in ("train", "test"):
            values |= {f"{part}_gmin_auc": auc[0], f"{part}_gmin_loss": minima[f"{part}_loss"][0]}
        if not auc.notna().any():
            continue
        values |= {f"{part}_auc_mean": auc.mean(), f"{part}_auc_sd": auc.std(ddof=0)}
        classes = minima.filter(regex=rf"^{part}_auc_\d+$")
        if classes.shape[1]:
            first, pooled = classes.iloc[:, 0], np.std(classes.to_numpy())
            values |= {f"{part}_auc_mean:class 0": first.mean(), f"{part}_auc_sd:class 0": first.std(ddof=0)}
            values |= {f"{part}_auc_sd:classes and minima": pooled}
    for part in ("train", "test"):
        values[f"correlation_train_loss_{part}_auc"] = _rank_correlation(minima["train_loss"], minima[f"{part}_auc"])
    return values


def _rank_correlation(x, y):
    """Return Spearman's rank correlation, NaN where there are too few values or all are equal."""
    if len(x) < FEWEST_FOR_CORRELATION or min(x.nunique(), y.nunique()) < 2:
        return np.nan
    return float(x.rank().corr(y.rank()))
