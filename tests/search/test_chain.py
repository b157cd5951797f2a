"""What became of a ruling, told step by step."""

from datetime import date

from search.chain import MOST_STEPS, Changed, legal_chain, told_chain

KNOWN: dict[str, list[Changed]] = {
    "NY-N1": [Changed("revoked_by", "HQ-H3", date(2021, 1, 1)), Changed("modified_by", "HQ-H2", date(2019, 1, 1))],
    "HQ-H2": [Changed("modified_by", "HQ-H4", date(2020, 1, 1)), Changed("revoked_by", "HQ-H5", None)],
    "HQ-A": [Changed("modified_by", "HQ-B", None)],
    "HQ-B": [Changed("modified_by", "HQ-A", None)],
}


def changes(document: str) -> list[Changed]:
    return KNOWN.get(document, [])


def test_a_chain_says_the_earliest_change_first_and_what_became_of_it() -> None:
    assert told_chain(legal_chain("NY-N1", changes)) == (
        "modified by HQ-H2 on 2019-01-01, which was modified by HQ-H4 on 2020-01-01; HQ-H2 was revoked by HQ-H5; "
        "revoked by HQ-H3 on 2021-01-01"
    )


def test_rulings_that_name_each_other_end() -> None:
    assert [(step.document, step.by) for step in legal_chain("HQ-A", changes)] == [("HQ-A", "HQ-B"), ("HQ-B", "HQ-A")]


def test_a_chain_without_end_is_cut() -> None:
    steps = legal_chain("0", lambda one: [Changed("revoked_by", str(int(one) + 1), None)])
    assert len(steps) == MOST_STEPS


def test_a_ruling_that_nothing_changed_has_no_chain() -> None:
    assert (legal_chain("NY-N9", changes), told_chain(())) == ((), "")
