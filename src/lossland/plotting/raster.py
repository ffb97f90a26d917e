"""Pictures of more branches than a plotting library can draw one by one."""

import numpy as np
from numba import float64, int64, uint8, void

from lossland._kernel import kernel
from lossland.errors import InputError


@kernel(void(uint8[:, :, ::1], float64, float64, float64, float64, uint8[::1]))
def paint_line(image, x0, y0, x1, y1, colour):
    """Paint a line one pixel wide from (x0, y0) to (x1, y1), in pixels from the upper left corner."""
    height, width = image.shape[0], image.shape[1]
    n_steps = int64(max(abs(x1 - x0), abs(y1 - y0))) + 1
    for step in range(n_steps + 1):
        share = step / n_steps
        # the lower and right edges of the picture belong to its last pixels
        row = min(int64(y0 + share * (y1 - y0)), height - 1)
        column = min(int64(x0 + share * (x1 - x0)), width - 1)
        for channel in range(4):
            image[row, column, channel] = colour[channel]


@kernel(void(uint8[:, :, ::1], float64[:, :, ::1], int64[::1], uint8[:, ::1]))
def paint_branches(image, points, order, colours):
    """Paint lines through the points (n, k, 2) of each branch in the given order, the last on top."""
    for branch in order:
        for k in range(points.shape[1] - 1):
            a, b = points[branch, k], points[branch, k + 1]
            if a[0] != b[0] or a[1] != b[1]:
                paint_line(image, a[0], a[1], b[0], b[1], colours[branch])


def branch_picture(branches, order, colours, x_range, y_range, shape) -> np.ndarray:
    """Draw branches into a picture with a transparent ground.

    Parameters
    ----------
    branches : ndarray, shape (n, k, 2)
        Points (x, energy) that each branch runs through.
    order : array_like of int, shape (n,)
        In which order they are painted.
    colours : ndarray of uint8, shape (n, 4)
        Red, green, blue and opacity of each.
    x_range, y_range : tuple of float
        What the picture shows; every branch must lie within.
    shape : tuple of int
        Rows and columns of pixels.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 4)
        The highest energy in row 0.

    Raises
    ------
    InputError
        When a point lies outside the picture or is not a number.
    """
    for axis, (low, high) in enumerate((x_range, y_range)):
        values = branches[..., axis]
        if not (values.min(initial=low) >= low and values.max(initial=high) <= high):  # NaN fails too
            raise InputError(f"branches reach from {values.min()} to {values.max()}, the picture from {low} to {high}")
    rows, columns = shape
    points = np.empty(branches.shape)
    points[..., 0] = (branches[..., 0] - x_range[0]) * (columns / (x_range[1] - x_range[0]))
    points[..., 1] = (y_range[1] - branches[..., 1]) * (rows / (y_range[1] - y_range[0]))
    image = np.zeros((rows, columns, 4), dtype=np.uint8)
    paint_branches(image, points, np.array(order, dtype=np.int64), np.array(colours, dtype=np.uint8))
    return image
