"""Workload from files: weights in TOML, observed minutes in CSV."""

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from api.services.csv_files import read_csv
from geo.errors import BadLayer
from geo.frames import require_columns
from planning.errors import BadWeights
from planning.graphs.contact import FloatArray
from planning.units.fit import WorkloadFit, fit_workload
from planning.units.workload import Weights, parse_weights, workload_terms


def read_weights(path: Path) -> Weights:
    """Read the weights of a workload."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadLayer(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadLayer(
            f"{path.name}: cannot be read as TOML: {error}; a column in Chinese stands "
            'in quotes, as "人口" = 0.05'
        ) from None
    return parse_weights(table)


def fit_files(
    observed: Path,
    terms: tuple[str, ...],
    minutes: str,
    weights: Path | None,
    seed: int,
    out: Path | None,
) -> list[str]:
    """Fit weights to observed minutes; return the lines of a table.

    Raises
    ------
    BadInput
        If a file cannot be read, or its rows cannot be fitted.
    """
    if seed < 0:
        raise BadWeights(f"seed {seed} is negative")
    hand = read_weights(weights) if weights is not None else None
    frame = read_csv(observed)
    require_columns(frame, {minutes: 0, **dict.fromkeys(terms)}, observed.name)
    counts = _counts(frame, terms, hand, observed.name)
    fit = fit_workload(
        tuple(counts.columns),
        counts.to_numpy(np.float64),
        _observed(frame, minutes, observed.name),
        np.random.default_rng(seed),
    )
    set_by_hand = {name: _by_hand(name, hand) for name in fit.terms}
    if out is not None:
        body = {**_plain(fit), "hand_set": set_by_hand, "seed": seed}
        _write(out, orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n")
    return _lines(fit, set_by_hand)


def _observed(frame: pd.DataFrame, column: str, what: str) -> FloatArray:
    """Return observed minutes, a number at or above 0 in every row."""
    terms = workload_terms(frame, Weights({column: 1.0}), what)
    return terms[column].to_numpy(np.float64)


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise BadLayer(f"{path}: cannot be written: {error.strerror}") from None


def _counts(
    frame: pd.DataFrame, terms: tuple[str, ...], hand: Weights | None, what: str
) -> pd.DataFrame:
    if terms:
        return workload_terms(frame, Weights(dict.fromkeys(terms, 1.0)), what)
    if hand is None:
        raise BadWeights("say which columns to weigh: --term COLUMN, or --weights FILE")
    return workload_terms(frame, hand, what)


def _by_hand(name: str, hand: Weights | None) -> float | None:
    if hand is None:
        return None
    if name == "walking" and hand.walking is not None:
        return 1.0
    return hand.minutes.get(name)


def _plain(fit: WorkloadFit) -> dict[str, Any]:
    return {
        key: value.tolist() if isinstance(value, np.ndarray) else value
        for key, value in asdict(fit).items()
    }


def _lines(fit: WorkloadFit, hand: dict[str, float | None]) -> list[str]:
    lines = [f"{'term':<24}{'fitted':>10}{'95 % interval':>22}{'hand-set':>10}"]
    for name, value, low, high in zip(
        fit.terms, fit.minutes, fit.low, fit.high, strict=True
    ):
        own = hand[name]
        shown = "-" if own is None else f"{own:.4g}"
        mark = "" if own is None or low <= own <= high else "  outside"
        interval = f"{low:.4g} .. {high:.4g}"
        lines.append(f"{name:<24}{value:>10.4g}{interval:>22}{shown:>10}{mark}")
    explained = f"{100 * fit.explained:.1f} % of the variance explained"
    if fit.explained <= 0:
        explained = "worse than one number for all: what matters is no term"
    lines.append(
        f"{fit.observations} rows; {explained}, {fit.residual_min:.1f} min left "
        "(root mean square)"
    )
    return lines
