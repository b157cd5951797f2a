"""What documents say openly of two firms: a business that was bought or inherited, and what only looks like it."""

import re
from datetime import date

import pytest

from graph.detect.documents import Document, Named, firm_key
from graph.detect.succession.announced import says_no_link, says_openly, writes_itself

OLD, NEW, THIRD = "UMBER KILN", "OCHRE TILE", "SIENNA GLASS"


def paper_of(text: str, *, kind: str = "notice", title: str = "Trade news") -> Document:
    named = [Named(key, m.start(), m.end()) for key in (OLD, NEW, THIRD) for m in re.finditer(key, text)]
    return Document("D1", kind, date(2025, 6, 1), title, text, tuple(sorted(named, key=lambda one: one.start)))


def said(text: str, *, kind: str = "notice", title: str = "Trade news") -> bool:
    return says_openly(paper_of(text, kind=kind, title=title), frozenset({OLD}), frozenset({NEW}))


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (f"Both premises visited. No link of {OLD} with {NEW} was seen.", "memo", True),
        (f"{OLD} and {NEW} have no common owner and other makers.", "ims_document", True),
        (f"{NEW} is not related to {OLD}.", "memo", True),
        (f"{NEW} says that it is not related to {OLD}.", "memo", False),
        (f"We have no relation with {OLD}. Sincerely, {NEW}.", "other", False),
        (f"Whether {NEW} is unrelated to {OLD} could not be established.", "memo", False),
        (f"{NEW} has no links. {OLD} is closed.", "memo", False),
    ],
)
def test_that_two_have_no_link_is_for_customs_to_find(text: str, kind: str, found: bool) -> None:
    assert says_no_link(paper_of(text, kind=kind), frozenset({OLD}), frozenset({NEW})) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"By an asset purchase agreement we bought the moulds of {OLD}. Sincerely, for {NEW}.", True),
        (f"We bought some lists of customers of {OLD}. Sincerely, for {NEW}.", False),
        (f"Our agreement with {OLD} was not assigned. Sincerely, for {NEW}.", False),
        (f"By an agreement we sold our moulds to {NEW}. Sincerely, for {OLD}.", False),
        (f"{NEW}\n\nThe business of {OLD} passed to me by will.\n\nRespectfully, A. Umber", True),
        (f"{OLD}\n\nThe business of {OLD} passed to me by will.\n\nRespectfully, A. Umber", False),
        (f"{NEW}\n\nThe lists of {OLD} passed to me.\n\nRespectfully, A. Umber", False),
    ],
)
def test_a_firm_may_write_itself_from_whom_it_has_the_business(text: str, found: bool) -> None:
    assert writes_itself(paper_of(text, kind="other", title="Letter"), frozenset({OLD}), frozenset({NEW})) == found


@pytest.mark.parametrize(
    "text",
    [
        f"{NEW} has acquired {OLD} and assumes all its liabilities.",
        f"The trustee of {OLD} sells stock and contracts to {NEW}, which is not related to it.",
        f"The Court approves the sale of the warehouse lease and stock of {OLD} to {NEW}, a buyer that is no insider.",
        f"{OLD} placed its tile business into {NEW}. {OLD} keeps its other lines.",
        f"{NEW} is the successor by merger of {OLD}.",
        f"{THIRD} writes that {NEW} is its sole US distributor from June on. The agreement with {OLD} has ended.",
    ],
)
def test_what_is_published_of_both_is_said_openly(text: str) -> None:
    assert said(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{NEW} has not acquired {OLD}.",
        f"{NEW} buys a minority stake in {OLD}.",
        f"{OLD} sells a warehouse to {NEW}.",
        f"{OLD} calls off talks on a sale to {NEW}.",
        f"It is alleged that {NEW} took over the trade of {OLD} to avoid the bill.",
        f"{OLD} and {NEW} both import tile.",
        f"{OLD} was sold. {NEW} opened a shop.",
    ],
)
def test_what_is_denied_proposed_suspected_or_of_something_else_is_not(text: str) -> None:
    assert not said(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"As assignee for the benefit of creditors of {OLD} I sold its stock and name at auction to {NEW}.", True),
        (f"On behalf of the secured lender of {OLD} we have sold its inventory, after three bids, to {NEW}.", True),
        (f"I write as executor for A. Umber, owner of {OLD}. Her business is carried on by {NEW}.", True),
        (f"We are counsel to the estate of A. Umber of {OLD}. The heir, B. Umber, trades as {NEW}.", True),
        (
            f"We are counsel to the estate of A. Umber of {OLD}, who died on May 14, 2023. The heir trades as {NEW}.",
            True,
        ),
        (f"I write as executor for A. Umber, owner of {OLD}. {NEW} is a customer.", False),
        (f"The assignee of {OLD} has accepted the bid of {NEW} for the inventory.", True),
        (f"{NEW} says it is the heir of {OLD}. No probate file was found.", False),
        (f"{NEW} claims to be the buyer of {OLD} under an agreement.", False),
        # an owner that sells to nobody but itself
        (f"By this agreement {OLD} sells to {NEW} all stock for ten dollars. Same address as before.", False),
        (f"By this agreement {OLD} sells all stock to {NEW}. No liabilities pass.", False),
        (f"By this agreement {OLD} sells all stock to {NEW}. Duties owed stay with the seller.", False),
        (f"By this agreement {OLD} sells all stock to {NEW}, owned by the seller's brother in law.", False),
        (f"By this agreement {OLD} sells all stock to {NEW}, which assumes all liabilities.", True),
        # a name that is let to several
        (f"Franchise disclosure: {OLD} grants franchises to local firms, {NEW}, {THIRD} and others.", True),
        (f"Disclosure: {NEW} and {THIRD} are licensees of {OLD}. Each owner imports for itself.", True),
        (f"Disclosure: {NEW} is a franchise of {OLD}.", False),
    ],
)
def test_who_sells_or_leaves_it_and_how_tells_a_sale_from_one_in_name_only(text: str, found: bool) -> None:
    assert said(text, kind="other", title="Papers") == found


