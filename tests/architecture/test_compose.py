"""What docker-compose.yml and the Dockerfile promise, read without a Docker engine."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.compose import ROOT, TEXT, services, variables

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
FILLED = {name: f"Secret.{number}" for number, name in enumerate(sorted(variables()))}
SERVICES = services(FILLED)
_EXACT = re.compile(r"[\w./-]+:\d+\.\d+(\.\d+)?[\w.-]*")


@cache
def compose() -> list[str] | None:
    """The compose command of this machine, which reads the file without an engine."""
    plugin = ["docker", "compose"]
    if shutil.which("docker") and not subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode:
        return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else None


def config(folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = compose()
    if command is None:
        pytest.skip("neither `docker compose` nor `docker-compose` is on the path")
    shutil.copy(ROOT / "docker-compose.yml", folder)
    return subprocess.run(
        [*command, "--file", folder / "docker-compose.yml", "config"],
        capture_output=True, text=True, check=False, cwd=folder, env={"PATH": os.environ["PATH"], **env},
    )  # fmt: skip


def test_compose_reads_the_file(tmp_path: Path) -> None:
    read = config(tmp_path, FILLED)
    assert read.returncode == 0, read.stderr
    assert all(f"  {name}:" in read.stdout for name in SERVICES)


@pytest.mark.parametrize("missing", sorted(variables() - {"TIDEWAITER_API_TOKEN"}))
@pytest.mark.parametrize("value", [None, ""])
def test_compose_asks_for_each_secret_that_is_missing(tmp_path: Path, missing: str, value: str | None) -> None:
    given = {name: text for name, text in FILLED.items() if name != missing}
    read = config(tmp_path, given if value is None else {**given, missing: value})
    assert read.returncode != 0
    assert missing in read.stderr


def test_no_secret_has_a_default() -> None:
    assert not re.search(r"\$\{\w+:?[-+]", TEXT)
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            if re.search(r"PASSWORD|TOKEN|SECRET|AUTH|_URL$", variable) and variable != "TIDEWAITER_API_URL":
                assert any(secret in value for secret in FILLED.values()), f"{name}: {variable}"


def test_the_example_of_env_names_every_variable_and_fills_in_none() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == {f"{name}=" for name in variables()}


def test_a_filled_in_env_is_neither_committed_nor_baked_into_the_image() -> None:
    for name in (".gitignore", ".dockerignore"):
        assert ".env" in (ROOT / name).read_text(encoding="utf-8").split(), name


def test_every_image_is_of_an_exact_version() -> None:
    images = [service["image"] for service in SERVICES.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == len(SERVICES) + 1
    assert [image for image in images if not _EXACT.fullmatch(image)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well_and_comes_back(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_what_must_outlive_a_container_is_on_a_volume() -> None:
    kept = {name for name, service in SERVICES.items() if service.get("volumes")}
    assert kept == set(SERVICES) - {"ui"}


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000", "127.0.0.1:8001:8001"]


def test_a_service_waits_until_what_it_needs_is_well() -> None:
    for name, needs in {"api": {"postgres", "neo4j", "opensearch"}, "ui": {"api"}}.items():
        waits = SERVICES[name]["depends_on"]
        assert {one: how["condition"] for one, how in waits.items()} == dict.fromkeys(needs, "service_healthy")


def test_the_image_ends_as_a_user_without_rights() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users[-1] not in ("root", "0")
    made = re.findall(r"^RUN (?:make|pip)", DOCKERFILE, re.MULTILINE)
    assert made, "the set-up is made in the image"
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("RUN make"), "and by that user"
