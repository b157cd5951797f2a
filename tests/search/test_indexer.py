"""What of a generation can be found, and by what."""

import json
from datetime import date
from pathlib import Path

import pytest

from graph.build.build import build_graph
from graph.detect.finding_file import write_findings
from graph.facts.duckdb import DuckDbFactStore
from graph.model.finding import Evidence, Finding, Member
from graph.store.generation import Generation
from search.chain import told_chain
from search.document import SearchDocument
from search.indexer import documents
from tests.fixtures.fact_files import load_facts

FACTS = {
    "documents": [
        {
            "id": "NY-N301234", "kind": "ruling", "title": "The tariff classification of wire hangers",
            "date": "2018-10-01", "text": "hangers of steel wire", "collection": "NY", "tariffs": ["7326200020"],
        },
        {"id": "NY-N000007", "kind": "ruling", "title": "Modified elsewhere", "modified_by": ["HQ-H111111"]},
        {"id": "NY-N000008", "kind": "ruling", "title": "Modified for a while", "modified_by": ["HQ-H222222"]},
        {"id": "HQ-H222222", "kind": "ruling", "title": "A modification", "date": "2019-05-02"},
        {"id": "HQ-H333333", "kind": "ruling", "title": "Its end", "date": "2021-06-03", "revokes": ["HQ-H222222"]},
        {"id": "NY-N000009", "kind": "ruling", "title": "Ended by law", "operationally_revoked": "yes"},
        {"id": "NY-N000010", "kind": "ruling", "title": "Ended by a text"},
        {"id": "HQ-H444444", "kind": "ruling", "title": "A text", "date": "2022-07-08"},
        {
            "id": "HQ-H348257", "kind": "ruling", "revokes": ["NY-N301234"],
            "text": "Revocation of a ruling\nWe revoke it.",
        },
        {
            "id": "LAB-1", "kind": "lab_report", "title": "Gloves", "date": "2020-02-29", "text": "knit gloves",
            "conclusion": "The gloves are of cotton.", "importer_number": "SSN-0123456789ab",
            "entry_number": "ABC12345676", "claimed_hts": "6116920000", "suggested_hts": "6116938800",
            "claimed_origin": "VN", "manufacturer_id": "VNGLOFAC12HAN", "sample_id": "SV20072698", "lab": "Savannah",
        },
    ],
    "mentions": [
        {"document_id": "HQ-H348257", "kind": "case", "key": "A-570-918-014", "start": 1, "end": 2},
        {"document_id": "HQ-H348257", "kind": "hts", "key": "732620", "start": 5, "end": 8},
        {"document_id": "HQ-H348257", "kind": "hts", "key": "732620", "start": 15, "end": 18},
    ],
    "statements": [
        {
            "document_id": "HQ-H444444", "revokes": ["NY-N000010"],
            "said": json.dumps([{"what": "revokes", "value": "NY N000010", "key": "document:NY-N000010",
                                 "passage": "NY N000010 is hereby revoked."}]),
        },
    ],
    "issues": [
        {"issue_id": "2024-0117", "version": 1, "title": "An early title", "status": "open"},
        {
            "issue_id": "2024-0117", "version": 2, "title": "Hangers undervalued", "description": "Values fell.",
            "status": "Closed", "conclusion": "Bills were raised.", "importer_numbers": ["12-345678900"],
            "port_codes": ["2704"], "ruling_numbers": ["NY-N301234"], "opened_on": "2024-01-02",
        },
    ],
    "party_records": [
        {
            "record_id": "1", "role": "importer", "identifier": "12-345678900", "name": "SALEM CLOTHES CARE INC",
            "other_names": ["Salem Hanger Works"], "city": "Salem", "country": "US", "valid_from": "2020-01-01",
        },
        {
            "record_id": "2", "role": "importer", "identifier": "12-345678900", "name": "OLD SALEM WIRE CO",
            "valid_from": "2010-01-01",
        },
        {"record_id": "3", "role": "importer", "identifier": "SSN-0123456789ab", "name": "A PERSON"},
    ],
    "orders": [
        {"case_number": "A-570-918", "product": "Steel wire hangers", "country": "CN", "order_on": "2008-10-06"},
    ],
    "ports": [{"port_code": "2704", "name": "Los Angeles, CA"}],
    "entry_lines": [
        {
            "entry_number": "ABC12345676", "line_number": 1, "entry_date": "2024-01-01", "port_code": "2704",
            "importer_number": "12-345678900", "hts_number": "7326200020", "entered_value_usd": "100000",
        }
    ],
}  # fmt: skip

