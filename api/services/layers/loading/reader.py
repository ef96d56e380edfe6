"""The process that reads one foreign file: started by `apart`, confined, then gone.

It is told by standard input what to read, writes the rows to the file that it is
given, and says by one line of JSON what they are or why there are none.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pyarrow as pa

from api.security.confine import Limits, confine
from geo.errors import XungeError
from geo.reading import read_layer


def main() -> None:
    """Read one file as asked."""
    asked = json.load(sys.stdin)
    # What is loaded on first use is loaded before the door closes.
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    has_filter = confine(Limits(**asked["limits"]))
    answer = _answer(asked) | {"has_filter": has_filter}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        read = read_layer(asked["path"], **asked["how"])
        _writable(read.frame).to_parquet(asked["into"], index=False)
    except XungeError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        return {"error": "memory"}
    return {"kind": read.kind, "source": asdict(read.source), "notes": read.notes}


def _writable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame whose columns are each of one kind: what is mixed becomes text."""
    frame = frame.copy()
    for name in frame.columns:
        if name == frame.geometry.name or frame[name].dtype != object:
            continue
        try:
            pa.array(frame[name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            frame[name] = [None if v is None else str(v) for v in frame[name]]
    return frame


if __name__ == "__main__":
    main()
