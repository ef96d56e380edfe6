"""What a process that reads foreign files gives up before it opens the first one.

Limits on memory, processor time, files and their size; and, by a filter in the kernel
that cannot be taken off again, every way to the network and to another program.
"""

import ctypes
import platform
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

# Numbers of system calls, from the kernel's tables of each machine.
_MACHINES = {
    "x86_64": (0xC000_003E, {"socket": 41, "connect": 42, "execve": 59}),
    "aarch64": (0xC000_00B7, {"socket": 198, "connect": 203, "execve": 221}),
}
_MORE = {
    "x86_64": {"fork": 57, "vfork": 58, "ptrace": 101, "execveat": 322},
    "aarch64": {"ptrace": 117, "execveat": 281},
}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE_EACCES = 0x7FFF_0000, 0x0005_000D
_NR_AT, _ARCH_AT = 0, 4
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


@dataclass(frozen=True)
class Limits:
    """How much a process may still use.

    Attributes
    ----------
    memory : int
        Bytes beyond what it takes already, its libraries among them.
    cpu_s : int
        Seconds of processor time; a second later the kernel ends it.
    file_bytes : int
        Size of the largest file that it may write.
    """

    memory: int
    cpu_s: int
    file_bytes: int = 2**31
    files: int = 128


def confine(limits: Limits) -> bool:
    """Give up everything beyond `limits`; return whether the filter could be set.

    On a machine whose numbers are not known here the limits hold without the filter.
    """
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    room = pages * resource.getpagesize() + limits.memory
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + 1
    for what, most in (
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    cpu_s = used + limits.cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    return _set_filter()


def _set_filter() -> bool:
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    program = _program(machine)
    steps = len(program) // 8
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, padding, and where the steps are.
    told = struct.pack("HxxxxxxP", steps, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    set_up: int = libc.prctl(_SECCOMP, _FILTER, told, 0, 0)
    return set_up == 0


def _program(machine: str) -> bytes:
    """Return the filter: refuse the named calls, and all of another machine's kind."""
    arch, calls = _MACHINES[machine]
    numbers = sorted({**calls, **_MORE[machine]}.values())
    steps = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _REFUSE_EACCES),
        (_LOAD, 0, 0, _NR_AT),
    ]
    for at, number in enumerate(numbers):
        # To the refusal at the end, past the checks that follow and the permission.
        steps.append((_EQUAL, len(numbers) - at, 0, number))
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE_EACCES)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
