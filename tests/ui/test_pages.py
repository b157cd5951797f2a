"""The pages' logic without a browser, asked of the real service over a small world."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from api.settings import Settings
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER

VIEWS = Path(__file__).parents[2] / "ui" / "views"
REEF = f"importer:{IMPORTER}"


@pytest.fixture(scope="module")
def service_url(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = shutil.copytree(built_home, tmp_path_factory.mktemp("pages") / "home")
    with running_service(Settings(home=home)) as client:
        yield str(client.base_url)


@pytest.fixture
def point_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lets a test name the service; no client and no answer outlives the test."""
    st.cache_resource.clear()
    st.cache_data.clear()
    yield monkeypatch
    from ui.connection import client

    client().close()
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(VIEWS / f"{page}.py"), default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*app.markdown, *app.caption, *app.info, *app.error))


@pytest.mark.parametrize("page", ["explore", "entity", "findings", "documents"])
def test_a_service_that_is_down_is_named_with_the_next_step(page: str, point_to: pytest.MonkeyPatch) -> None:
    point_to.setenv("TIDEWAITER_API_URL", "http://127.0.0.1:9")
    app = opened(page, id=REEF)
    assert "does not answer" in app.error[0].value
    assert "tidewaiter serve" in app.error[0].value


def test_no_entity_says_what_to_do(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("entity")
    assert "No entity is open" in app.info[0].value
    assert [button.label for button in app.button] == ["Go to Explore"]


def test_an_entity_is_shown_with_figures_that_are_doors(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("entity", id=REEF)
    assert "GOLDEN REEF TRADING LLC" in told(app)
    assert len(app.metric) == 5
    doors = {button.label for button in app.button}
    assert {"Open entry lines", "Open all rows", "Open links", "Open the first rows", "Open the last rows"} <= doors


def test_a_revoked_ruling_is_loud_where_it_is_found(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = AppTest.from_file(str(VIEWS / "explore.py"), default_timeout=30)
    app.session_state["q"] = "steel wire hangers from China"
    app.run()
    assert not app.exception
    assert "**REVOKED**" in told(app)


def test_search_without_a_hit_says_what_to_try(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = AppTest.from_file(str(VIEWS / "explore.py"), default_timeout=30)
    app.session_state["q"] = "zzyzx qwrtpl"
    app.run()
    assert not app.exception
    assert any("Nothing has these words" in one.value for one in app.info)


def test_a_selection_narrows_the_search_to_what_names_it(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = AppTest.from_file(str(VIEWS / "explore.py"), default_timeout=30)
    app.query_params["at"] = REEF
    app.run()
    assert not app.exception
    assert app.toggle[0].value is True
    assert "SV20072698" in told(app)
    assert "HQ-H348257" not in told(app)


def test_a_finding_names_its_parties_and_tests_innocent_explanations(
    point_to: pytest.MonkeyPatch, service_url: str
) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("findings")
    assert f"{IMPORTER} (GOLDEN REEF TRADING LLC)" in told(app)
    assert "Innocent explanations that were tested" in told(app)
    assert "Compare side by side" in {button.label for button in app.button}
    assert all(date.fromisoformat(since) for since in app.dataframe[0].value["since"])


def test_a_bar_that_no_finding_passes_says_so(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("findings")
    assert app.dataframe
    app.slider[0].set_value(1.0).run()
    assert not app.exception
    assert "No finding passes" in told(app)
    assert not app.dataframe


def test_findings_are_narrowed_by_kind(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("findings")
    app.multiselect[0].set_value(["port_shopping"]).run()
    assert not app.exception
    assert list(app.dataframe[0].value["kind"].unique()) == ["port shopping"]


def test_documents_are_listed_newest_first_with_what_became_of_them(
    point_to: pytest.MonkeyPatch, service_url: str
) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("documents")
    assert "documents**, newest first" in told(app)
    assert "revoked by HQ-H348257" in told(app)
    app.text_input[0].set_value("hangers").run()
    assert not app.exception
    assert "why: hangers" in told(app)
    assert any("<mark>hangers</mark>" in html.value.lower() for html in app.get("html"))


def test_a_document_says_what_it_names_and_that_it_stands_no_more(
    point_to: pytest.MonkeyPatch, service_url: str
) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("documents", id="document:NY-N301234")
    assert "**REVOKED**" in told(app)
    assert "revoked by HQ-H348257" in app.warning[0].value
    labels = {button.label for button in app.button}
    assert any("A-570-918" in label for label in labels)
    assert any("is revoked by **HQ-H348257**" in label for label in labels)
    app.text_input[0].set_value("nowhere in it").run()
    assert "Not in this document." in told(app)


def test_a_lab_report_says_what_it_found_and_what_to_look_at(point_to: pytest.MonkeyPatch, service_url: str) -> None:
    point_to.setenv("TIDEWAITER_API_URL", service_url)
    app = opened("documents", id="document:SV20072698")
    said = told(app)
    (on_file,) = (table.value for table in app.dataframe)
    assert {"lab", "origin consistent"} <= set(on_file["what"])
    assert "conclusion: **Not consistent with the origin claimed.**" in said
    assert "look at: origin in doubt" in said
    assert "stands" not in said
