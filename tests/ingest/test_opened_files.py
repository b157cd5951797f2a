"""Archives in archives, opened within bounds that hold for all of them together."""

import io
import resource
import zipfile
from pathlib import Path

from ingest.given_files import GivenFile
from ingest.opened_files import opened_files
from ingest.text.readers import Readers
from tests.fixtures.document_files import mail


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name.replace("_dot_", "."), raw)
    return packed.getvalue()


def opened(folder: Path, *names: str) -> dict[str, GivenFile]:
    given = [GivenFile(folder / name, name) for name in names]
    with Readers(1) as readers:
        return {file.name: file for file in opened_files(given, readers, folder / "out", profile=None)}


def test_archives_in_an_archive_cannot_fill_the_disk_together(tmp_path: Path) -> None:
    # Each holds less than any archive may; together they hold more than may come out of a file this small.
    swelling = zipped(zeros_dot_bin=bytes(40 * 1024 * 1024))
    bomb = zipped(zeros_dot_bin=bytes(70 * 1024 * 1024))
    (tmp_path / "outer.zip").write_bytes(
        zipped(a_dot_zip=swelling, b_dot_zip=zipped(b_dot_zip=swelling), c_dot_zip=bomb, note_dot_txt=b"A note.")
    )
    (tmp_path / "other.zip").write_bytes(zipped(d_dot_zip=swelling))
    found = opened(tmp_path, "outer.zip", "other.zip")
    assert found["outer.zip/b.zip/b.zip/zeros.bin"].failed == (
        "outer.zip/b.zip/b.zip holds more than may come out of one file, those inside others counted: 20,000 files, and"
        " 200 times its size (from 64 MiB to 2 GiB). Unpack it yourself if you trust it, and load the folder."
    )
    assert found["outer.zip/c.zip"].failed.startswith(
        "outer.zip/c.zip unpacks zeros.bin to more than 200 times its size; it is made to fill a disk, or damaged."
    )
    for name in ("outer.zip/a.zip/zeros.bin", "other.zip/d.zip/zeros.bin"):  # each file has an allowance of its own
        assert found[name].path.stat().st_size == 40 * 1024 * 1024
    assert found["outer.zip/note.txt"].path.read_bytes() == b"A note."


def test_what_a_broken_archive_wrote_is_removed_and_counts(tmp_path: Path) -> None:
    broken = bytearray(zipped(a_dot_bin=bytes(30 * 1024 * 1024), b_dot_txt=b"Frames of wood"))
    broken[broken.index(b"b.txt") + 8] ^= 255
    (tmp_path / "outer.zip").write_bytes(
        zipped(**{f"{at}_dot_zip": bytes(broken) for at in range(2)}, whole_dot_zip=zipped(c_dot_bin=bytes(9_000_000)))
    )
    found = opened(tmp_path, "outer.zip")
    for at in range(2):
        assert found[f"outer.zip/{at}.zip"].failed.startswith(f"outer.zip/{at}.zip is a ZIP archive that breaks off")
    assert "holds more than" in found["outer.zip/whole.zip/c.bin"].failed
    assert not list((tmp_path / "out").rglob("*.bin"))


def test_an_archive_that_declares_less_than_it_holds_is_told(tmp_path: Path) -> None:
    raw = bytearray(zipped(zeros_dot_bin=bytes(100_000_000)))
    declared = raw.index(b"PK\x01\x02") + 24
    raw[declared : declared + 4] = (1_000).to_bytes(4, "little")
    (tmp_path / "lies.zip").write_bytes(bytes(raw))
    said = opened(tmp_path, "lies.zip")["lies.zip"].failed
    assert said.startswith("lies.zip is a ZIP archive that breaks off or is damaged: Bad CRC-32 for file 'zeros.bin'")
    assert not list((tmp_path / "out").rglob("*.bin"))


def test_files_for_which_an_allowance_leaves_no_room_are_told_in_one_line(tmp_path: Path) -> None:
    files = {f"{at:02}_dot_bin": bytes(30 * 1024 * 1024) for at in range(6)}
    (tmp_path / "full.zip").write_bytes(zipped(**files, note_dot_txt=b"A note."))
    found = opened(tmp_path, "full.zip")
    assert list(found) == [
        "full.zip", "full.zip/00.bin", "full.zip/01.bin", "full.zip/note.txt", "full.zip/02.bin and 3 more",
    ]  # fmt: skip
    assert found["full.zip/02.bin and 3 more"].failed.startswith("full.zip holds more than may come out of one file")
    assert found["full.zip/note.txt"].path.read_bytes() == b"A note."


def test_what_finds_no_room_on_the_disk_is_told_and_the_rest_is_opened(tmp_path: Path) -> None:
    large, deep = bytes(2 * 1024 * 1024), "/".join(["folder" * 20] * 40)
    (tmp_path / "a.zip").write_bytes(
        zipped(**{"large.bin": large, f"{deep}/note.txt": b"deep", "note.txt": b"A note."})
    )
    (tmp_path / "a.eml").write_bytes(bytes(mail("Frames", "of wood", [("large.bin", large), ("note.txt", b"A note.")])))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, before[1]))  # the readers inherit it
    try:
        found = opened(tmp_path, "a.zip", "a.eml")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    for name in ("a.zip", "a.eml"):
        said = f"large.bin in {name} cannot be written out (File too large). Make room where the home directory is"
        assert found[f"{name}/large.bin"].failed.startswith(said)
        assert found[f"{name}/note.txt"].path.read_bytes() == b"A note."
    assert "cannot be written out (File name too long)" in found[f"a.zip/{deep}/note.txt"].failed
    assert not list((tmp_path / "out").rglob("*.bin"))
