"""Fit the weights of a workload to observed patrol minutes.

Non-negative least squares, because no household takes time away; the interval of each
weight comes from fitting again on observations drawn anew (bootstrap), so it holds
without assuming that errors are normal.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from planning.errors import BadWeights
from planning.graphs.contact import FloatArray

# Of the largest value of a column: less is rounding.
_APART = 1e-9


@dataclass(frozen=True)
class WorkloadFit:
    """Fitted minutes per day of one of each term.

    Attributes
    ----------
    terms : tuple of str
    minutes : ndarray of float64, shape (n_terms,)
    low, high : ndarray of float64, shape (n_terms,)
        The 95 % interval.
    explained : float
        Share of the variance of the observed minutes that the fit explains.
    residual_min : float
        Root mean square of what it does not, minutes.
    observations : int
    """

    terms: tuple[str, ...]
    minutes: FloatArray
    low: FloatArray
    high: FloatArray
    explained: float
    residual_min: float
    observations: int


def fit_workload(
    terms: tuple[str, ...],
    counts: FloatArray,
    minutes: FloatArray,
    rng: np.random.Generator,
    draws: int = 1000,
) -> WorkloadFit:
    """Return the weights that explain observed minutes best.

    Parameters
    ----------
    terms : tuple of str
    counts : ndarray of float64, shape (n, n_terms)
        What each observed grid holds of each term.
    minutes : ndarray of float64, shape (n,)
        Observed patrol minutes per day.
    rng : Generator
        For the bootstrap.
    draws : int
        How often to draw anew.

    Raises
    ------
    BadWeights
        If a number is missing or negative, nobody walked, there are not more rows than
        terms, or the rows cannot tell a term from the others.
    """
    if not (np.isfinite(counts).all() and np.isfinite(minutes).all()):
        raise BadWeights("observed rows hold something that is no number")
    if (counts < 0).any() or (minutes < 0).any():
        raise BadWeights("observed rows hold a negative number")
    if len(minutes) <= len(terms):
        raise BadWeights(
            f"{len(minutes)} observed rows cannot tell {len(terms)} terms apart; "
            f"give at least {len(terms) + 1}"
        )
    if not minutes.any():
        raise BadWeights(
            "observed minutes are 0 in every row, so nothing can be said of any weight"
        )
    # Columns of unlike size would let the solver stop early on the small ones.
    scale = np.maximum(np.abs(counts).max(axis=0), 1e-12)
    scaled = counts / scale
    _require_apart(terms, scaled)
    best = nnls(scaled, minutes)[0] / scale
    rows = rng.integers(0, len(minutes), (draws, len(minutes)))
    drawn = np.array([nnls(scaled[own], minutes[own])[0] for own in rows]) / scale
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    rest = minutes - counts @ best
    spread = float(((minutes - minutes.mean()) ** 2).sum())
    return WorkloadFit(
        terms,
        best,
        low,
        high,
        1.0 - float((rest**2).sum()) / spread if spread > 0 else 0.0,
        float(np.sqrt((rest**2).mean())),
        len(minutes),
    )


def _require_apart(terms: tuple[str, ...], scaled: FloatArray) -> None:
    """Raise if a column is nothing, or a sum of multiples of those before it."""
    for last, name in enumerate(terms):
        column, before = scaled[:, last], scaled[:, :last]
        if not column.any():
            raise BadWeights(
                f"{name} is 0 in every observed row, so nothing can be said of its "
                "weight; leave it out"
            )
        if not last:
            continue
        share = np.linalg.lstsq(before, column, rcond=None)[0]
        if np.abs(before @ share - column).max() > _APART:
            continue
        like = [terms[i] for i in np.flatnonzero(np.abs(share) > _APART)]
        raise BadWeights(
            f"{name} cannot be told from {' and '.join(like)}: in every observed row "
            "it is the same multiple; leave one of them out"
        )
