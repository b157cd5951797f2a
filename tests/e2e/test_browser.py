"""The pages as a person sees them: a real browser, the real `serve`, a small world. Pictures go to test-output/."""

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Position, expect, sync_playwright

from tests.fixtures.trade_world import IMPORTER

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
BUNDLE = ROOT / "ui" / "graph_view" / "build" / "canvas.js"
PICTURES = ROOT / "test-output"
REEF = f"importer:{IMPORTER}"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WAIT_MS = 20_000
# Streamlit looks for its own paths below the page's address first, and then where they are.
PROBE = re.compile(r"/(entity|findings|documents|claims|prior)/_stcore/(health|host-config)$")

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}: install Debian's chromium"),
    pytest.mark.skipif(not BUNDLE.exists(), reason=f"no canvas at {BUNDLE.relative_to(ROOT)}: run `make install`"),
]


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture(scope="module")
def ui_url(claimed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = shutil.copytree(claimed_home, tmp_path_factory.mktemp("browser") / "home")
    verb = [str(Path(sys.executable).with_name("tidewaiter")), "--home", str(home), "--json", "serve"]
    ports = ["--port", str(free_port()), "--ui-port", str(free_port())]
    with subprocess.Popen([*verb, *ports], stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            yield str(json.loads(served.stdout.readline())["ui"])
        finally:
            served.terminate()
            served.wait(timeout=30)


class Visit:
    """A browser, all that it asked for, and all that went wrong in it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.asked: list[str] = []
        self.wrong: list[str] = []
        context.on("request", lambda request: self.asked.append(request.url))
        context.on(
            "response", lambda answer: self.wrong.append(f"{answer.status} {answer.url}") if not answer.ok else None
        )
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))

    def open(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.goto(self.url + path, wait_until="commit", timeout=WAIT_MS)
        settle(page)
        return page


@pytest.fixture(scope="module")
def visit(ui_url: str) -> Iterator[Visit]:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        context.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        yield Visit(context, ui_url)
        browser.close()


def settle(page: Page) -> None:
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    expect(page.locator("[data-testid=stSkeleton], [data-stale=true]")).to_have_count(0)


def picture(page: Page, name: str) -> None:
    settle(page)
    page.screenshot(path=PICTURES / f"{name}.png")


def canvas(page: Page) -> Locator:
    return page.locator(".canvas")


def places(page: Page) -> dict[str, dict[str, float]]:
    """Where each entity stands on the canvas, by id."""
    found: dict[str, dict[str, float]] = canvas(page).evaluate(
        "box => Object.fromEntries(box._cyreg.cy.nodes().map(node => [node.id(), {...node.position()}]))"
    )
    return found


def wait_for_nodes(page: Page, least: int) -> dict[str, dict[str, float]]:
    canvas(page).wait_for()
    page.wait_for_function(
        """least => {
          const within = root => [...root.querySelectorAll('*')].flatMap(
            one => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
          const box = within(document).find(one => one._cyreg?.cy);
          return box && box._cyreg.cy.nodes().length >= least;
        }""",
        arg=least,
    )
    settle(page)
    return places(page)


def spot(page: Page, entity_id: str) -> Position:
    """Where on the canvas's box an entity is drawn, in pixels."""
    found: Position = canvas(page).evaluate(
        "(box, id) => ({...box._cyreg.cy.getElementById(id).renderedPosition()})", entity_id
    )
    return found


def no_traceback(page: Page) -> None:
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert "Traceback" not in page.inner_text("body")


def test_from_a_name_to_the_canvas_to_the_rows(visit: Visit) -> None:
    page = visit.open()
    page.get_by_role("textbox", name="Search").fill("golden reef")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="GOLDEN REEF TRADING LLC").first.click()
    before = wait_for_nodes(page, 1)
    assert set(before) == {REEF}
    expect(page.get_by_role("heading", name="GOLDEN REEF TRADING LLC")).to_be_visible()
    picture(page, "explore-one")

    canvas(page).dblclick(position=spot(page, REEF))
    after = wait_for_nodes(page, 4)
    assert "port:2704" in after
    assert after[REEF] == before[REEF], "what stood on the canvas moved"
    picture(page, "explore-expanded")

    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(f"on=importer(:|%3A){IMPORTER}&"))
    page.get_by_role("button", name="Redo").click()
    wait_for_nodes(page, len(after))

    page.get_by_role("button", name="Open rows").first.click()
    rows = page.get_by_role("dialog")
    expect(rows.get_by_text(re.compile(r"entry lines · \d+ rows"))).to_be_visible()
    picture(page, "explore-rows")
    no_traceback(page)
    page.close()


def test_a_copied_address_shows_the_same_board(visit: Visit) -> None:
    first = visit.open(f"/?on={REEF},port:2704,port:5301&at={REEF}")
    drawn = set(wait_for_nodes(first, 3))
    second = visit.open("/" + first.url.removeprefix(visit.url).lstrip("/"))
    assert set(wait_for_nodes(second, 3)) == drawn == {REEF, "port:2704", "port:5301"}
    expect(second.get_by_role("heading", name="GOLDEN REEF TRADING LLC")).to_be_visible()
    first.close()
    second.close()


def test_a_finding_shows_its_evidence_and_what_speaks_against_it(visit: Visit) -> None:
    page = visit.open("/findings")
    expect(page.get_by_text("What shows it")).to_be_visible()
    expect(page.get_by_text("Innocent explanations that were tested")).to_be_visible()
    expect(page.get_by_text("Only a person can decide")).to_be_visible()
    picture(page, "findings")
    page.get_by_role("button", name=re.compile(r"Open \d+ rows?")).first.click()
    expect(page.get_by_role("dialog").get_by_text(re.compile(r"· \d+ rows")).first).to_be_visible()
    picture(page, "findings-rows")
    no_traceback(page)
    page.close()


def test_an_entity_has_its_five_figures(visit: Visit) -> None:
    page = visit.open(f"/entity?id={REEF}")
    expect(page.get_by_role("heading", name="GOLDEN REEF TRADING LLC")).to_be_visible()
    expect(page.locator("[data-testid=stMetric]")).to_have_count(5)
    picture(page, "entity")
    no_traceback(page)
    page.close()


def test_prior_work_says_how_it_ended_and_opens_the_issue(visit: Visit) -> None:
    page = visit.open(f"/entity?id={REEF}")
    page.get_by_role("button", name="Tried before?").click()
    expect(page.get_by_text(re.compile("very alike: same firm.*2025-0117"))).to_be_visible()
    expect(page.get_by_text("Origin not shown").first).to_be_visible()
    picture(page, "prior")
    page.get_by_role("button", name="Wire hangers declared as of Vietnam").click()
    expect(page.get_by_role("heading", name="Wire hangers declared as of Vietnam")).to_be_visible()
    no_traceback(page)
    page.close()


def test_a_slash_searches_from_any_page_and_a_revoked_ruling_is_loud(visit: Visit) -> None:
    page = visit.open("/findings")
    expect(page.get_by_text("What shows it")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("steel wire hangers from China")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("The tariff classification of steel wire hangers")).click()
    reader = page.get_by_role("dialog")
    expect(reader.get_by_text("REVOKED", exact=True)).to_be_visible()
    expect(reader.get_by_text("HQ-H348257", exact=True)).to_be_visible()
    expect(reader.locator("mark", has_text="A-570-918")).to_be_visible()
    picture(page, "reader")
    reader.get_by_role("button", name="A-570-918").click()
    assert "case:A-570-918" in wait_for_nodes(page, 2)
    picture(page, "explore-ruling")
    no_traceback(page)
    page.close()


def test_a_document_is_read_on_its_page_and_its_mentions_go_to_the_canvas(visit: Visit) -> None:
    page = visit.open("/documents")
    expect(page.get_by_text(re.compile(r"\d+ documents, newest first"))).to_be_visible()
    picture(page, "documents")
    page.get_by_role("button", name="Wire hangers declared as of Vietnam").click()
    page.wait_for_url(re.compile("/entity"))  # an issue has a page as what it is
    page.close()
    page = visit.open("/documents?id=document:NY-N301234")
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("revoked by HQ-H348257 on")
    page.get_by_role("textbox", name="Find in it").fill("steel wire")
    page.keyboard.press("Enter")
    expect(page.locator("mark[title='found steel wire']").first).to_be_visible()
    picture(page, "document")
    page.get_by_role("button", name="A-570-918").first.click()
    assert "case:A-570-918" in wait_for_nodes(page, 2)
    no_traceback(page)
    page.close()


def test_an_issue_that_is_found_opens_as_what_it_is(visit: Visit) -> None:
    page = visit.open("/?q=declared")
    page.get_by_role("button", name="Wire hangers declared as of Vietnam").first.click()
    reader = page.get_by_role("dialog")
    expect(reader.get_by_role("heading", name="Wire hangers declared as of Vietnam")).to_be_visible()
    expect(reader.get_by_text("Origin not shown")).to_be_visible()
    picture(page, "reader-issue")
    page.mouse.move(5, 5)  # off the chip whose help would lie over the button
    reader.get_by_role("button", name="All on the canvas").click()
    assert {"issue:2025-0117", REEF} <= set(wait_for_nodes(page, 4))
    no_traceback(page)
    page.close()


def test_a_search_is_kept_where_it_is_asked_and_asked_again_from_another_page(visit: Visit) -> None:
    page = visit.open("/?q=steel+wire+hangers")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("textbox", name="Keep this search as").fill("Hangers")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("button", name="What is new")).to_be_visible()
    picture(page, "saved")
    page.get_by_role("button", name="What is new").click()
    expect(page.get_by_role("dialog").get_by_text("Nothing is new")).to_be_visible()
    page.close()
    page = visit.open("/documents")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("button", name="Search again").click()
    page.wait_for_url(re.compile("q=steel"))
    expect(page.get_by_role("textbox", name="Search")).to_have_value("steel wire hangers")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("button", name="Drop").click()
    expect(page.get_by_text("None is kept yet")).to_be_visible()
    no_traceback(page)
    page.close()


