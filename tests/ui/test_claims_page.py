"""The page of claims without a browser, asked of the real service over a small world with doubtful names."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from api.access.users import Users
from api.database import open_database
from api.settings import Settings
from tests.fixtures.running_service import running_service

PAGE = Path(__file__).parents[2] / "ui" / "views" / "claims.py"
DOUBTFUL = "Golden Reef Trading GmbH"


@pytest.fixture
def settings(claimed_home: Path, tmp_path: Path) -> Settings:
    return Settings(home=shutil.copytree(claimed_home, tmp_path / "home"))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[AppTest]:
    st.cache_resource.clear()
    st.cache_data.clear()
    with running_service(settings) as http:
        monkeypatch.setenv("TIDEWAITER_API_URL", str(http.base_url))
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
    return "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.info, *page.error, *page.success))


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return ran(page)


def test_a_name_stands_with_whom_it_may_mean_and_why(page: AppTest) -> None:
    said = told(ran(page))
    assert f"“{DOUBTFUL}”" in said
    assert "of 100" in said
    assert list(page.dataframe[0].value["written"]) == [DOUBTFUL, "Harbor Goods Inc."]
    labels = [button.label for button in page.button]
    assert any("GOLDEN REEF TRADING LLC" in label for label in labels)
    assert any("Memo 2" in label for label in labels)


def test_a_decision_says_what_the_next_refresh_does_and_can_be_taken_back(page: AppTest) -> None:
    ran(page)
    page.text_input[-1].set_value("the letterhead")
    said = told(press(page, "Accept"))
    assert "are linked at the next refresh" in said
    assert "makes 1 and takes away 0 links" in said
    assert list(page.dataframe[0].value["written"]) == ["Harbor Goods Inc."]
    press(page, "Take back")
    assert list(page.dataframe[0].value["written"]) == [DOUBTFUL, "Harbor Goods Inc."]


def test_none_of_several_parties_may_be_meant(page: AppTest) -> None:
    page.query_params["document"] = "document:memo-3"
    ran(page)
    assert len([button for button in page.button if button.label.startswith("It is HARBOR GOODS")]) == 2
    assert "3 claims" in told(press(page, "None of them"))
    assert "No name waits for a person here" in told(page)


def test_accepting_one_party_settles_the_others(page: AppTest) -> None:
    page.query_params["document"] = "document:memo-3"
    ran(page)
    press(page, "Accept")
    assert "No name waits for a person here" in told(page)
    page.button_group[0].set_value("settled")
    ran(page)
    assert "Take that back to decide anew" in told(page)


def test_the_address_narrows_to_a_document_and_a_score(page: AppTest) -> None:
    page.query_params["document"] = "document:memo-2"
    page.query_params["score"] = "100"
    assert "No name waits for a person here" in told(ran(page))
    page.slider[0].set_value(75)
    ran(page)
    assert list(page.dataframe[0].value["written"]) == [DOUBTFUL]
    assert page.query_params["document"] == "document:memo-2"


def test_who_may_only_look_sees_that_and_no_open_button(
    page: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Users(open_database(settings.database)).add("looker", "viewer", now=datetime.now(UTC))
    monkeypatch.setenv("TIDEWAITER_API_TOKEN", token)
    assert "To decide takes an investigator" in told(ran(page))
    assert next(button for button in page.button if button.label == "Accept").disabled
