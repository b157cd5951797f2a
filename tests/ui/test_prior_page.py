"""The page of prior work without a browser, asked of the real service over a small world with a past."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from api.settings import Settings
from tests.fixtures.prior_world import IMPORTER, SUCCESSOR
from tests.fixtures.running_service import running_service

PAGE = Path(__file__).parents[2] / "ui" / "views" / "prior.py"


@pytest.fixture(scope="module")
def service_url(prior_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = shutil.copytree(prior_home, tmp_path_factory.mktemp("prior_page") / "home")
    with running_service(Settings(home=home)) as client:
        yield str(client.base_url)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, service_url: str) -> Iterator[AppTest]:
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setenv("TIDEWAITER_API_URL", service_url)
    yield AppTest.from_file(str(PAGE), default_timeout=30)
    from ui.connection import client

    client().close()
    st.cache_resource.clear()
    st.cache_data.clear()


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def told(page: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.info, *page.error))


def test_nothing_asked_says_what_the_page_is_for(page: AppTest) -> None:
    assert "Ask before a new intervention is begun" in ran(page).info[0].value


def test_the_address_asks_and_the_answer_says_what_was_done_and_how_it_ended(page: AppTest) -> None:
    page.query_params["importer"] = SUCCESSOR
    said = told(ran(page))
    assert "same firm under another number" in said
    assert "40 exams at 2 ports" in said
    assert "**Ended** rate advance" in said
    assert "Also looked for, as the same party" in said
    doors = {button.label for button in page.button}
    assert {"Rows", "Claim", "Importer"} <= doors
    assert any("NY-N301234 REVOKED" in label for label in doors)
    assert any("Origin of wire hangers" in label for label in doors)


def test_the_boxes_ask_and_stand_in_the_address(page: AppTest) -> None:
    ran(page)
    boxes = {box.label: box for box in page.text_input}
    boxes["Tariff number"].set_value("7326.20, 7317")
    boxes["Port"].set_value("2704")
    page.button[0].click()
    said = told(ran(page))
    assert "Marking of nails" in " ".join(button.label for button in page.button)
    assert "same port" in said
    assert dict(page.query_params) == {"hts": "7326.20, 7317", "port": "2704"}


def test_a_number_that_cannot_be_one_is_named_with_an_example(page: AppTest) -> None:
    page.query_params["hts"] = "73.9"
    ran(page)
    assert "not a tariff number" in page.error[0].value
    assert "7326.20" in page.error[0].value


def test_another_page_may_ask_about_an_entity(page: AppTest) -> None:
    page.session_state["prior_entity"] = f"importer:{IMPORTER}"
    ran(page)
    assert dict(page.query_params) == {"importer": IMPORTER}
    assert page.text_input[0].value == IMPORTER
    assert "same firm" in told(page)


def test_what_nobody_tried_says_how_to_ask_more_widely(page: AppTest) -> None:
    page.query_params["hts"] = "0901"
    assert "Ask more widely" in told(ran(page))
