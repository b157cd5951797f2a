"""The command line as a person types it: every verb, in JSON and in words, and how each failure ends."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import networkx as nx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli.main import app, run
from tests.fixtures.trade_world import IMPORTER, MAKERS, write_world

ROOT = Path(__file__).parents[2]
VERBS = sorted({*(command.name or command.callback.__name__ for command in app.registered_commands), "user"})


@dataclass
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def type_(*arguments: object) -> Ended:
    """Run a command in this process."""

    class Bytes(io.BytesIO):
        def close(self) -> None:  # what was written is read after the command has closed its output
            pass

    out, err = Bytes(), Bytes()
    streams = [io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace") for raw in (out, err)]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        code = run([str(one) for one in arguments])
        for stream in streams:
            if not stream.closed:
                stream.flush()
    return Ended(code, out.getvalue().decode(), err.getvalue().decode())


@pytest.fixture(scope="module")
def home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(built_home, tmp_path_factory.mktemp("cli") / "home")


@pytest.fixture(autouse=True)
def _here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_HOME", str(home))


class TestLooking:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ([f"importer:{IMPORTER}"], f"importer:{IMPORTER}"),
            (["importer:12-3456789"], f"importer:{IMPORTER}"),
            (["12-3456789"], f"importer:{IMPORTER}"),
            (["HTS 7326.20.0020"], "hts:7326200020"),
            (["HTS", "7326.20.0020"], "hts:7326200020"),
            (["7326.20.00.20"], "hts:7326200020"),
            (["case:A570918"], "case:A-570-918"),
            (["A-570-918-000"], "case:A-570-918"),
            (["port", "2704"], "port:2704"),
            (["NY N301234"], "document:NY-N301234"),
            (["SV20072698"], "document:SV20072698"),
            (["issue:2025-0117"], "issue:2025-0117"),
            (["country:cn"], "country:CN"),
            ([MAKERS[0].lower()], f"manufacturer:{MAKERS[0]}"),
        ],
    )
    def test_show_understands_numbers_as_people_write_them(self, written: list[str], meant: str) -> None:
        assert type_("show", *written, "--json").json["id"] == meant

    def test_show_says_in_words_who_it_is(self) -> None:
        ended = type_("show", IMPORTER)
        assert ended.code == 0
        assert "GOLDEN REEF TRADING LLC" in ended.out
        assert "Long Beach" in ended.out
        assert f"tidewaiter related importer:{IMPORTER}" in ended.out.splitlines()[-1]

    def test_related_pages_without_gaps(self) -> None:
        whole = type_("related", "port:2704", "--limit", 1000, "--json").json
        assert set(whole) == {"items", "next_cursor", "total", "capped"}
        paged, cursor = [], ""
        while True:
            page = type_("related", "port:2704", "--limit", 4, "--cursor", cursor, "--json").json
            paged += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert paged == whole["items"]

    def test_related_shows_names_values_and_days(self) -> None:
        ended = type_("related", f"importer:{IMPORTER}", "--link", "enters_at")
        assert "Los Angeles" in ended.out
        assert re.search(r"\$\d", ended.out)
        assert re.search(r"2025-\d\d-\d\d", ended.out)

    def test_a_past_day_knows_what_was_known_then(self) -> None:
        assert type_("show", IMPORTER, "--as-of", "2026-03-01", "--json").json["name"] == "GOLDEN REEF TRADING LLC"
        assert type_("show", f"importer:{IMPORTER}", "--as-of", "2020-01-01").code == 1

    def test_path_gives_reasons(self) -> None:
        answer = type_("path", IMPORTER, "A-570-918", "--json").json
        assert answer["items"][0]["entities"][0]["id"] == f"importer:{IMPORTER}"
        assert "1. " in type_("path", IMPORTER, "A-570-918").out

    def test_search_finds_documents_and_entities(self) -> None:
        answer = type_("search", "wire hangers", "--json").json
        assert {"items", "next_cursor", "total"} <= set(answer)
        ids = {item["id"] for item in answer["items"]}
        assert {"document:NY-N301234", "case:A-570-918"} <= ids
        rulings = type_("search", "wire", "--kind", "ruling,lab_report", "--filter", "status=revoked", "--json").json
        assert [item["id"] for item in rulings["items"]] == ["document:NY-N301234"]
        assert "<mark>" not in type_("search", "wire hangers").out

    def test_findings_are_one_a_line(self) -> None:
        found = type_("findings", "--json", "--limit", 5).lines
        assert len(found) == 1
        assert {"id", "kind", "probability", "queue", "members", "entries"} <= set(found[0])
        told = type_("show", f"finding:{found[0]['id']}")
        assert "innocent explanation" in told.out
        assert "GOLDEN REEF" in told.out
        assert type_("findings", "--min-probability", "1", "--json").out == ""

    def test_export_writes_everything(self, tmp_path: Path) -> None:
        counts = type_("doctor", "--json").json["counts"]
        assert len(type_("export", "entities").lines) == counts["entities"]
        ended = type_("export", "links", "--out", tmp_path / "links.jsonl", "--json").json
        assert ended["count"] == counts["links"] == len((tmp_path / "links.jsonl").read_text().splitlines())

    def test_a_part_of_the_graph_opens_in_other_tools(self, tmp_path: Path) -> None:
        type_("export", "graph", "--around", IMPORTER, "--out", tmp_path / "part.graphml")
        part = nx.read_graphml(tmp_path / "part.graphml", force_multigraph=True)
        assert part.has_edge(f"importer:{IMPORTER}", "port:2704", key="enters_at")
        as_json = json.loads(type_("export", "graph", "--around", IMPORTER, "--format", "json").out)
        assert len(as_json["nodes"]) == part.number_of_nodes()

    def test_every_look_is_audited(self, home: Path) -> None:
        type_("show", "port:1703")
        engine = sa.create_engine(f"sqlite:///{home}/tidewaiter.sqlite")
        with engine.connect() as connection:
            last = connection.execute(
                sa.text("SELECT person, action, thing FROM audit ORDER BY number DESC LIMIT 1")
            ).one()
        engine.dispose()
        assert (last.person.partition(":")[0], last.action, last.thing) == ("local", "entity", "port:1703")


class TestCommonOptions:
    def test_home_and_json_stand_before_or_after(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TIDEWAITER_HOME")
        said = {
            type_("--json", "--home", home, "show", "port:2704").out,
            type_("show", "port:2704", "--json", "--home", home).out,
            type_("show", "--json", "port:2704", f"--home={home}").out,
        }
        assert len(said) == 1
        assert json.loads(said.pop())["id"] == "port:2704"

    @pytest.mark.parametrize("verb", VERBS)
    def test_every_verb_explains_itself(self, verb: str) -> None:
        ended = type_(verb, "--help")
        assert (ended.code, ended.err) == (0, "")
        assert verb in ended.out

    def test_help_is_there_at_once(self) -> None:
        run_ = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "api.cli.main", "--help"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        heavy = {"duckdb", "ibis", "pyarrow", "tantivy", "fastapi", "sqlalchemy", "streamlit", "pydantic", "numpy"}
        imported = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in run_.stderr.splitlines() if "|" in line}
        assert not heavy & imported

    def test_equal_data_give_equal_answers(self) -> None:
        for arguments in (("related", "port:2704"), ("findings",), ("path", "port:2704", "country:CN")):
            assert type_(*arguments, "--json").out == type_(*arguments, "--json").out


FAILURES = [
    (["nonsense"], 2, "No such command"),
    ([], 2, "Usage"),
    (["show"], 2, "Missing argument"),
    (["related", "port:2704", "--limit", "many"], 2, "limit"),
    (["related", "port:2704", "--limit", "0"], 2, "limit"),
    (["related", "port:2704", "--order", "beauty"], 2, "order"),
    (["related", "port:2704", "--as-of", "yesterday"], 2, "yesterday"),
    (["related", "port:2704", "--cursor", "nonsense"], 1, "cursor"),
    (["related", "port:2704", "--link", "likes"], 1, "likes"),
    (["show", "importer:99-999999900"], 1, "99-9999999"),
    (["show", "nothing of ours"], 1, "nothing of ours"),
    (["show", "finding:none"], 1, "none"),
    (["path", "port:2704", "port:9999"], 1, "9999"),
    (["search", "x", "--sort", "beauty"], 2, "sort"),
    (["search", "x", "--filter", "port"], 1, "port"),
    (["search", "x", "--kind", "poem"], 1, "poem"),
    (["detect", "--only", "astrology"], 1, "astrology"),
    (["evaluate", "astrology", "."], 2, "astrology"),
    (["evaluate", "findings", "nowhere"], 1, "nowhere"),
    (["evaluate", "extraction", "nowhere.jsonl"], 1, "nowhere.jsonl"),
    (["evaluate", "resolution", "nowhere"], 1, "nowhere"),
    (["evaluate", "names", "nowhere.csv"], 1, "nowhere.csv"),
    (["evaluate", "links", "nowhere.csv"], 1, "nowhere.csv"),
    (["bench", "findings", "--names", "x.csv"], 2, "--names"),
    (["export", "secrets"], 2, "secrets"),
    (["export", "graph"], 2, "--around"),
    (["export", "entities", "--out", "/no/such/folder/x"], 1, "/no/such/folder"),
    (["simulate", "--size", "huge", "--out", "x"], 2, "size"),
    (["load"], 2, "PATH"),
    (["load", "no-such-file.csv"], 1, "no-such-file.csv"),
    (["user", "add", "a b"], 1, "a b"),
    (["user", "remove", "nobody"], 1, "nobody"),
    (["serve", "--port", "99999"], 2, "port"),
    (["serve", "--host", "192.0.2.1"], 1, "user add"),
    (["--home"], 2, "home"),
]


def test_names_are_measured_without_a_home(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("left,right,match\nAlder Trading Co,ALDER TRDG,1\nAlder Foods,Beech Foods,0\n")
    measured = type_("evaluate", "names", tmp_path / "pairs.csv", "--home", tmp_path / "none", "--json").json
    assert measured["f1"] == measured["average_precision"] == 1.0
    assert not (tmp_path / "none" / "facts").exists()


def test_extraction_is_measured_without_a_home_and_with_one(tmp_path: Path, home: Path) -> None:
    text = "Case A-570-967 against Umber Trading Co., Ltd."
    spans = [{"start": 5, "end": 14, "kind": "case"}, {"start": 23, "end": 46, "kind": "company"}]
    (tmp_path / "marked.jsonl").write_text(json.dumps({"id": "1", "text": text, "spans": spans}), encoding="utf-8")
    measured = type_("evaluate", "extraction", tmp_path / "marked.jsonl", "--home", tmp_path / "none", "--json").json
    assert (measured["known_names"], measured["all"]["f1"], measured["all"]["n"]) == (0, 1.0, 2)
    assert type_("evaluate", "extraction", tmp_path / "marked.jsonl", "--json").json["known_names"] > 0


def test_links_are_measured_without_a_home_and_with_one(tmp_path: Path, home: Path) -> None:
    (tmp_path / "mentions.csv").write_text(
        "name,party\nGolden Reef Trading LLC,P1\nQUITE ANOTHER COMPANY LLC,\n", "utf-8"
    )
    measured = type_("evaluate", "links", tmp_path / "mentions.csv", "--json").json
    assert (measured["n"], measured["linked"], measured["precision"], measured["coverage"]) == (2, 1, 1.0, 1.0)
    (tmp_path / "parties.csv").write_text("party,name\nP1,Somebody Else Ltd\n", encoding="utf-8")
    measured = type_("evaluate", "links", tmp_path, "--home", tmp_path / "none", "--json").json
    assert (measured["linked"], measured["precision"], measured["coverage"]) == (0, None, 0.0)
    assert "rest_top_1" in type_("evaluate", "links", tmp_path, "--home", tmp_path / "none").out


class TestFailures:
    @pytest.mark.parametrize(("arguments", "code", "said"), FAILURES, ids=[" ".join(one[0]) for one in FAILURES])
    def test_a_failure_names_the_thing_and_shows_no_traceback(self, arguments: list[str], code: int, said: str) -> None:
        ended = type_(*arguments)
        assert ended.code == code, ended
        assert said in ended.err + ended.out
        assert "Traceback" not in ended.err + ended.out
        assert type_(*arguments, "--json").out in ("", ended.out) or ended.code == 1

    def test_an_empty_home_says_what_comes_first(self, tmp_path: Path) -> None:
        for verb in (["findings"], ["show", "port:2704"], ["related", "x"], ["search", "x"], ["refresh"], ["detect"]):
            ended = type_(*verb, "--home", tmp_path / "none")
            assert ended.code == 1
            assert "tidewaiter load" in ended.err
        assert not (tmp_path / "none" / "tidewaiter.sqlite").exists()

    def test_a_bad_setting_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TIDEWAITER_GRAPH_URL", "oracle://x")
        ended = type_("show", "port:2704")
        assert ended.code == 1
        assert "oracle" in ended.err

    def test_the_unforeseen_goes_to_the_log_alone(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("nobody thought of this")

        monkeypatch.setattr("api.answers.naming.find_id", broken)
        ended = type_("show", "port:2704")
        assert ended.code == 1
        assert "Traceback" not in ended.err
        assert "tidewaiter.log" in ended.err.splitlines()[-1]
        assert "Traceback" in (home / "tidewaiter.log").read_text(encoding="utf-8")

    def test_a_social_security_number_is_not_said_back(self) -> None:
        ended = type_("show", "importer:551-23-4567")
        assert ended.code == 1
        assert "551-23-4567" not in ended.err + ended.out

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(
        verb=st.sampled_from(["show", "related", "path", "search", "findings", "export", "evaluate", "user", "x"]),
        rest=st.lists(
            st.one_of(
                st.sampled_from(
                    ["--limit", "--cursor", "--kind", "--hops", "--as-of", "--filter", "--json", "--", "-1"]
                ),
                st.text(max_size=12),
                st.sampled_from(["port:2704", "importer:", ":", "case:A570918", "\udcff", "1" * 400, "%", "'", '"']),
            ),
            max_size=4,
        ),
    )
    def test_no_arguments_whatever_bring_a_traceback(self, verb: str, rest: list[str]) -> None:
        ended = type_(verb, *rest)
        assert ended.code in (0, 1, 2)
        assert "Traceback" not in ended.err + ended.out
        assert "Unexpected" not in ended.err


@pytest.fixture
def heeding_ctrl_c() -> Iterator[None]:
    """A shell lets what it starts in the background ignore Ctrl-C, and children inherit that, but no handler."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class TestBringingIn:
    def test_from_files_to_an_answer(self, tmp_path: Path) -> None:
        world = write_world(tmp_path / "world", lines=24)
        with (world / "entry_lines.csv").open("a", encoding="utf-8") as file:
            file.write("ABC00000001,1\n")
        home = ("--home", tmp_path / "home")

        dry = type_("load", world, "--dry-run", "--json", *home)
        assert dry.code == 0
        assert not list((tmp_path / "home").glob("loads/*"))

        loaded = type_("load", world, "--json", *home)
        assert loaded.code == 0
        *files, totals = loaded.lines
        assert all({"file", "accepted", "rejected", "repaired", "reason"} <= set(row) for row in files)
        lines = next(row for row in files if row["file"].endswith("entry_lines.csv"))
        assert (lines["accepted"], lines["rejected"]) == (26, 1)
        assert totals["totals"]["rejected"] == totals["rejected"] == 1

        again = type_("load", world, "--json", *home).lines[-1]
        assert again["accepted"] == 0

        assert "tidewaiter findings" in type_("refresh", *home).out.splitlines()[-1]
        assert type_("related", "case:A-570-918", "--json", *home).json["total"] > 0
        assert type_("doctor", *home).code == 0

    @pytest.mark.usefixtures("heeding_ctrl_c")
    def test_ctrl_c_stops_a_build_in_a_word_and_the_old_generation_serves(
        self, built_home: Path, tmp_path: Path
    ) -> None:
        home = shutil.copytree(built_home, tmp_path / "home")
        before = (home / "CURRENT").read_text(encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "api.cli.main", "refresh", "--home", str(home)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while not any((home / "generations").glob("*/.parts")):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (1, "")
        assert err == "Stopped. What was served before still is.\n"
        assert (home / "CURRENT").read_text(encoding="utf-8") == before

    @pytest.mark.usefixtures("heeding_ctrl_c")
    def test_ctrl_c_in_the_middle_of_a_query_is_told_in_the_same_words(self, tmp_path: Path) -> None:
        endless = (
            "import duckdb; from api.cli import main\n"
            "@main.app.command()\n"
            "def forever():\n"
            "    print('begun', flush=True)\n"
            "    while True:\n"
            "        duckdb.execute('SELECT sum(hash(range)) FROM range(100000000)')\n"
            "raise SystemExit(main.run(['forever']))\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", endless], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TIDEWAITER_HOME": str(tmp_path)}, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.5)  # the query has begun
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert (process.returncode, err) == (1, "Stopped. What was served before still is.\n")

    def test_a_file_that_cannot_be_read_is_named_and_the_others_are_loaded(self, tmp_path: Path) -> None:
        (tmp_path / "broken.csv.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
        ended = type_("load", tmp_path / "broken.csv.gz", "--json", "--home", tmp_path / "home")
        assert ended.code == 1
        assert "broken.csv.gz" in ended.err
        assert "broken.csv.gz" in ended.lines[0]["file"]


class TestUsers:
    def test_a_token_is_shown_once(self, tmp_path: Path) -> None:
        home = ("--home", tmp_path / "home")
        added = type_("user", "add", "ada", "--role", "admin", "--json", *home).json
        assert added["token"].startswith("tw_")
        assert added["token"] not in type_("user", "list", *home).out
        assert [one["name"] for one in type_("user", "list", "--json", *home).lines] == ["ada"]
        assert type_("user", "remove", "ada", *home).code == 0
        assert type_("user", "list", "--json", *home).out == ""


class TestServing:
    def test_api_and_ui_start_and_stop_together(self, home: Path) -> None:
        port, ui_port = free_port(), free_port()
        with serving(home, "--port", port, "--ui-port", ui_port) as process:
            assert process.stdout is not None
            urls = json.loads(process.stdout.readline())
            assert urls == {"api": f"http://127.0.0.1:{port}", "ui": f"http://127.0.0.1:{ui_port}"}
            assert httpx.get(f"{urls['api']}/v1/entities/port:2704", trust_env=False).json()["name"] == "Los Angeles"
            assert wait_for(f"{urls['ui']}/_stcore/health") == "ok"
            assert quickest_s(f"{urls['api']}/healthz") < 0.03, "answers wait for the network to collect them"
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        for one in (port, ui_port):
            with pytest.raises(OSError), socket.create_connection(("127.0.0.1", one), timeout=1):
                pass
        engine = sa.create_engine(f"sqlite:///{home}/tidewaiter.sqlite")
        with engine.connect() as connection:
            last = connection.execute(sa.text("SELECT person, thing FROM audit ORDER BY number DESC LIMIT 1")).one()
        engine.dispose()
        assert tuple(last) == ("local", "port:2704")

    def test_a_port_in_use_is_told(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            ended = type_("serve", "--no-ui", "--port", port)
        assert ended.code == 1
        assert str(port) in ended.err
        assert "--port" in ended.err.splitlines()[-1]


@contextlib.contextmanager
def serving(home: Path, *arguments: object) -> Any:
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve", "--json", "--home", str(home), *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def quickest_s(url: str) -> float:
    """The shortest of some answers over one connection, in seconds."""
    times = []
    with httpx.Client(trust_env=False) as client:
        for _ in range(20):
            began = time.perf_counter()
            client.get(url)
            times.append(time.perf_counter() - began)
    return min(times)


def wait_for(url: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            response = httpx.get(url, trust_env=False)
            if response.status_code == 200:
                return response.text
        time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")
