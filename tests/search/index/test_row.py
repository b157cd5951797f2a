"""What an engine is given of a document, and gives back."""

from datetime import date

from search.chain import LegalStep
from search.document import SearchDocument
from search.index.row import held_of, row_of

CHAIN = (
    LegalStep("NY-N1", "modified_by", "HQ-H2", date(2019, 1, 1)),
    LegalStep("HQ-H2", "revoked_by", "HQ-H3", None, 1, "HQ H2 is hereby revoked."),
)


def test_a_legal_chain_comes_back_as_it_was_given() -> None:
    row = row_of(SearchDocument("document:NY-N1", "ruling", "Frames", chain=CHAIN))
    assert held_of(row.id, row.source).chain == CHAIN


def test_a_chain_in_an_index_from_before_sentences_were_kept_is_read() -> None:
    row = row_of(SearchDocument("document:NY-N1", "ruling", "Frames", chain=CHAIN[:1]))
    row.source["chain"] = [step[:5] for step in row.source["chain"]]
    assert held_of(row.id, row.source).chain == CHAIN[:1]
