"""Reads layers one by one in a confined process and tells what became of each.

The limit on memory is on the address space beyond what the libraries themselves take.
"""

import json
import sys
import time
from pathlib import Path

from api.security.confine import Limits, confine
from geo.errors import XungeError
from geo.reading import read_layer

MOST_BYTES = 512 * 2**20
MOST_CPU_S = 120


def main(folder: Path) -> None:
    confine(Limits(MOST_BYTES, MOST_CPU_S))
    for path in sorted(folder.glob("*/*")):
        began = time.process_time()
        try:
            layer = read_layer(path)
            said = f"READ {len(layer.frame)} rows"
        except XungeError as error:
            said = str(error)
        # Whatever else it raises is what the test looks for.
        except BaseException as error:
            said = f"RAISED {type(error).__name__}: {error}"
        cpu_s = time.process_time() - began
        line = {"file": str(path.relative_to(folder)), "said": said, "cpu_s": cpu_s}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
