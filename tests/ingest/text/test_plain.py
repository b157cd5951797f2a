"""Plain texts with control characters in them, and what only looks like one."""

from pathlib import Path

import pytest

from graph.model.errors import Invalid
from ingest.text.reading import format_of, read


def written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_a_text_with_many_control_characters_is_read_with_its_words_apart(tmp_path: Path, name: str) -> None:
    line = "ABC-1234567-6\x1fCafé\x00\x00\x1f2704\x1e\n".encode()
    raw = line * 5_000  # more than is looked at to know the format
    reading = read(written(tmp_path / name, raw), name, lambda: None)
    assert reading.text == "\n".join(["ABC-1234567-6 Café 2704"] * 5_000)
    assert reading.notes == (f"25,000 of its {len(raw):,} bytes are control characters: blanks stand for them",)


@pytest.mark.parametrize(
    "raw",
    [
        b"ABC\x00\x00\x00\x00" * 900,  # more than a fifth
        b"Frames of wood" * 300 + b"\xff\x00\x01\x02" * 60,  # no UTF-8
    ],
)
def test_what_is_no_text_stays_refused(tmp_path: Path, raw: bytes) -> None:
    path = written(tmp_path / "a.txt", raw)
    assert format_of(path) == ""
    with pytest.raises(
        Invalid, match=r"a\.txt is no text: too many of its bytes are control characters\. Save it as PDF"
    ):
        read(path, "a.txt", lambda: None, otherwise="text")
