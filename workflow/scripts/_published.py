"""The papers' own numbers."""

import pandas as pd


def published_row(path, label):
    """Return the row of a published table that has these values, {column: value}."""
    table = pd.read_csv(path)
    return table[(table[list(label)] == pd.Series(label)).all(axis=1)].iloc[0]


def published_numbers(path, label):
    """Return the numbers of that row by quantity, what the paper leaves empty left out."""
    return published_row(path, label).drop(list(label)).dropna().astype(float).to_dict()
