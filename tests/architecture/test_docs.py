"""The docs cannot fall behind: every verb, route, setting, detector and profile is written down."""

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

ROOT = Path(__file__).parents[2]
DOCS = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")}
ALL_DOCS = "\n".join(DOCS.values())
README = (ROOT / "README.md").read_text(encoding="utf-8")


def verbs() -> list[str]:
    from api.cli.main import app

    group = typer.main.get_command(app)
    return sorted(group.commands)  # type: ignore[attr-defined]


def routes() -> list[str]:
    from api.app import create_app
    from api.settings import Settings

    return sorted(create_app(Settings()).openapi()["paths"])


def settings() -> list[str]:
    from api.settings import Settings

    return sorted(Settings.model_fields)


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_documented(verb: str) -> None:
    assert f"tidewaiter {verb}" in (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("route", routes())
def test_every_route_is_documented(route: str) -> None:
    assert route in (ROOT / "docs/reference/http.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", settings())
def test_every_setting_is_documented(name: str) -> None:
    assert f"TIDEWAITER_{name.upper()}" in (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")


def test_every_detector_has_a_page() -> None:
    from graph.detect.detector import DETECTORS

    for name in DETECTORS:
        assert (ROOT / f"docs/reference/detectors/{name}.md").is_file(), name


def test_every_profile_is_documented() -> None:
    page = (ROOT / "docs/reference/profiles.md").read_text(encoding="utf-8")
    for path in (ROOT / "ingest/sources/profiles").glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["name"] in page, path


def test_the_readme_names_only_targets_and_verbs_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= targets
    assert set(re.findall(r"tidewaiter ([a-z]+)\b", "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)))) <= (
        set(verbs())
    )


@pytest.mark.parametrize("page", sorted(DOCS), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", DOCS[page]):
        assert (page.parent / target).exists(), f"{page}: {target}"


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