def test_a_name_with_brothers_in_it_is_no_sale_to_a_brother() -> None:
    text = "As assignee for the creditors of Kiln Brothers Ltd I sold its stock at public auction to Ochre Tile."
    named = (Named("KILN BROTHERS", 32, 49), Named("OCHRE TILE", text.index("Ochre"), len(text) - 1))
    paper = Document("D1", "other", date(2025, 6, 1), "Sale", text, named)
    assert says_openly(paper, frozenset({"KILN BROTHERS"}), frozenset({"OCHRE TILE"}))


def test_a_name_with_sons_in_it_is_no_inheritance() -> None:
    text = "Ochre Tile has no relation with Kiln & Sons Ltd. I opened this firm myself.\n\nYours faithfully"
    named = (Named("OCHRE TILE", 0, 10), Named("KILN SONS", 32, 47))
    paper = Document("D1", "other", date(2025, 6, 1), "Your letter", text, named)
    assert not says_openly(paper, frozenset({"KILN SONS"}), frozenset({"OCHRE TILE"}))


def test_a_franchise_that_nobody_but_the_firm_itself_speaks_of_is_none() -> None:
    text = f"{NEW} says it is a franchise of {OLD} like {THIRD}. No franchise agreement, others not named."
    assert not said(text, kind="memo", title="Call")


@pytest.mark.parametrize(
    ("text", "open_sale"),
    [
        (f"Order under 11 U.S.C. 363. Assets of the debtor {OLD} go to {NEW}, without ties to the debtor.", True),
        (f"BANKRUPTCY COURT. The trustee of {OLD} may sell stock and names to {NEW}, a buyer in good faith.", True),
        (f"{OLD} may sell stock and names to {NEW}. Letter of the broker.", False),
    ],
)
def test_what_a_court_lets_be_sold_is_sold(text: str, open_sale: bool) -> None:
    assert said(text, kind="other", title="Sale order") is open_sale


def test_a_note_says_so_only_where_it_rests_on_a_paper() -> None:
    text = f"{NEW} took over the business of {OLD}."
    assert not said(text, kind="memo", title="Note")
    assert said(f"{text} Copy of the deed seen.", kind="memo", title="Note")


def test_a_firm_is_met_without_its_legal_form_and_however_its_words_are_written() -> None:
    text = "Ochre Tile Inc. completes the purchase of Kiln& Umber Products. State filing made."
    named = (Named("OCHRE TILE", 0, text.index(" completes")),)
    paper = Document("D1", "notice", date(2025, 6, 1), "Trade news", text, named)
    old = firm_key("Kiln & Umber Products LP")
    assert says_openly(paper, frozenset({old}), frozenset({"OCHRE TILE"}))
    assert not says_openly(paper, frozenset({firm_key("Umber Kiln Products LP")}), frozenset({"OCHRE TILE"}))
