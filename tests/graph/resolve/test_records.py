"""Records: what the facts say about parties, each row once, as known on the day."""

from datetime import date

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.resolve.records import SCHEMA, records_to_resolve, written_key, written_key_of
from tests.graph.detect.memory_facts import MemoryFacts

NAMES = ["Acme Trading Co., Ltd.", "  acme--trading co ltd ", "Müller & Söhne", "上海华远贸易有限公司", "ß/İ-ı"]


def test_the_key_of_a_written_name_is_the_same_in_the_engine_and_in_python() -> None:
    rows = ibis.memtable(pa.table({"name": NAMES, "country": ["CN", "CN", None, "CN", "DE"]}))
    keys = rows.mutate(key=written_key(rows.name, rows.country)).to_pyarrow().to_pylist()
    assert [row["key"] for row in keys] == [written_key_of(row["name"], row["country"]) for row in keys]
    assert keys[0]["key"] == keys[1]["key"] == "ACME TRADING CO LTD|CN"


@settings(max_examples=25)
@given(
    st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1), min_size=1)
)
def test_the_key_is_the_same_for_any_text(names: list[str]) -> None:
    rows = ibis.memtable(pa.table({"name": names}))
    keys = rows.select(key=written_key(rows.name, ibis.literal("US"))).to_pyarrow()["key"].to_pylist()
    assert keys == [written_key_of(name, "US") for name in names]


def bill(number: str, shipper: str, address: str | None, **more: object) -> dict[str, object]:
    return {"bill_number": number, "shipper_name": shipper, "shipper_address": address, "shipper_country": "CN", **more}


def test_a_name_on_many_bills_is_one_record_with_its_addresses() -> None:
    facts = MemoryFacts(
        {
            "bills": [
                bill("ABCD1", "Acme Co., Ltd.", "1 Quay"),
                bill("ABCD2", "ACME CO LTD", "1 Quay"),
                bill("ABCD3", "ACME CO LTD", "2 Dock", consignee_name="..."),
            ],
            "foreign_bills": [bill("ABCD4", "acme co ltd", None)],
        }
    )
    (record,) = records_to_resolve(facts).to_pyarrow().to_pylist()
    assert record["key"] == "ACME CO LTD|CN"
    assert sorted(record["addresses"]) == ["1 Quay", "2 Dock"]
    assert record["rows"] == ["bills:ABCD1", "foreign_bills:ABCD4"]


def test_only_numbers_of_taxpayers_filers_and_sureties_join_outright() -> None:
    rows = [("importer", "12-345678901"), ("consignee", "12-345678900"), ("broker", "ABC"), ("surety", "001"),
            ("manufacturer", "CNACM1SHA"), ("company", "12-345678901"), ("importer", "7364009")]  # fmt: skip
    facts = MemoryFacts(
        {
            "party_records": [
                {"record_id": f"P{n}", "role": role, "identifier": number, "name": "N"}
                for n, (role, number) in enumerate(rows)
            ]
        }
    )
    records = sorted(records_to_resolve(facts).to_pyarrow().to_pylist(), key=lambda row: row["record"])
    assert [row["outright"] for row in records] == [
        "importer:12-3456789", "importer:12-3456789", "broker:ABC", "surety:001", None, None, None,
    ]  # fmt: skip
    assert [row["identifier"] for row in records[4:]] == ["CNACM1SHA", "12-345678901", "7364009"]


def test_firms_of_orders_are_makers_in_the_order_s_country() -> None:
    facts = MemoryFacts(
        {
            "orders": [{"case_number": "A-570-900", "country": "CN"}],
            "order_firms": [
                {"case_number": "A-570-900", "suffix": "001", "name": "Acme", "manufacturer_id": "CNACM1SHA"},
                {"case_number": "A-570-900", "suffix": "002", "name": "Bolt"},
            ],
        }
    )
    records = sorted(records_to_resolve(facts).to_pyarrow().to_pylist(), key=lambda row: row["record"])
    assert [(row["kind"], row["key"], row["country"]) for row in records] == [
        ("manufacturer", "CNACM1SHA", "CN"),
        ("company", "A-570-900-002", "CN"),
    ]


def test_what_was_not_known_on_the_day_is_no_record() -> None:
    row = {"record_id": "P1", "role": "company", "name": "Acme", "known_at": date(2024, 5, 1)}
    facts = MemoryFacts({"party_records": [row]})
    assert records_to_resolve(facts, as_of=date(2024, 4, 30)).to_pyarrow().num_rows == 0
    records = records_to_resolve(facts, as_of=date(2024, 5, 1))
    assert records.schema() == SCHEMA
    assert records.to_pyarrow().num_rows == 1
