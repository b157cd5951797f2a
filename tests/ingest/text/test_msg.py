"""Outlook messages are read as mails are: who wrote, to whom, when, what, and what is attached."""

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model.errors import Invalid, TidewaiterError
from ingest.opened_files import DEEPEST
from ingest.text.msg import unpack_message, unpacked_rtf
from ingest.text.reading import Reading, format_of, read
from ingest.text.unpacked import Allowance
from tests.fixtures.document_files import compound, message, rtf

# The first example of [MS-OXRTFCP]: "hello world" in compressed rich text.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062 7705b06c647d0a800fa0"
)
SENT = int((datetime(2024, 3, 5, 14, 30, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
SUBJECT, BODY, HTML, RTF, SENDER, SENDER_ADDRESS, SUBMITTED = 0x37, 0x1000, 0x1013, 0x1009, 0x0C1A, 0x5D01, 0x39


def written(path: Path, **said: object) -> Path:
    path.write_bytes(compound(message(**said)))  # type: ignore[arg-type]
    return path


def of(path: Path) -> Reading:
    return read(path, path.name, lambda: None)


def test_a_message_is_read_with_who_wrote_it_to_whom_and_when(tmp_path: Path) -> None:
    reading = of(
        written(
            tmp_path / "a.msg",
            said={SUBJECT: "Frames", BODY: "Café chairs.\r\nCase A-570-967", SENDER: "Ida Heron",
                  SENDER_ADDRESS: "ida@heron.example"},
            numbers={SUBMITTED: SENT},
            to=[("Trade desk", "desk@customs.example"), ("Bo Reed", "bo@customs.example")],
            attached=[("lab report.txt", b"x" * 5000)],
        )
    )  # fmt: skip
    assert (reading.format, reading.title, reading.date, reading.notes) == ("msg", "Frames", "2024-03-05", ())
    assert reading.text.split("\n") == [
        "From: Ida Heron <ida@heron.example>",
        "To: Trade desk <desk@customs.example>, Bo Reed <bo@customs.example>",
        "Date: Tue, 05 Mar 2024 14:30:00 +0000",
        "Subject: Frames",
        "Attachments: lab report.txt",
        "",
        "Café chairs.",
        "Case A-570-967",
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({HTML: b"<html><head><meta charset=windows-1252></head><p>Caf\xe9</p><p>two</p></html>"}, "Café\n\ntwo"),
        ({RTF: HELLO}, "hello world"),
        ({RTF: struct.pack("<II4sI", 12 + len(rtf("Größe")), len(rtf("Größe")), b"MELA", 0) + rtf("Größe")}, "Größe"),
    ],
)
def test_a_body_is_read_from_its_page_or_its_rich_text(tmp_path: Path, body: dict[int, bytes], text: str) -> None:
    reading = of(written(tmp_path / "a.msg", said={SUBJECT: "Frames", **body}))
    assert reading.text == f"Subject: Frames\n\n{text}"


def test_texts_of_one_byte_are_read_in_their_code_page(tmp_path: Path) -> None:
    streams = message(said={}, numbers={0x3FFD: 1251})
    streams["__substg1.0_0037001E"] = "Восток".encode("cp1251")
    (tmp_path / "a.msg").write_bytes(compound(streams))
    assert of(tmp_path / "a.msg").title == "Восток"


def test_attachments_come_out_and_a_message_inside_is_a_mail(tmp_path: Path) -> None:
    raw = bytes(range(256)) * 20
    innermost = message(said={SUBJECT: "Innermost", BODY: "of wood"})
    inner = message(said={SUBJECT: "Lab: result", BODY: "Case A-570-967"}, inside=[innermost])
    path = written(tmp_path / "a.msg", said={SUBJECT: "x"}, attached=[("../../etc/a.bin", raw)], inside=[inner])
    (tmp_path / "out").mkdir()
    first, second = unpack_message(path, "a.msg", tmp_path / "out", Allowance()).members
    assert (first.name, Path(first.path).read_bytes()) == ("a.bin", raw)
    assert second.name == "Lab_ result.eml"
    assert "Case A-570-967" in of(Path(second.path)).text
    assert "Attachments: Innermost.eml" in of(Path(second.path)).text


def test_messages_inside_messages_are_followed_one_deeper_than_mails_are_opened(tmp_path: Path) -> None:
    deep = message(said={BODY: "deepest"})
    for at in range(9):
        deep = message(said={SUBJECT: f"{9 - at} deep"}, inside=[deep])
    (tmp_path / "deep.msg").write_bytes(compound(deep))
    assert of(tmp_path / "deep.msg").title == "1 deep"
    (tmp_path / "out").mkdir()
    (held,) = unpack_message(tmp_path / "deep.msg", "deep.msg", tmp_path / "out", Allowance()).members
    inside = Path(held.path).read_bytes().count(b"Subject: ")
    assert inside == DEEPEST + 1


def test_a_message_whose_attachment_leads_back_to_it_is_told(tmp_path: Path) -> None:
    raw = bytearray(compound(message(said={SUBJECT: "x"}, inside=[message(said={SUBJECT: "y"})])))
    name = "__substg1.0_3701000D".encode("utf-16-le")
    root = raw.index("Root Entry".encode("utf-16-le"))
    at = raw.index(name)
    raw[at + 76 : at + 80] = raw[root + 76 : root + 80]  # its first child is that of the whole file
    (tmp_path / "loop.msg").write_bytes(bytes(raw))
    try:
        assert of(tmp_path / "loop.msg").format == "msg"
    except Invalid as error:
        assert "loop.msg" in error.message


def test_the_content_decides_what_is_a_message(tmp_path: Path) -> None:
    path = written(tmp_path / "a.doc", said={SUBJECT: "Frames"})
    assert format_of(path) == "msg"
    assert of(path).notes == ("named .doc, read as an Outlook message, which it is",)


def test_a_message_that_breaks_off_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.msg", said={SUBJECT: "Frames", BODY: "of wood " * 4000})
    whole = path.read_bytes()
    for kept in (600, 1400):
        path.write_bytes(whole[:kept])
        with pytest.raises(Invalid, match=r"a\.msg is a broken Outlook message\. Open it in Outlook"):
            of(path)
    path.write_bytes(whole[:-20_000])
    reading = of(path)
    assert reading.text.startswith("Subject: Frames\n\nof wood of wood")
    assert reading.notes == ("the message is damaged: what could be read of it stands",)


def test_rich_text_comes_out_of_its_compression_to_where_it_breaks_off() -> None:
    whole = unpacked_rtf(HELLO)
    assert whole == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert all(whole.startswith(unpacked_rtf(HELLO[:end])) for end in range(16, len(HELLO)))
    with pytest.raises(ValueError, match="no compressed rich text"):
        unpacked_rtf(zlib.compress(b"rtf" * 20))


@given(st.binary(max_size=200), st.integers(0, 2**32 - 1))
def test_any_bytes_come_out_of_compression_no_larger_than_they_say(packed: bytes, size: int) -> None:
    assert len(unpacked_rtf(struct.pack("<II4sI", 12 + len(packed), size, b"LZFu", 0) + packed)) <= size


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_whole_message_with_some_bytes_changed_is_read_or_told(tmp_path: Path, data: st.DataObject) -> None:
    said = {SUBJECT: "Frames", RTF: HELLO}
    inside = [message(said={BODY: "y"})]
    streams = message(said=said, numbers={SUBMITTED: SENT}, to=[("a", "b")], attached=[("a.txt", b"x")], inside=inside)
    raw = bytearray(compound(streams))
    table = 512 + 1024  # the head, the table of sectors and the directory come first
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(8, table + 4096))] = data.draw(st.integers(0, 255))
    path = tmp_path / "a.msg"
    path.write_bytes(bytes(raw))
    try:
        of(path)
    except TidewaiterError as error:
        assert "a.msg" in error.message
    except RecursionError:
        return  # which the reader's process tells as nested too deep
