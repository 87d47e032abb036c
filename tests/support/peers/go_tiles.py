"""Go's own `sumdb/note` and `sumdb/tlog`, from the Go distribution, in a small program that reads a log's tiles."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("tiles.go")
_PACKAGES = ("crypto/ed25519", "mod/internal/lazyregexp", "mod/sumdb/note", "mod/sumdb/tlog")


def build(folder: Path) -> Path:
    """Return the program. Skips the test where Go is not installed or brings its packages elsewhere."""
    if shutil.which("go") is None:
        pytest.skip("go is not installed (golang-go): its sumdb/note and sumdb/tlog cannot read the tiles")
    root = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    brought = Path(root, "src/cmd/vendor/golang.org/x")
    if not (brought / "mod/sumdb/tlog").is_dir():
        pytest.skip(f"this Go brings no sumdb/tlog under {brought}")
    packages = [package for package in _PACKAGES if (brought / package).is_dir()]
    for package in packages:
        shutil.copytree(brought / package, folder / "vendor/golang.org/x" / package)
    modules = sorted({package.split("/")[0] for package in packages})
    required = "".join(f"require golang.org/x/{module} v0.0.0\n" for module in modules)
    (folder / "go.mod").write_text(f"module peer\n\ngo 1.17\n\n{required}")
    listed = ""
    for module in modules:
        listed += f"# golang.org/x/{module} v0.0.0\n## explicit\n"
        listed += "".join(f"golang.org/x/{package}\n" for package in packages if package.startswith(f"{module}/"))
    (folder / "vendor/modules.txt").write_text(listed)
    shutil.copy(SOURCE, folder / "main.go")
    program = folder / "peer"
    subprocess.run(["go", "build", "-mod=vendor", "-o", program, "."], cwd=folder, check=True, timeout=300)
    return program
