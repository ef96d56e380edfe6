"""Foreign files are read by a process of their own, which has little and reaches less.

It gets no setting of ours, no network and no other program; 512 MB beyond its libraries
and 20 s of processor time for a small file, and more only in step with a file's size:
a bomb is small. `xunge load` and uploads both read through here.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from api.security.confine import Limits
from geo import errors
from geo.errors import BadInput, BadLayer
from geo.reading import Layer, Source

_MB = 2**20
_LEAST_MEMORY, _LEAST_CPU_S = 512 * _MB, 20
# GeoJSON of 35 MB took 800 MB of addresses, and 530 MB of memory, as shapes.
_MEMORY_PER_BYTE, _CPU_S_PER_MB = 32, 2
# For a busy machine or a slow disk; beyond that it waits for what never comes.
_WALL_PER_CPU, _LEAST_WALL_S = 6, 30
_KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "HOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PROJ_DATA",
    "GDAL_DATA",
    "TMPDIR",
)
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "PROJ_NETWORK": "OFF",
    "GDAL_DRIVER_PATH": "disable",
}


def limits_for(size: int) -> Limits:
    """Return what reading a file of so many bytes may take."""
    return Limits(
        memory=max(_LEAST_MEMORY, _MEMORY_PER_BYTE * size),
        cpu_s=max(_LEAST_CPU_S, _CPU_S_PER_MB * size // _MB),
    )


def read_apart(path: str | Path, **how: Any) -> Layer:
    """Read a layer as `geo.reading.read_layer` does, in a confined process.

    Parameters
    ----------
    path : str or Path
    **how
        What `read_layer` takes, but for ``to_crs``.

    Raises
    ------
    BadInput
        As `read_layer` does; and, in one line too, if the limits do not suffice.
    """
    file = Path(path).absolute()
    limits = limits_for(file.stat().st_size if file.is_file() else 0)
    with tempfile.TemporaryDirectory(prefix="xunge-read-") as folder:
        rows = Path(folder) / "rows.parquet"
        asked = {
            "path": str(file),
            "into": str(rows),
            "how": how,
            "limits": vars(limits),
        }
        told = _ask(asked, file.name, limits)
        if "error" in told:
            raise _error_of(told, file.name, limits)
        frame = gpd.read_parquet(rows)
    return Layer(frame, told["kind"], Source(**told["source"]), tuple(told["notes"]))


def _ask(asked: Mapping[str, Any], name: str, limits: Limits) -> dict[str, Any]:
    kept = {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "api.services.layers.loading.reader"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd="/",
            env=kept | _ONE_THREAD,
            timeout=_LEAST_WALL_S + _WALL_PER_CPU * limits.cpu_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadLayer(f"{name}: its reading does not come to an end") from error
    if done.returncode == 0:
        told: dict[str, Any] = json.loads(done.stdout)
        return told
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"error": "cpu"}
    # A library that is refused memory does not always say so before it falls.
    fell = done.returncode in (-signal.SIGSEGV, -signal.SIGABRT)
    return {"error": "memory" if fell or "MemoryError" in done.stderr else "broken"}


def _error_of(told: Mapping[str, str], name: str, limits: Limits) -> BadInput:
    kind = told["error"]
    if kind == "cpu":
        return BadLayer(
            f"{name}: reading it takes more than {limits.cpu_s} s of processor time; "
            "it is too intricate for its size"
        )
    if kind == "memory":
        return BadLayer(
            f"{name}: reading it takes more than {limits.memory // _MB} MB; "
            "it is too large inside for its size, split it"
        )
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, BadInput):
        return found(told["message"])
    return BadLayer(f"{name}: it cannot be read; save it anew and try again")
