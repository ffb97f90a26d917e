"""Make points.csv: three noisy arms of a spiral, the example of a table of one's own."""

from pathlib import Path

import numpy as np

N_POINTS, N_CLASSES, NOISE, SEED = 300, 3, 0.4, 7


def spiral(rng):
    """Return coordinates, shape (N_POINTS, 2), and the arm of each point, shape (N_POINTS,)."""
    arm = rng.integers(N_CLASSES, size=N_POINTS)
    radius = rng.uniform(0.2, 1.0, size=N_POINTS)
    angle = 2 * np.pi * arm / N_CLASSES + 2.0 * radius + NOISE * rng.normal(size=N_POINTS)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), arm


if __name__ == "__main__":
    points, arms = spiral(np.random.default_rng(SEED))
    rows = [f"{x1:.6f},{x2:.6f},{arm}" for (x1, x2), arm in zip(points, arms, strict=True)]
    Path(__file__).with_name("points.csv").write_text("\n".join(["x1,x2,class", *rows]) + "\n")
