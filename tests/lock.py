"""Write requirements.lock and requirements-dev.lock: every pin with its hashes, valid on every platform, naming no registry."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = [
    sys.executable,
    *("-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "--no-annotate", "--quiet"),
]


def main() -> None:
    """Compile both files anew."""
    subprocess.run([*COMMAND, "--output-file", "requirements.lock"], cwd=ROOT, check=True)
    subprocess.run(
        [*COMMAND, "--extra", "dev", "--constraint", "requirements.lock", "--output-file", "requirements-dev.lock"],
        cwd=ROOT,
        check=True,
    )


if __name__ == "__main__":
    main()
