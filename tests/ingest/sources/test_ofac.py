"""OFAC's three files: parties from SDN, with aliases and addresses beside it."""

from pathlib import Path
from typing import Any

import pytest

from ingest.sources.ofac import SpeciallyDesignated

BLANKS = ",-0- ,-0- ,-0- ,-0- ,-0- ,-0- "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "SDN.CSV").write_bytes(
        f'36,"MANGROVE AIRLINES",-0- ,"ATLANTIS",-0- {BLANKS},-0- \r\n'
        f'40,"FICTÍCIO, João","individual","SDNTK",-0- {BLANKS},"DOB 1960."\r\n\x1a'.encode("latin-1")
    )
    (tmp_path / "ALT.CSV").write_bytes(b'36,12,"aka","MANGRO-AIR",-0- \r\n36,13,"fka","OLD; AIR",-0- \r\n\x1a')
    (tmp_path / "ADD.CSV").write_bytes(
        b'36,25,"1 Quay","Havana","Cuba",-0- \r\n36,26,-0- ,"Moscow","Russia",-0- \r\n'
        b'40,27,-0- ,-0- ,"Lemuria",-0- \r\n'
    )
    return tmp_path


def rows(path: Path) -> list[dict[str, Any]]:
    source = SpeciallyDesignated()
    assert source.recognises(path, path.read_bytes()) > 0.5
    return [row for batch in source.rows(path) for row in batch.batch.to_pylist()]  # type: ignore[union-attr]


def test_a_party_has_its_aliases_and_its_first_address(folder: Path) -> None:
    company, person = rows(folder / "SDN.CSV")
    assert (company["record_id"], company["name"], company["party_type"]) == ("OFAC-36", "MANGROVE AIRLINES", "entity")
    assert (company["other_names"], company["name_kind"]) == ("MANGRO-AIR;OLD, AIR", "aka;former")
    assert (company["address"], company["city"], company["country"]) == ("1 Quay", "Havana", "CU")
    assert company["further_addresses"] == "Moscow, Russia"
    assert (person["name"], person["party_type"], person["remarks"]) == ("FICTÍCIO, João", "individual", "DOB 1960.")
    assert (person["country"], person["country_as_written"]) == (None, "Lemuria")


@pytest.mark.parametrize("name", ["ALT.CSV", "ADD.CSV"])
def test_a_companion_alone_gives_only_a_reason(folder: Path, name: str) -> None:
    source = SpeciallyDesignated()
    (batch,) = list(source.rows(folder / name))  # type: ignore[arg-type]
    assert batch.batch.num_rows == 0
    assert list(batch.left_out) == ["read together with sdn.csv"]


def test_sdn_without_companions_is_still_a_list(folder: Path) -> None:
    (folder / "ALT.CSV").unlink()
    (folder / "ADD.CSV").unlink()
    assert [row["other_names"] for row in rows(folder / "SDN.CSV")] == [None, None]


def test_other_tables_of_numbers_are_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("1,2,3,4,5,6\n1,2,3,4,5,6\n", encoding="utf-8")
    assert SpeciallyDesignated().recognises(path, path.read_bytes()) == 0
