"""Is this machine called what Go calls it?"""

from __future__ import annotations

import platform
import sys

import pytest

from provisioner.engines.target import Target, host_target


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("linux", "x86_64", "linux-amd64"),
        ("linux", "aarch64", "linux-arm64"),
        ("darwin", "arm64", "darwin-arm64"),
        ("win32", "AMD64", "windows-amd64"),
        ("freebsd14", "loongarch64", "freebsd14-loongarch64"),
    ],
)
def test_host_target_uses_the_words_of_go(
    system: str, machine: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert str(host_target()) == expected


def test_programs_have_a_suffix_on_windows_only() -> None:
    names = [Target(goos=goos, goarch="amd64").file_name("loki") for goos in ("windows", "linux")]
    assert names == ["loki.exe", "loki"]
