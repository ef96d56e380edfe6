"""A server of a demo: a process of its own, reached over HTTP like any other."""

import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

from api.demo.phone import DemoTrouble

_STOP_S = 20
_STEP_S = 1.0


class RunningServer:
    """`xunge serve` as a child process while the ``with`` block lasts.

    Parameters
    ----------
    host : str
    port : int
        0 lets the system choose one.
    log : Path
        Where it writes its records.
    """

    def __init__(self, host: str, port: int, log: Path) -> None:
        self._arguments = ["serve", "--host", host, "--port", str(port)]
        self._log = log
        self.url = ""

    def __enter__(self) -> Self:
        # Told to end, this process leaves by the way out that also ends its child.
        signal.signal(signal.SIGTERM, _leave)
        # A cluster that lies elsewhere leaves nobody else to make the folder.
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            begin = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", *self._arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        # It prints its address once it listens, or ends with a line in its log.
        self.url = self._process.stdout.readline().strip().rstrip("/")
        if not self.url:
            self._process.communicate()
            said = self._log.read_bytes()[begin:].decode(errors="replace").strip()
            last = said.splitlines()[-1] if said else "it said nothing"
            raise DemoTrouble(f"the server did not start: {last}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.communicate(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def wait(self) -> None:
        """Wait until the server ends, or Ctrl-C."""
        # In short steps: METIS puts its own handler of SIGTERM in and ours back in a
        # form that lets a long wait sleep on.
        while self._process.poll() is None:
            try:
                self._process.wait(_STEP_S)
            except subprocess.TimeoutExpired:
                continue
            except KeyboardInterrupt:
                return


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
