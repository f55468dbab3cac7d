"""How does a fresh machine get the command? Makes the virtual environment and fills it.

Run by `make` with whatever Python there is, so it must parse on old ones and import only the
standard library.
"""

import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def main(venv: Path, requirements: str) -> int:
    """Make the environment, install pinned packages, then this project; returns the exit code."""
    if sys.version_info < OLDEST:
        return refuse(
            "Python %d.%d or newer is needed, and %s is %s: install one and run "
            "`make PYTHON=python3.11 …`" % (*OLDEST, sys.executable, sys.version.split()[0])
        )
    python = venv / "bin" / "python"
    # An interrupted earlier run may have left an environment without pip.
    if not (venv / "bin" / "pip").exists() and not make_environment(venv):
        return 1
    print("installing Python packages into", venv, file=sys.stderr)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = (
        [*pip, "--require-hashes", "--requirement", requirements],
        [*pip, "--no-deps", "--no-build-isolation", "--editable", "."],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode != 0:
            return refuse("the packages could not be installed (see above); run make again")
    # make compares times: the command must be newer than what it was made from.
    (venv / "bin" / "claude-otel").touch()
    return 0


def make_environment(venv: Path) -> bool:
    """Make the virtual environment; says what is missing when it cannot be made."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode == 0:
        return True
    refuse(
        "no virtual environment could be made with %s: install its venv module "
        "(Debian and Ubuntu: apt install python3-venv) and run make again" % sys.executable
    )
    return False


def refuse(sentence: str) -> int:
    """Print one plain sentence; returns the exit code for it."""
    print("error:", sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
