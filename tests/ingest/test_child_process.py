"""Processes beside a load know nothing of its secrets."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.child_process import ChildProcesses, environment
from ingest.extract.side_by_side import TextReaders
from ingest.text.readers import Asked, Readers
from ingest.text.reading import Reading
from tests.fixtures.document_files import pdf


def environments_of_children() -> list[bytes]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(entry.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.append((entry.parent / "environ").read_bytes())
        except (OSError, ValueError):
            continue
    return found


def test_readers_of_documents_and_texts_get_a_few_variables_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEWAITER_DATABASE_URL", "postgresql://desk:heron-7@db/tidewaiter")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "heron-7")
    before = len(environments_of_children())
    texts = TextReaders(2)
    texts._started = True
    with Readers(1) as readers:
        (reading,) = readers.read([Asked(pdf(tmp_path / "a.pdf", ["Case A-570-967"]), "a.pdf")])
        (read,) = texts.read([("m1", "memo", "Case A-570-967")])
        given = environments_of_children()
    texts.close()
    assert isinstance(reading, Reading)
    assert (reading.text, [one.key for one in read.mentions]) == ("Case A-570-967", ["A-570-967"])
    assert len(given) == before + 2
    for held in given:
        assert b"heron-7" not in held
        names = {variable.partition(b"=")[0].decode() for variable in held.split(b"\0") if variable}
        assert names == set(environment())


def test_a_tool_in_a_folder_of_its_own_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "tools" / "tesseract"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho here\n", encoding="ascii")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    found = subprocess.run(
        [sys.executable, "-c", "import shutil; print(shutil.which('tesseract'))"],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() == str(tool) == shutil.which("tesseract")


def test_things_are_answered_in_their_order() -> None:
    processes = ChildProcesses("ingest.extract.worker", 2)
    try:
        given = [f"{'Wood. ' * (at % 5 * 400)}Case A-570-{at:03d}" for at in range(30)]
        found = processes.in_order(lambda text: processes.ask({"texts": [["", "memo", text]]}, 60.0), given)
        assert [answer["mentions"][0][0][1] for answer in found] == [f"A-570-{at:03d}" for at in range(30)]
    finally:
        processes.close()