def test_choices_of_documents_stand_in_the_address_and_go_back_with_it(visit: Visit) -> None:
    page = visit.open("/documents?kind=memo")
    expect(page.get_by_text("3 documents, newest first")).to_be_visible()
    page.get_by_role("textbox", name="Words or numbers").fill("Harbor")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 documents, best first")).to_be_visible()
    page.wait_for_url(re.compile("q=Harbor"))
    page.go_back()
    expect(page.get_by_text("3 documents, newest first")).to_be_visible()
    no_traceback(page)
    page.close()


def test_a_name_that_waits_is_read_decided_by_key_and_taken_back(visit: Visit) -> None:
    page = visit.open("/claims")
    expect(page.locator("mark", has_text="Golden Reef Trading GmbH")).to_be_visible()
    expect(page.get_by_role("button", name="Memo 2")).to_be_visible()
    picture(page, "claims")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Harbor Goods Inc.")).to_be_visible()
    settle(page)
    picture(page, "claims-several")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Golden Reef Trading GmbH")).to_be_visible()
    settle(page)
    page.keyboard.press("a")
    expect(page.get_by_text("are linked at the next refresh")).to_be_visible()
    expect(page.get_by_role("heading", name="Harbor Goods Inc.")).to_be_visible()
    picture(page, "claims-accepted")
    page.keyboard.press("z")
    expect(page.get_by_text("Taken back")).to_be_visible()
    page.get_by_role("button", name="Memo").first.click()
    expect(page.get_by_role("dialog").get_by_text("memo · no date")).to_be_visible()
    no_traceback(page)
    page.close()