FINDING = Finding(
    id="ps-1", kind="port_shopping", detector="port_shopping", version="1", as_of=date(2024, 4, 1),
    title="Refused goods came back", probability=0.8, calibration="simulated worlds", queue=True,
    members=(Member("importer:12-345678900", "importer", "entered the goods twice"),), entries=("ABC12345676",),
    period_from=date(2024, 1, 1), period_to=date(2024, 3, 1), duty_at_stake_usd=10.0,
    evidence=(Evidence("The same container stood at two ports.", {}, ()),), innocent_explanations=(),
    scope_question="Was it the same cargo?",
)  # fmt: skip


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SearchDocument]:
    home: Path = tmp_path_factory.mktemp("home")
    load_facts(home, **FACTS)  # type: ignore[arg-type]
    facts = DuckDbFactStore(home)
    folder = home / "generation"
    folder.mkdir()
    build_graph(facts, folder)
    write_findings(folder / "findings.jsonl", [FINDING])
    found = list(documents(Generation("generation", folder, "", (), {}), facts))
    facts.close()
    assert len({document.id for document in found}) == len(found), "everything is indexed once"
    assert sorted(path.name for path in folder.iterdir()) == ["entities.parquet", "findings.jsonl", "links.parquet"]
    return {document.id: document for document in found}


def test_everything_is_there_under_its_entity_id(indexed: dict[str, SearchDocument]) -> None:
    assert {
        "document:NY-N301234", "document:LAB-1", "issue:2024-0117", "importer:12-345678900", "case:A-570-918",
        "port:2704", "hts:7326200020", "hts:7326", "country:CN", "document:HQ-H111111", "finding:ps-1",
    } <= set(indexed)  # fmt: skip


@pytest.mark.parametrize(
    ("document", "status", "by"),
    [
        ("document:NY-N301234", "revoked", {"revoked_by": ("HQ-H348257",)}),
        ("document:NY-N000009", "revoked", {}),
        ("document:NY-N000010", "revoked", {"revoked_by": ("HQ-H444444",)}),
        ("document:HQ-H444444", "in force", {"revokes": ("NY-N000010",)}),
        ("document:NY-N000007", "modified", {"modified_by": ("HQ-H111111",)}),
        ("document:HQ-H348257", "in force", {"revokes": ("NY-N301234",)}),
        ("document:HQ-H111111", "in force", {"modifies": ("NY-N000007",)}),
    ],
)
def test_a_ruling_says_whether_it_stands_by_whichever_ruling_tells(
    indexed: dict[str, SearchDocument], document: str, status: str, by: dict[str, tuple[str, ...]]
) -> None:
    fields = indexed[document].fields
    assert fields["status"] == (status,)
    chain = {name: fields[name] for name in ("modifies", "modified_by", "revokes", "revoked_by") if name in fields}
    assert chain == by


def test_a_ruling_carries_what_became_of_it_and_of_that_in_turn(indexed: dict[str, SearchDocument]) -> None:
    said = "modified by HQ-H222222 on 2019-05-02, which was revoked by HQ-H333333 on 2021-06-03"
    assert told_chain(indexed["document:NY-N000008"].chain) == said
    assert told_chain(indexed["document:NY-N000007"].chain) == "modified by HQ-H111111"
    assert indexed["document:HQ-H333333"].chain == ()


def test_what_only_a_text_does_to_a_ruling_is_marked_and_comes_with_its_sentence(
    indexed: dict[str, SearchDocument],
) -> None:
    (step,) = indexed["document:NY-N000010"].chain
    assert step.passage == "NY N000010 is hereby revoked."
    assert told_chain((step,)) == "revoked by HQ-H444444 on 2022-07-08 (read from its text)"
    (recorded,) = indexed["document:NY-N000007"].chain
    assert recorded.passage == ""


