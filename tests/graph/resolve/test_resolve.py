"""Resolution end to end, on a handful of records that a person can judge by eye."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph.model.errors import Conflict
from graph.resolve.judgements import Judgement, Verdict
from graph.resolve.resolve import resolve
from graph.resolve.resolved import Resolved
from tests.graph.detect.memory_facts import MemoryFacts

MID = "VNQUIVEX18HCM"


def record(record_id: str, role: str, identifier: str | None, name: str, **more: Any) -> dict[str, Any]:
    return {"record_id": record_id, "role": role, "identifier": identifier, "name": name, **more}


HARBORLIGHT = {"address": "12 Harbor Street Suite 4", "city": "Newark", "postal_code": "07102", "country": "US",
               "phone": "+1 (201) 555-0143", "officers": ["Rosa Delgado"]}  # fmt: skip
QUILLON = {"address": "18 Ben Nghe Road", "city": "Ho Chi Minh City", "country": "VN"}
RECORDS = [
    record("P1", "importer", "12-345678900", "Harborlight Furniture Corp", **HARBORLIGHT),
    record(
        "P2", "importer", "12-345678901", "Oakmere Warehouse", address="99 Quay Road", city="Savannah", country="US"
    ),
    record("P3", "importer", "98-765432100", "Saltmarsh Home LLC", **HARBORLIGHT),
    record("P4", "manufacturer", MID, "Quillon Vexholm Co., Ltd.", **QUILLON),
    record("P5", "manufacturer", MID, "Thandro Marbury Joint Stock Company", address="77 Thu Duc Street", country="VN"),
    record("P6", "broker", "ABC", "Able Customs Brokers"),
    record("P7", "importer", "55-111222300", "Tern and Sons Inc", address="4 Low Street", city="Newark", country="US"),
]
BILLS = [
    {"bill_number": "ABCD1", "shipper_name": "QUILLON VEXHLM CO LTD",
     "shipper_address": "18 BEN NGHE RD, HO CHI MINH CITY",
     "shipper_country": "VN",
     "consignee_name": "HARBOR LIGHT FURN CORP", "consignee_country": "US",
     "consignee_address": "12 HARBOR ST STE 4, NEWARK 07102", "notify_name": "TO ORDER"},
]  # fmt: skip


def facts(*more: dict[str, Any]) -> MemoryFacts:
    return MemoryFacts({"party_records": [*RECORDS, *more], "bills": BILLS})


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return resolve(facts())


def party(resolved: Resolved, record: str) -> str:
    return resolved.party_of()[record]


def possibly(resolved: Resolved, left: str, right: str) -> dict[str, Any]:
    rows = resolved.possibly_same.to_pylist()
    (row,) = [row for row in rows if {row["left_record"], row["right_record"]} == {left, right}]
    return row


def test_an_ein_with_another_suffix_is_the_same_taxpayer(resolved: Resolved) -> None:
    assert party(resolved, "party_records:P1") == party(resolved, "party_records:P2")


def test_two_taxpayers_at_one_address_are_two_parties_that_may_be_one(resolved: Resolved) -> None:
    assert party(resolved, "party_records:P1") != party(resolved, "party_records:P3")


def test_one_mid_with_two_names_is_two_makers(resolved: Resolved) -> None:
    assert party(resolved, "party_records:P4") != party(resolved, "party_records:P5")


def test_names_on_bills_join_those_on_file(resolved: Resolved) -> None:
    assert party(resolved, "written:QUILLON VEXHLM CO LTD|VN") == party(resolved, "party_records:P4")
    assert party(resolved, "written:HARBOR LIGHT FURN CORP|US") == party(resolved, "party_records:P1")


def test_each_key_has_one_row_with_the_rows_that_speak(resolved: Resolved) -> None:
    rows = {(row["kind"], row["key"]): row for row in resolved.parties.to_pylist()}
    assert len(rows) == resolved.parties.num_rows
    maker = rows["manufacturer", MID]
    assert maker["name"] == "Quillon Vexholm Co., Ltd."
    assert maker["records"] == ["party_records:P4"]
    assert rows["written", "QUILLON VEXHLM CO LTD|VN"]["party"] == maker["party"]
    assert rows["written", "QUILLON VEXHLM CO LTD|VN"]["records"] == ["bills:ABCD1"]


def test_a_merge_is_explained_feature_by_feature(resolved: Resolved) -> None:
    row = possibly(resolved, "party_records:P4", "written:QUILLON VEXHLM CO LTD|VN")
    assert row["merged"] == "yes"
    why = {one["feature"]: one for one in json.loads(row["why"])}
    assert why["name"]["right"] == "QUILLON VEXHLM CO LTD"
    assert why["name"]["level"] in ("alike", "nearly the same")
    assert why["address"]["bits"] > 2


def test_the_same_facts_give_the_same_answer(resolved: Resolved) -> None:
    again = resolve(facts())
    assert again.parties.equals(resolved.parties)
    assert again.possibly_same.equals(resolved.possibly_same)


def test_it_is_the_same_when_written_and_read_back(resolved: Resolved, tmp_path: Path) -> None:
    resolved.write(tmp_path)
    back = Resolved.read(tmp_path)
    assert back.parties.equals(resolved.parties)
    assert back.pairs.equals(resolved.pairs)
    assert back.model == resolved.model


def test_new_records_join_and_the_ids_of_parties_stay(resolved: Resolved) -> None:
    new = record("P0", "manufacturer", "VNQUIVEX18HOC", "Quillon Vexholm Company Limited", **QUILLON)
    grown = resolve(facts(new), before=resolved)
    whole = resolve(facts(new))
    assert party(grown, "party_records:P0") == party(resolved, "party_records:P4")
    assert {record: grown.party_of()[record] for record in resolved.party_of()} == resolved.party_of()
    groups = [{frozenset(r for r, p in one.party_of().items() if p == mine) for mine in one.party_of().values()}
              for one in (grown, whole)]  # fmt: skip
    assert groups[0] == groups[1]


def test_people_have_the_last_word_and_can_take_it_back(resolved: Resolved) -> None:
    same = Judgement("J1", "importer:98-765432100", "importer:12-345678900", Verdict.SAME)
    apart = Judgement("J2", "party_records:P4", "written:QUILLON VEXHLM CO LTD|VN", Verdict.DIFFERENT)
    judged = resolve(facts(), before=resolved, judgements=[same, apart])
    assert party(judged, "party_records:P3") == party(judged, "party_records:P1")
    assert party(judged, "party_records:P4") != party(judged, "written:QUILLON VEXHLM CO LTD|VN")
    assert judged.led_to() == {party(resolved, "party_records:P3"): party(judged, "party_records:P1")}
    back = resolve(facts(), before=judged)
    assert party(back, "party_records:P3") != party(back, "party_records:P1")
    assert party(back, "party_records:P4") == party(back, "written:QUILLON VEXHLM CO LTD|VN")


def test_a_party_can_be_judged_by_its_id(resolved: Resolved) -> None:
    ids = [f"party:{party(resolved, f'party_records:{one}')}" for one in ("P6", "P7")]
    judged = resolve(facts(), before=resolved, judgements=[Judgement("J1", *ids, Verdict.SAME)])
    assert party(judged, "party_records:P6") == party(judged, "party_records:P7")


def test_one_taxpayer_cannot_be_judged_two(resolved: Resolved) -> None:
    two = Judgement("J7", "importer:12-345678900", "importer:12-345678901", Verdict.DIFFERENT)
    with pytest.raises(Conflict, match="J7"):
        resolve(facts(), judgements=[two])


def test_no_record_is_no_party() -> None:
    empty = resolve(MemoryFacts({}))
    assert empty.parties.num_rows == empty.possibly_same.num_rows == 0


# Where many firms are named alike, a shared word says little.
NEIGHBOURS = [
    record(f"X{place}", "manufacturer", f"CN{first[:3]}{second[:3]}{place}WUX".upper(),
           f"{first}{second.lower()} Metal Products Import and Export Co., Ltd.",
           address=f"{100 + 7 * place} {second} Road", city="Wuxi", country="CN")
    for place, (first, second) in enumerate(
        (first, second) for first in ("Bao", "Chun", "Feng", "Guang", "Jia", "Lian", "Ming", "Tai", "Xin", "Yong")
        for second in ("An", "De", "Fu", "Hai", "Kang", "Long", "Sheng", "Tong")
    )
]  # fmt: skip


def test_a_name_on_bills_with_the_addresses_of_two_makers_makes_them_no_one() -> None:
    names = ("Jinyuan Metal Enterprise Import and Export", "Jinyuan Chemical Import and Export")
    two = [
        record("M1", "manufacturer", "CNJINMET1315HAN", names[0], address="1315 Renmin Road", city="Hangzhou",
               country="CN", phone="+86 20 555 3522", officers=["Tara Fengren"]),
        record("M2", "manufacturer", "CNJINCHE1955NIN", names[1], address="1955 Xinhua East Road", city="Ningbo",
               country="CN", phone="+86 51 777 8080", officers=["Rui Ellery"]),
    ]  # fmt: skip
    written = [(name, address) for name in (*names, *(name[:-1] for name in names))
               for address in ("1315 RENMIN RD, HANGZHOU", "1955 XINHUA EAST RD, NINGBO")]  # fmt: skip
    bills = [
        {"bill_number": f"EFGH{place}", "shipper_name": name, "shipper_address": address, "shipper_country": "CN"}
        for place, (name, address) in enumerate(written)
    ]
    known = MemoryFacts({"party_records": [*NEIGHBOURS, *two], "bills": bills})
    resolved = resolve(known)
    assert party(resolved, "party_records:M1") != party(resolved, "party_records:M2")
    assert resolve(known, before=resolved).party_of() == resolved.party_of()


def test_neighbours_in_one_street_are_not_at_one_address() -> None:
    two = [
        record("N1", "manufacturer", "CNLONMET247WUX", "Longzhong Metal Products Import and Export Co., Ltd.",
               address="247 Jianshe Road Building 13", city="Wuxi", country="CN"),
        record("N2", "manufacturer", "CNXINMET1283WUX", "Xingkang Metal Products Import and Export Co., Ltd.",
               address="1283 Jianshe Rd Bldg 13", city="Wuxi", country="CN"),
        record("N3", "manufacturer", "CNXINMET1283WUX", "Xingkang Metal Products Imp & Exp Co Ltd",
               address="1238 Jianshe Road Building 13", city="Wuxi", country="CN"),
    ]  # fmt: skip
    resolved = resolve(MemoryFacts({"party_records": [*NEIGHBOURS, *two]}))
    assert party(resolved, "party_records:N1") != party(resolved, "party_records:N2")
    why = json.loads(possibly(resolved, "party_records:N2", "party_records:N3")["why"])
    assert {one["feature"]: one["level"] for one in why}["address"] != "different"
    assert party(resolved, "party_records:N3") == party(resolved, "party_records:N2")
