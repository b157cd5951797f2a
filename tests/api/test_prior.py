"""The gate before a new intervention, asked over HTTP of a small world with a past."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.database import AUDIT, open_database
from api.settings import Settings
from tests.fixtures.prior_world import BRANCH, IMPORTER, NEIGHBOUR, STRANGER, SUCCESSOR
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import HTS, MAKERS

Json = dict[str, Any]


@pytest.fixture(scope="module")
def http(prior_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home = shutil.copytree(prior_home, tmp_path_factory.mktemp("prior") / "home")
    with running_service(Settings(home=home)) as client:
        yield client


def asked(http: httpx.Client, **question: object) -> Json:
    answer = http.get("/v1/prior", params=question)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def ids(answer: Json) -> list[str]:
    return [one["issue_id"] for one in answer["precedents"]]


def labels(precedent: Json) -> dict[str, str]:
    return {reason["label"]: reason["words"] for reason in precedent["reasons"]}


def test_a_firms_own_past_comes_first_with_what_was_done_and_how_it_ended(http: httpx.Client) -> None:
    answer = asked(http, importer=IMPORTER)
    first = answer["precedents"][0]
    assert first["issue_id"] == "IS-1"
    assert first["alike"] == "very"
    assert first["outcome"] == "rate advance: Origin not shown; rate advanced. Revenue $41,250."
    assert "40 exams at 2 ports, 8 discrepancies (3 material), $12,500" in first["done"]
    assert [one["status"] for one in first["history"]] == ["open", "closed"]
    assert first["interventions"][0]["port_name"] == "Los Angeles"
    assert "GOLDEN REEF TRADING LLC" in labels(first)["same firm"]


def test_every_reason_opens_a_row_that_says_so(http: httpx.Client) -> None:
    for one in asked(http, importer=SUCCESSOR)["precedents"]:
        for reason in one["reasons"]:
            assert {"table": "issues", "key": [one["issue_id"], str(one["history"][-1]["version"])]} in reason[
                "records"
            ]


def test_a_successor_inherits_its_predecessors_past(http: httpx.Client) -> None:
    answer = asked(http, importer=SUCCESSOR)
    assert ids(answer)[0] == "IS-1"
    reason = answer["precedents"][0]["reasons"][0]
    assert reason["label"] == "same firm under another number"
    assert "successor of" in reason["words"]
    assert {"table": "party_claims", "key": ["C1"]} in reason["records"]
    assert answer["kin"][0]["number"] == f"importer:{IMPORTER}"


def test_another_suffix_is_the_same_taxpayer(http: httpx.Client) -> None:
    first = asked(http, importer=BRANCH)["precedents"][0]
    assert first["issue_id"] == "IS-1"
    assert f"the same taxpayer as {BRANCH}" in first["reasons"][0]["words"]


def test_only_the_latest_version_of_an_issue_counts(http: httpx.Client) -> None:
    branch = next((one for one in asked(http, importer=BRANCH)["precedents"] if one["issue_id"] == "IS-2"), None)
    assert branch is None or "importer" not in {reason["kind"] for reason in branch["reasons"]}
    assert ids(asked(http, importer=NEIGHBOUR))[0] == "IS-2"


def test_on_a_past_day_the_version_of_that_day_counts(http: httpx.Client) -> None:
    then = {one["issue_id"]: one for one in asked(http, importer=BRANCH, as_of="2025-03-15")["precedents"]}
    assert "same firm" in labels(then["IS-2"])
    assert [one["version"] for one in then["IS-2"]["history"]] == [1]


def test_a_ruling_stood_until_it_was_known_to_have_fallen(http: httpx.Client) -> None:
    ruling = asked(http, ruling="NY N301234", as_of="2026-03-01")["papers"][0]
    assert (ruling["id"], ruling["standing"]) == ("document:NY-N301234", "revoked")
    before = asked(http, importer=IMPORTER, as_of="2025-03-15")["precedents"][0]["documents"]
    assert [(one["id"], one["standing"]) for one in before] == [("document:NY-N301234", "stands")]


def test_nothing_learned_later_is_told_of_a_past_day(http: httpx.Client) -> None:
    then = asked(http, importer=IMPORTER, as_of="2025-03-15")
    first = then["precedents"][0]
    assert [one["version"] for one in first["history"]] == [1]
    assert first["outcome"] == "open, without a conclusion"
    assert "IS-3" in ids(asked(http, port="2704"))
    assert "IS-3" not in ids(asked(http, port="2704", as_of="2025-03-15"))
    assert asked(http, importer=IMPORTER, as_of="2025-01-15")["precedents"] == []


def test_a_succession_that_was_not_known_yet_leads_nowhere(http: httpx.Client) -> None:
    assert asked(http, importer=SUCCESSOR, as_of="2025-06-01")["kin"] == []
    assert ids(asked(http, importer=SUCCESSOR, as_of="2025-06-30"))[0] == "IS-1"


def test_a_tariff_number_is_shared_down_to_its_heading(http: httpx.Client) -> None:
    answer = asked(http, hts="7326.20.00.20")
    assert ids(answer) == ["IS-1", "IS-4"]
    assert "same tariff number" in labels(answer["precedents"][0])
    assert "same heading" in labels(answer["precedents"][1])
    assert answer["precedents"][0]["score"] > answer["precedents"][1]["score"]


def test_what_more_is_shared_ranks_higher(http: httpx.Client) -> None:
    answer = asked(http, port="2704", hts=HTS[1], text="nails without marking of origin")
    assert ids(answer)[0] == "IS-3"
    assert {"same tariff number", "same port", "like words"} <= set(labels(answer["precedents"][0]))


def test_words_alone_find_what_is_said_in_other_words_order(http: httpx.Client) -> None:
    assert ids(asked(http, text="steel wire hangers from Vietnam"))[0] == "IS-1"


@pytest.mark.parametrize(
    "text",
    [
        "Shipments of Golden Reef Trading under A-570-918",
        "A-570-918: hangers of GOLDEN REEF TRDG. LLC were entered",
        "importer: Golden Reef Trading, L.L.C.; case A570918",
    ],
)
def test_a_name_in_the_words_is_read_as_the_firm(http: httpx.Client, text: str) -> None:
    answer = asked(http, text=text)
    assert IMPORTER in answer["asked"]["importer"]
    assert answer["asked"]["case"] == ["A-570-918"]
    assert "GOLDEN REEF TRADING LLC" in answer["notes"][0]
    assert ids(answer)[0] == "IS-1"


def test_a_port_in_the_words_is_read_by_its_name(http: httpx.Client) -> None:
    answer = asked(http, text="steel wire hangers at Los Angeles")
    assert answer["asked"]["port"] == ["2704"]
    assert "port 2704 (Los Angeles)" in answer["notes"][0]
    assert "same port" in labels(answer["precedents"][0])
    assert "port" not in asked(http, text="steel wire hangers of Los Angeles")["asked"]


def test_words_of_a_name_that_stand_apart_name_nobody(http: httpx.Client) -> None:
    answer = asked(http, text="Golden hangers were unladen at the reef before trading began")
    assert "importer" not in answer["asked"]


def test_a_cited_ruling_that_fell_says_so_with_the_one_that_ended_it(http: httpx.Client) -> None:
    answer = asked(http, importer=IMPORTER)
    ruling = next(one for one in answer["precedents"][0]["documents"] if one["kind"] == "ruling")
    assert (ruling["id"], ruling["standing"]) == ("document:NY-N301234", "revoked")
    assert ruling["changed_by"] == ["document:HQ-H348257"]


def test_lab_reports_and_rulings_are_listed_with_what_they_say(http: httpx.Client) -> None:
    papers = {one["id"]: one for one in asked(http, importer=IMPORTER, hts=HTS[0])["papers"]}
    assert papers["document:SV20072698"]["outcome"] == (
        "Not consistent with the origin claimed. · origin not consistent"
    )
    assert papers["document:NY-N301234"]["outcome"].endswith("REVOKED by HQ-H348257")
    assert papers["document:HQ-H348257"]["standing"] == "stands"


def test_an_issue_that_asks_is_not_its_own_precedent(http: httpx.Client) -> None:
    answer = asked(http, issue="issue:IS-4")
    assert "IS-4" not in ids(answer)
    assert ids(answer)[0] == "IS-3"
    assert asked(http, entity="issue:IS-4")["precedents"] == answer["precedents"]


def test_a_draft_is_asked_for_without_being_kept(http: httpx.Client) -> None:
    draft = {
        "title": "Wire hangers again", "importer_numbers": SUCCESSOR, "hts_numbers": ["7326.20.0020"],
        "manufacturer_ids": MAKERS[0], "port_codes": "2704",
    }  # fmt: skip
    answer = http.post("/v1/prior", json={"draft": draft})
    assert answer.status_code == 200, answer.text
    first = answer.json()["precedents"][0]
    assert first["issue_id"] == "IS-1"
    assert {"same maker", "same tariff number", "same port"} <= set(labels(first))
    assert first["score"] > 0.95


@pytest.mark.parametrize(
    ("question", "status", "told"),
    [
        ({}, 422, "Nothing was asked"),
        ({"text": "   "}, 422, "Nothing was asked"),
        ({"hts": "73.9"}, 422, "not a tariff number"),
        ({"hts": "7700.00"}, 422, "chapter 77 is reserved"),
        ({"importer": "12-34"}, 422, "importer number"),
        ({"importer": "11-111111100"}, 404, "Nothing is on file about importer:11-111111100"),
        ({"port": "port"}, 422, "port"),
        ({"issue": "IS-99"}, 404, "There is no issue 'IS-99'"),
        ({"entity": "broker:ABC"}, 422, "Past issues do not name a broker"),
        ({"entity": "what"}, 404, "There is no entity 'what'"),
        ({"importer": IMPORTER, "as_of": "yesterday"}, 422, "as_of"),
        ({"importer": IMPORTER, "limit": 0}, 422, "limit"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(http: httpx.Client, question: Json, status: int, told: str) -> None:
    answer = http.get("/v1/prior", params=question)
    problem = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in problem["detail"]
    assert problem["next_step"]


def test_a_new_firm_does_not_hide_the_rest_of_the_question(http: httpx.Client) -> None:
    answer = asked(http, importer="11-111111100", hts=HTS[1])
    assert ids(answer)[0] == "IS-3"
    assert "Nothing is on file about importer:11-111111100" in answer["notes"][0]


def test_a_draft_with_a_column_that_issues_lack_is_refused(http: httpx.Client) -> None:
    answer = http.post("/v1/prior", json={"draft": {"importers": IMPORTER}})
    assert answer.status_code == 422
    assert "'importers'" in answer.json()["detail"]
    assert "importer_numbers" in answer.json()["next_step"]


def test_a_social_security_number_in_the_words_is_not_given_back(http: httpx.Client) -> None:
    answer = http.post("/v1/prior", json={"text": "hangers of the importer 123-45-6789"})
    assert answer.status_code == 200, answer.text
    assert "123-45-6789" not in answer.text


def test_a_draft_is_audited_with_what_was_asked_and_no_social_security_number(prior_home: Path, tmp_path: Path) -> None:
    settings = Settings(home=shutil.copytree(prior_home, tmp_path / "home"))
    draft = {"importer_numbers": NEIGHBOUR, "description": "of 551-23-4567"}
    with running_service(settings) as http:
        assert http.post("/v1/prior", json={"draft": draft, "port": ["2704"]}).status_code == 200
        assert http.post("/v1/prior", json={}).status_code == 422  # nothing was seen
    engine = open_database(settings.database)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(AUDIT)).all()
    engine.dispose()
    assert [(row.person, row.action) for row in rows] == [("local", "prior")]
    assert NEIGHBOUR in rows[0].thing
    assert "551-23-4567" not in rows[0].thing


def test_equal_questions_have_equal_answers(http: httpx.Client) -> None:
    question = {"importer": SUCCESSOR, "port": "2704", "text": "wire hangers"}
    first, second = (http.get("/v1/prior", params=question) for _ in range(2))
    assert first.content == second.content
    again = http.get("/v1/prior", params=question, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_the_command_line_answers_as_the_contract_says(
    prior_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from api.cli.main import run

    home = shutil.copytree(prior_home, tmp_path / "home")
    asked_of = []
    for arguments in (["--importer", IMPORTER], [f"importer:{IMPORTER}"]):
        assert run(["prior", *arguments, "--json", "--home", str(home)]) == 0
        asked_of.append(json.loads(capsys.readouterr().out))
    assert asked_of[0] == asked_of[1]
    first = asked_of[0]["precedents"][0]
    assert {"issue_id", "title", "outcome", "score", "reasons"} <= set(first)
    scores = [one["score"] for one in asked_of[0]["precedents"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("draft.json", json.dumps({"title": "Hangers", "importer_numbers": [SUCCESSOR], "port_codes": "2704"})),
        ("draft.csv", f"title,importer_numbers,port_codes\nHangers,{SUCCESSOR},2704\n"),
        ("draft.txt", f"Hangers of importer {SUCCESSOR}, port of entry 2704."),
    ],
)
def test_a_draft_may_be_a_file_of_any_kind(
    prior_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, written: str
) -> None:
    from api.cli.main import run

    home = shutil.copytree(prior_home, tmp_path / "home")
    (tmp_path / name).write_text(written, encoding="utf-8")
    assert run(["prior", "--issue", str(tmp_path / name), "--home", str(home)]) == 0
    told = capsys.readouterr().out
    assert told.index("issue:IS-1") < told.index("issue:IS-3")
    assert "one of" not in told
    assert "ended    rate advance" in told


def test_a_draft_may_be_a_word_document(prior_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from docx import Document

    from api.cli.main import run

    home = shutil.copytree(prior_home, tmp_path / "home")
    document = Document()
    document.add_paragraph("Wire hangers again, now by Harbor Goods 0.")
    document.add_table(1, 2).rows[0].cells[1].text = f"Importer {SUCCESSOR}"
    document.save(str(tmp_path / "draft.docx"))
    assert run(["prior", "--issue", str(tmp_path / "draft.docx"), "--home", str(home)]) == 0
    told = capsys.readouterr().out
    assert f"importer {SUCCESSOR}" in told
    assert "same firm under another number" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Nothing was asked"),
        (["--hts", "x"], "not a tariff number"),
        (["--issue", "nowhere.json"], "There is no file nowhere.json"),
        (["--importer", "11-111111100"], "Nothing is on file about"),
        (["--issue", "broken.json"], "is not JSON"),
        (["--issue", "two.csv"], "holds 2 issues"),
        (["--issue", "empty.txt"], "says nothing"),
        (["--issue", "broken.pdf"], "broken.pdf"),
    ],
)
def test_the_command_line_names_what_is_wrong(
    prior_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    from api.cli.main import run

    home = shutil.copytree(prior_home, tmp_path / "home")
    for name, written in {
        "broken.json": "{", "two.csv": "title\nA\nB\n", "empty.txt": " ", "broken.pdf": "%PDF-1.7 nothing",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(written, encoding="utf-8")
    given = [str(tmp_path / one) if (tmp_path / one).is_file() else one for one in arguments]
    assert run(["prior", *given, "--home", str(home)]) == 1
    assert told in capsys.readouterr().err


def test_the_gate_is_measured_beside_plain_ways_to_ask(
    prior_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from api.bench.prior import as_markdown
    from api.cli.main import run

    home = shutil.copytree(prior_home, tmp_path / "home")
    cases = [
        ("same_number", "positive", {"importer": [IMPORTER]}, ["IS-1"]),
        ("phoenix", "positive", {"importer": [SUCCESSOR], "port": ["5301"]}, ["IS-1"]),
        ("same_goods", "positive", {"text": "frames for a bed"}, ["IS-2"]),
        ("virtual_office", "hard_negative", {"importer": [STRANGER]}, ["IS-1"]),
    ]
    with open(tmp_path / "precedents.jsonl", "w", encoding="utf-8") as file:
        for number, (family, label, query, precedents) in enumerate(cases):
            row = {"case_id": str(number), "family": family, "label": label, "query": query, "precedents": precedents}
            file.write(json.dumps(row) + "\n")
    assert run(["evaluate", "prior", str(tmp_path), "--json", "--home", str(home)]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert (measured["cases"], measured["look_alikes"], measured["accused"]) == (3, 1, 0.0)
    assert measured["first_three"] == measured["first_three_after_a_change"] == 1.0
    plain = measured["baselines"]
    assert plain["exact_number"]["first_three"] == pytest.approx(1 / 3, abs=1e-4)
    assert plain["exact_number"]["first_three_after_a_change"] == 0.0
    page = as_markdown({**measured, "http_ms": {}, "worlds": 1, "size": "small"}, command="a test")
    assert "| phoenix | 1 | 1.000 | 0.000 |" in page


def test_a_day_of_before_the_first_issue_is_no_error(http: httpx.Client) -> None:
    answer = asked(http, hts=HTS[0], as_of="1999-07-01")
    assert (answer["precedents"], answer["papers"], answer["total"]) == ([], [], 0)
    assert answer["as_of"] == "1999-07-01"