def test_a_document_carries_its_columns_and_mentions_with_all_they_roll_up_to(
    indexed: dict[str, SearchDocument],
) -> None:
    ruling = indexed["document:NY-N301234"]
    assert {"hts:7326200020", "hts:73262000", "hts:732620", "hts:7326", "hts:73"} <= set(ruling.identifiers)
    assert (ruling.fields["hts4"], ruling.fields["year"], ruling.fields["collection"]) == (
        ("7326",),
        ("2018",),
        ("NY",),
    )
    revoking = indexed["document:HQ-H348257"]
    assert {"case:A-570-918-014", "case:A-570-918", "hts:732620", "document:NY-N301234"} <= set(revoking.identifiers)
    assert revoking.fields["case"] == ("A-570-918",)
    assert len(set(revoking.identifiers)) == len(revoking.identifiers)


def test_a_lab_report_is_found_by_its_sample_entry_maker_and_conclusion(indexed: dict[str, SearchDocument]) -> None:
    report = indexed["document:LAB-1"]
    assert {"lab_number:SV20072698", "entry_number:ABC12345676", "manufacturer:VNGLOFAC12HAN", "hts:6116"} <= set(
        report.identifiers
    )
    assert (report.kind, report.fields["country"], report.fields["lab"]) == ("lab_report", ("VN",), ("Savannah",))
    assert report.fields["hts_consistent"] == ("no",)
    assert report.text == "knit gloves\nThe gloves are of cotton."


def test_a_document_without_a_title_goes_by_its_first_line(indexed: dict[str, SearchDocument]) -> None:
    assert indexed["document:HQ-H348257"].title == "Revocation of a ruling"


def test_an_issue_is_its_latest_version(indexed: dict[str, SearchDocument]) -> None:
    issue = indexed["issue:2024-0117"]
    assert (issue.kind, issue.title, issue.date) == ("issue", "Hangers undervalued", date(2024, 1, 2))
    assert issue.text == "Values fell.\nBills were raised.\n2024-0117"
    assert set(issue.identifiers) == {"importer:12-345678900", "port:2704", "document:NY-N301234"}
    assert issue.fields["status"] == ("closed",)


def test_an_entity_is_found_by_every_name_it_ever_had(indexed: dict[str, SearchDocument]) -> None:
    importer = indexed["importer:12-345678900"]
    names = f"{importer.title}\n{importer.text}"
    for name in ("SALEM CLOTHES CARE INC", "Salem Hanger Works", "OLD SALEM WIRE CO", "12-345678900", "Salem"):
        assert name in names
    assert (importer.fields["importer"], importer.fields["country"]) == (("12-345678900",), ("US",))


def test_an_entity_with_more_value_weighs_more(indexed: dict[str, SearchDocument]) -> None:
    assert indexed["importer:12-345678900"].weight > indexed["importer:SSN-0123456789ab"].weight


def test_a_case_says_whether_its_order_stands(indexed: dict[str, SearchDocument]) -> None:
    case = indexed["case:A-570-918"]
    assert (case.title, case.fields["status"], case.fields["country"]) == ("Steel wire hangers", ("in force",), ("CN",))


def test_a_tariff_number_is_shown_with_dots(indexed: dict[str, SearchDocument]) -> None:
    assert indexed["hts:7326200020"].title == "7326.20.00.20"
    assert "hts:7326" in indexed["hts:7326200020"].identifiers


def test_a_finding_is_found_by_its_members_entries_and_claims(indexed: dict[str, SearchDocument]) -> None:
    finding = indexed["finding:ps-1"]
    assert set(finding.identifiers) == {"importer:12-345678900", "entry_number:ABC12345676"}
    assert "The same container stood at two ports." in finding.text
    assert (finding.kind, finding.date, finding.fields["queue"]) == ("finding", date(2024, 3, 1), ("yes",))


def test_a_social_security_number_token_is_not_among_the_words(indexed: dict[str, SearchDocument]) -> None:
    person = indexed["importer:SSN-0123456789ab"]
    assert "SSN" not in person.title + person.text
