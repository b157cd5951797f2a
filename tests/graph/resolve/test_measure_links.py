"""Links measured against names of which it is known whom they mean."""

from pathlib import Path

import pytest

from graph.model.errors import Invalid
from graph.resolve.measure_links import measure_links

PARTIES = """party,name
u,"Umber Trading Co., Ltd."
u,Umber Trade House Ltd
o,Ochre Garment Factory GmbH
s1,Sienna Textile Mills Ltd
s2,Sienna Textile Mills Ltd
"""
MENTIONS = """name,party,family
UMBER TRADING LTD,u,plain
UMBER TRAIDNG LTD,u,slip
OCHRE GARMENT FACTORY LTD,,sister
SIENNA TEXTILE MILLS LTD,s1,plain
OCHRE GARMENT FACTORY GMBH,,nobody
MADDER STEEL LLC,,nobody
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parties.csv").write_text(PARTIES, encoding="utf-8")
    (tmp_path / "mentions.csv").write_text(MENTIONS, encoding="utf-8")
    return tmp_path


def test_a_name_of_nobody_that_is_linked_is_wrong(folder: Path) -> None:
    measured = measure_links(folder)
    families = measured.pop("families")
    assert measured == {
        "n": 6, "of_nobody": 3, "linked": 3, "wrong": 1, "of_nobody_linked": 1, "precision": 2 / 3, "coverage": 2 / 3,
        "rest": 1, "rest_top_1": 1.0, "rest_claimed": 1.0,
    }  # fmt: skip
    assert {family: (of["linked"], of["wrong"]) for family, of in families.items()} == {
        "plain": (1, 0), "slip": (1, 0), "sister": (0, 0), "nobody": (1, 1),
    }  # fmt: skip
    assert families["sister"]["precision"] is None


def test_a_file_alone_is_measured_on_the_parties_that_are_given(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("name,party\nUMBER TRADING LTD,importer:12-345678900\nUMBER TRADING LTD,\n", encoding="utf-8")
    measured = measure_links(file, [("Umber Trading Ltd", "p")], {"importer:12-345678900": "p", "p": "p"})
    assert (measured["linked"], measured["wrong"], measured["coverage"]) == (2, 1, 1.0)
    assert "families" not in measured


def test_a_party_that_is_not_on_file_is_named_with_its_line(folder: Path) -> None:
    (folder / "mentions.csv").write_text("name,party\nUMBER TRADING LTD,x\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"Line 2 .* names a party that is not on file"):
        measure_links(folder)


def test_a_file_without_names_cannot_be_measured(folder: Path) -> None:
    (folder / "mentions.csv").write_text("name,party\n", encoding="utf-8")
    with pytest.raises(Invalid, match="marks no name"):
        measure_links(folder)
