"""The published and derived examples of identifiers, where the shared data stand beside the repository."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.model.errors import Invalid
from graph.model.identifiers import (
    CaseNumber,
    ContainerNumber,
    EntryNumber,
    HtsNumber,
    Identifier,
    ImporterNumber,
    LabNumber,
    PortCode,
    ProtestNumber,
    RulingNumber,
    rulings_beside_file_codes,
)
from graph.model.mid import address_part, name_part

ROOT = Path(__file__).parents[3]
VECTORS = (
    Path(os.environ.get("TIDEWAITER_SHARED_DATA", ROOT / ".." / "shared" / "data")).parent / "identifier_vectors.json"
)
KINDS: dict[str, type[Identifier]] = {
    "entry_number": EntryNumber,
    "iso6346": ContainerNumber,
    "importer": ImporterNumber,
    "adcvd": CaseNumber,
    "ruling": RulingNumber,
    "protest": ProtestNumber,
    "lab": LabNumber,
    "hts": HtsNumber,
    "schedule_d": PortCode,
}

pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason=f"the shared examples ({VECTORS.name}) are not here")


@pytest.fixture(scope="module")
def vectors() -> dict[str, list[list[object]] | dict[str, list[list[object]]]]:
    read: dict[str, list[list[object]] | dict[str, list[list[object]]]] = json.loads(VECTORS.read_text("utf-8"))
    return read


def rows(group: object) -> Iterator[list[object]]:
    for part in group.values() if isinstance(group, dict) else [group]:
        yield from part


@pytest.mark.parametrize("group", KINDS)
def test_each_example_is_accepted_or_refused_as_it_should_be(group: str, vectors: dict[str, object]) -> None:
    kind = KINDS[group]
    for text, valid, *notes in rows(vectors[group]):
        assert isinstance(text, str)
        if "repair" in "".join(map(str, notes)):
            assert PortCode.repaired(text).key == str(notes[0]).rsplit(maxsplit=1)[-1]
        elif valid:
            assert kind.parse(text)
        else:
            with pytest.raises(Invalid):
                kind.parse(text)


def test_each_name_and_address_gives_its_part_of_a_manufacturer_id(vectors: dict[str, object]) -> None:
    assert {name: name_part(str(name)) for name, _ in rows(vectors["mid_name_part"])} == dict(
        rows(vectors["mid_name_part"])
    )
    assert {address: address_part(str(address)) for address, _ in rows(vectors["mid_addr"])} == dict(
        rows(vectors["mid_addr"])
    )


def test_each_bare_ruling_is_found_beside_its_file_code(vectors: dict[str, object]) -> None:
    for text, number in rows(vectors["ruling_bare_context"]):
        assert [ruling.number for ruling in rulings_beside_file_codes(str(text))] == [number]