def test_names_are_decided_many_together_and_the_address_holds_the_choices(visit: Visit) -> None:
    page = visit.open("/claims?document=document:memo-3")
    expect(page.get_by_role("heading", name="Harbor Goods Inc.")).to_be_visible()
    grid = page.locator("[data-testid=stDataFrame]")
    grid.click(position={"x": 15, "y": 17})  # the box above the first line
    page.get_by_role("button", name="Reject 3").click()
    expect(page.get_by_text("No name waits for a person here")).to_be_visible()
    assert "document=document" in page.url
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="Harbor Goods Inc.")).to_be_visible()
    no_traceback(page)
    page.close()


def test_an_unknown_entity_is_named_with_what_to_do(visit: Visit) -> None:
    page = visit.open("/entity?id=importer:99-999999900")
    problem = page.locator("[data-testid=stAlert]").first
    expect(problem).to_contain_text("importer:99-999999900")
    picture(page, "entity-unknown")
    no_traceback(page)
    page.close()


def test_nothing_leaves_this_machine_and_nothing_breaks(visit: Visit) -> None:
    for path in ("/", f"/entity?id={REEF}", "/findings", "/prior?port=2704", "/documents", "/claims"):
        visit.open(path).close()
    outside = {url for url in visit.asked if urlsplit(url).hostname not in ("127.0.0.1", None)}
    assert not outside
    assert [one for one in visit.wrong if not PROBE.search(one)] == []
