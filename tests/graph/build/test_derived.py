"""Derived tables: which orders go together, which notices speak of them, and what texts of rulings do to others."""

from datetime import date
from pathlib import Path

import pytest

from graph.build import derived
from graph.facts.duckdb import DuckDbFactStore
from tests.fixtures.fact_files import load_facts

ORDERS = [
    {"case_number": "A-570-967", "product": "Aluminum extrusions", "country": "CN", "order_on": "2011-05-26"},
    {"case_number": "C-570-968", "product": "Certain Aluminum Extrusion", "country": "CN", "order_on": "2011-05-27"},
    {"case_number": "A-570-012", "product": "Wire rod", "country": "CN"},
    {"case_number": "A-570-013", "product": "Stainless steel wire rod", "country": "CN"},
    {"case_number": "A-580-829", "product": "Stainless steel wire rod", "country": "KR"},
    {"case_number": "A-583-001", "product": "Accessories & fittings (PVC)", "country": "TW"},
    {"case_number": "A-489-501", "product": "Pasta", "country": "TR"},
    {"case_number": "A-999-001", "product": None, "country": "CN"},
    {"case_number": "A-999-002", "product": "Pasta", "country": None},
]


def cases(tmp_path: Path, title: str, kind: str = "notice") -> list[str]:
    load_facts(tmp_path, orders=ORDERS, documents=[{"id": "FR-1", "kind": kind, "title": title, "date": "2022-02-08"}])
    rows = derived.table(DuckDbFactStore(tmp_path), "notice_cases").to_pyarrow().to_pylist()
    assert all(row["document_id"] == "FR-1" and row["date"] == date(2022, 2, 8) for row in rows)
    return sorted(row["case_number"] for row in rows)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Aluminum Extrusions From the People's Republic of China: Final Results", ["A-570-967", "C-570-968"]),
        ("Aluminum Extrusions From China: Antidumping Duty Administrative Review", ["A-570-967"]),
        ("Aluminum Extrusions From China: Countervailing Duty Administrative Review", ["C-570-968"]),
        ("Aluminum Extrusions From China: Antidumping and Countervailing Duty Orders", ["A-570-967", "C-570-968"]),
        ("Certain Extrusions of Aluminum From China", ["A-570-967", "C-570-968"]),
        ("Aluminum Foil From China", []),
        ("Aluminum Extrusions From Indiana and Chinatown", []),
        ("Stainless Steel Wire Rods From the Republic of Korea and China", ["A-570-013", "A-580-829"]),
        ("Wire Rod From China", ["A-570-012"]),
        ("Wire Rod From South Korea", []),
        ("Fitting and Accessory of PVC From Taiwan", ["A-583-001"]),
        ("Pasta From the Republic of Turkey", ["A-489-501"]),
        ("Pasta From Italy", []),
        ("", []),
    ],
)
def test_a_notice_concerns_the_orders_that_its_title_names(tmp_path: Path, title: str, found: list[str]) -> None:
    assert cases(tmp_path, title) == found


def test_a_ruling_is_no_notice(tmp_path: Path) -> None:
    assert cases(tmp_path, "Aluminum Extrusions From China", kind="ruling") == []


def test_orders_on_one_product_of_one_country_are_companions(tmp_path: Path) -> None:
    load_facts(tmp_path, orders=ORDERS)
    rows = derived.table(DuckDbFactStore(tmp_path), "order_companions").to_pyarrow().to_pylist()
    assert [(row["case_number"], row["companion_case_number"], row["order_on"]) for row in rows] == [
        ("A-570-967", "C-570-968", date(2011, 5, 27))
    ]


def test_a_text_tells_what_a_ruling_does_to_others_where_no_record_does(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        documents=[
            {"id": "HQ-H1", "kind": "ruling", "date": "2021-06-03", "modifies": ["NY-N2"]},
            {"id": "NY-N3", "kind": "ruling", "revoked_by": ["HQ-H1"]},
            {"id": "HQ-H9", "kind": "ruling"},
        ],
        statements=[
            {"document_id": "HQ-H1", "revokes": ["NY-N2", "NY-N4"], "modifies": ["NY-N3"], "affirms": ["NY-N5"]},
            {"document_id": "HQ-H9", "revokes": ["NY-N2"]},
        ],
    )
    rows = derived.table(DuckDbFactStore(tmp_path), "read_changes").to_pyarrow().to_pylist()
    told = sorted((row["document_id"], row["relation"], row["other"], row["date"]) for row in rows)
    assert told == [
        ("HQ-H1", "affirms", "NY-N5", date(2021, 6, 3)),
        ("HQ-H1", "revokes", "NY-N4", date(2021, 6, 3)),
        ("HQ-H9", "revokes", "NY-N2", None),
    ]
    assert {row["status"] for row in rows} == {"read from text"}


def test_derived_tables_are_as_old_as_their_facts(tmp_path: Path) -> None:
    load_facts(tmp_path, known_at=date(2026, 1, 1), orders=ORDERS[:1])
    load_facts(tmp_path, known_at=date(2026, 2, 1), orders=ORDERS[1:2])
    facts = DuckDbFactStore(tmp_path)
    counts = [
        derived.table(facts, "order_companions", as_of=day).count().to_pyarrow().as_py()
        for day in (date(2026, 1, 15), date(2026, 2, 15))
    ]
    assert counts == [0, 1]


def test_other_names_are_canonical_tables(tmp_path: Path) -> None:
    facts = DuckDbFactStore(tmp_path)
    assert derived.table(facts, "orders").schema() == facts.table("orders").schema()
    assert not derived.has_rows(facts, "order_companions")
