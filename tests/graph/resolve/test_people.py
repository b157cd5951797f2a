"""Telling people apart, and knowing one again: families at one address, namesakes, other scripts, slips."""

import csv
from pathlib import Path

import pytest

from graph.resolve.measure import read_party_records
from graph.resolve.names import SAME_PERSON_FROM, compare_people
from graph.resolve.resolve import resolve_records
from graph.resolve.words import read_name

HOUSE = {"address": "18 Tollgate Lane, Wexcombe", "email": "house@wexcombe.example"}


def parties(folder: Path, *people: dict[str, str]) -> list[set[str]]:
    """The groups in which records `1`, `2`, ... come out, beside strangers who make the file longer."""
    names = [f"{given} {family}" for given in ("Orla", "Piet", "Runa", "Stig", "Tove", "Ulla", "Veit", "Wout")
             for family in ("Amsel", "Brack", "Corde", "Drumm", "Espen")]  # fmt: skip
    strangers = [
        {"name": name, "established_on": f"19{year}-03-{year % 27 + 1:02d}"} for year, name in enumerate(names, 40)
    ]
    rows = [{"record_id": str(place), **row} for place, row in enumerate([*people, *strangers], start=1)]
    with (folder / "party_records.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    groups: dict[str, set[str]] = {}
    for record, party in resolve_records(read_party_records(folder / "party_records.csv")).party_of().items():
        number = record.removeprefix("party_records:")
        if int(number) <= len(people):
            groups.setdefault(party, set()).add(number)
    return sorted(groups.values(), key=min)


def test_twins_at_one_address_are_two_people(tmp_path: Path) -> None:
    born = {"established_on": "1997-09-28", **HOUSE}
    assert parties(tmp_path, {"name": "Kurt Vandrel", **born}, {"name": "Isolde Vandrel", **born}) == [{"1"}, {"2"}]


def test_a_namesake_without_a_birthday_is_neither_the_father_nor_the_son(tmp_path: Path) -> None:
    father = {"name": "John Miller", "established_on": "1950-10-10", **HOUSE}
    son = {"name": "John Miller", "established_on": "1990-03-15", **HOUSE}
    silent = {"name": "John Miller", **HOUSE}
    assert parties(tmp_path, father, son, silent) == [{"1"}, {"2"}, {"3"}]
    assert parties(tmp_path, father, silent) == [{"1", "2"}]


def test_numbers_tell_namesakes_apart_and_join_other_spellings(tmp_path: Path) -> None:
    rows = [{"name": "Pat Miller", "identifier": "10251111", **HOUSE},
            {"name": "Pat Miller", "identifier": "88340972", **HOUSE},
            {"name": "Patrick Miller", "identifier": "10251111", **HOUSE}]  # fmt: skip
    assert parties(tmp_path, *rows) == [{"1", "3"}, {"2"}]


def test_a_house_brings_one_name_in_two_scripts_together(tmp_path: Path) -> None:
    rows = [{"name": "张秀英", "address": "329 Leatherby Street, Wexcombe, 89117", "established_on": "2/4/31"},
            {"name": "Xiu Ying Zhang", "address": "329 Leatherby Street", "established_on": "4/2/31"}]  # fmt: skip
    assert parties(tmp_path, *rows) == [{"1", "2"}]


@pytest.mark.parametrize(("one", "other"), [
    ("Zara Thompson", "Sahra Tompson"), ("فيصل صديقي", "Faisal Siddiqui"), ("张伟", "Wei Zhang"),
    ("B Smith", "Robert Smith"),
])  # fmt: skip
def test_names_that_are_heard_alike_are_alike(one: str, other: str) -> None:
    assert compare_people(one, other).score >= 0.74
    assert compare_people(one, other).score == compare_people(other, one).score


@pytest.mark.parametrize(("one", "other"), [
    ("Mark Kusha", "Marsha Kusha"), ("Kusha, Mark", "Marsha Kusha"), ("John Miller", "Jean Miller"),
    ("Anna Becker", "Annabelle Becker"),
])  # fmt: skip
def test_relatives_are_not_one_person(one: str, other: str) -> None:
    assert compare_people(one, other).score < SAME_PERSON_FROM


def test_a_given_name_is_known_by_its_place() -> None:
    assert [read_name(name).given for name in ("Dr Robert Smith", "Smith, Robert", "张伟")] == ["ROBERT", "ROBERT", ""]
