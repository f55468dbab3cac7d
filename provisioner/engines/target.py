"""For which operating system and processor is a binary, in Go's words?"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

_GOOS = {"win32": "windows", "cygwin": "windows"}
_GOARCH = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
    "i386": "386",
    "i686": "386",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An operating system and a processor, such as linux and arm64."""

    goos: str
    goarch: str

    def __str__(self) -> str:
        return f"{self.goos}-{self.goarch}"

    def file_name(self, binary: str) -> str:
        """The name of a program's file there."""
        return f"{binary}.exe" if self.goos == "windows" else binary


def host_target() -> Target:
    """The machine this runs on."""
    machine = platform.machine().lower()
    return Target(goos=_GOOS.get(sys.platform, sys.platform), goarch=_GOARCH.get(machine, machine))
