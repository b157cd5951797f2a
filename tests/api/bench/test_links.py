"""Names made hard, and the page that tells how they were linked."""

import random
from pathlib import Path

import pytest

from api.bench import links
from api.bench.hard_names import BESIDE, SAME, hard_mentions
from graph.model.errors import Invalid

PARTIES = {
    f"p{n}": [f"{first} {goods} Co., Ltd.", f"{first} {goods} House"]
    for n, (first, goods) in enumerate(
        (first, goods)
        for first in ("Umber", "Ochre", "Sienna", "Madder", "Gamboge", "Realgar")
        for goods in ("Garment", "Cordage", "Fasteners", "Steel")
    )
}


def test_names_left_out_are_nobodys_and_no_name_is_two_partys() -> None:
    hard = hard_mentions(random.Random(3), PARTIES, held_out=0.25)  # noqa: S311 - names, not secrets
    assert len(hard.parties) == 18
    assert {one.family for one in hard.mentions} <= {
        *SAME, *BESIDE, "nobody on file", "nobody on file, with a slip", "an alias not on file"
    }  # fmt: skip
    assert {one.party for one in hard.mentions if one.family in SAME} <= set(hard.parties)
    assert not any(one.party for one in hard.mentions if one.family in BESIDE or one.family.startswith("nobody"))
    for one in hard.mentions:
        if one.family == "an alias not on file":
            assert one.name in PARTIES[one.party]
            assert one.name not in hard.parties[one.party]


@pytest.mark.parametrize("family", sorted(BESIDE))
def test_a_firm_beside_another_bears_another_name(family: str) -> None:
    choose = random.Random(1)  # noqa: S311
    for name in ("Umber Garment Co., Ltd.", "Ochre Steel LLC", "Sienna Cordage Mills GmbH"):
        assert BESIDE[family](choose, name).upper() != name.upper()


def test_names_of_a_file_are_measured_and_written_as_a_page(tmp_path: Path) -> None:
    rows = "\n".join(
        f'{party},importer,"{name}",{n} Harbour Street,Oakland,US'
        for n, (party, (name, _)) in enumerate(sorted(PARTIES.items()), 100)
    )
    given = tmp_path / "party_records.csv"
    given.write_text(f"record_id,role,name,address,city,country\n{rows}\n", encoding="utf-8")
    measured = links.run(tmp_path / "bench", seeds=(), size="small", given=[given])
    of = measured["party_records.csv"]
    assert of["parties"] == 18
    assert of["precision"] >= links.AT_LEAST
    assert of["families"]["a slip"]["coverage"] > 0
    page = links.as_markdown(measured, command="`this`")
    assert "| party_records.csv | 18 |" in page
    assert "| nobody on file | " in page


def test_nothing_to_measure_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no names to measure"):
        links.run(tmp_path, seeds=(), size="small")


def test_a_file_without_parties_is_told(tmp_path: Path) -> None:
    given = tmp_path / "notes.csv"
    given.write_text("colour\nred\n", encoding="utf-8")
    with pytest.raises(Invalid, match="holds no parties"):
        links.run(tmp_path / "bench", seeds=(), size="small", given=[given])
