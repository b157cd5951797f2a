"""What a profile may say, and that a mistake in one is told with its file and place."""

from pathlib import Path

import pytest

from graph.model.errors import Invalid
from graph.model.tables import TABLES
from ingest.sources.profile import SHIPPED, Profile, read_profile, read_profiles

SMALL = """
name = "port-notes"
title = "Notes on ports"
table = "ports"
files = ["delimited"]
needs = ["port_code"]
[columns]
port_code = ["Port"]
name = ["Name"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_profile_is_read(tmp_path: Path) -> None:
    assert read_profile(written(tmp_path, SMALL)).columns["port_code"] == ("Port",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('table = "ports"|table = "harbours"', "harbours"),
        ('name = ["Name"]|name = ["Port"]', "stands under"),
        ('needs = ["port_code"]|needs = ["depth"]', "depth"),
        ("title|titel", "titel"),
        ('files = ["delimited"]|files = ["scroll"]', "delimited"),
        ("[columns]|shapes = { port_code = '(' }\n[columns]", "regular expression"),
        ('needs|foreign_identifiers = ["port_code"]\nneeds', "administration"),
        ("[columns]|[columns", "not TOML"),
    ],
)
def test_a_mistake_names_the_file_and_the_place(tmp_path: Path, change: str, said: str) -> None:
    old, new = change.split("|")
    path = written(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(Invalid) as error:
        read_profile(path)
    assert str(path) in error.value.message
    assert said in error.value.message


def test_shipped_profiles_have_names_of_their_own() -> None:
    names = [profile.name for profile in read_profiles(SHIPPED)]
    assert len(names) == len(set(names)) > 10


@pytest.mark.parametrize("profile", list(read_profiles(SHIPPED)), ids=lambda profile: profile.name)
def test_a_shipped_profile_can_fill_what_its_table_requires(profile: Profile) -> None:
    if profile.left_out:
        return
    filled = {*profile.columns, *profile.constants, *profile.derive}
    required = {column.name for column in TABLES[profile.table].columns if column.required}
    assert required <= filled


def test_the_truth_labels_of_the_declarations_are_dropped_with_a_reason() -> None:
    profile = next(profile for profile in read_profiles(SHIPPED) if profile.administration == "KR")
    assert set(profile.drop_columns) == {"fraud", "critical_fraud"}
    assert all(profile.drop_columns.values())
