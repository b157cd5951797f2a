"""Ports, tariff, orders, notices and lists: what their profiles make of small files of the same shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.delimited import read_head
from ingest.sources.mapped import MappedSource
from ingest.sources.profile import SHIPPED, read_profile, read_profiles
from ingest.sources.source import TextRows


def loaded(name: str, path: Path) -> list[TextRows]:
    source = MappedSource(read_profile(SHIPPED / f"{name}.toml"))
    assert source.recognises(path, read_head(path)) > 0.5
    return list(source.rows(path))  # type: ignore[arg-type]


def rows(name: str, path: Path) -> list[dict[str, Any]]:
    return [row for batch in loaded(name, path) for row in batch.batch.to_pylist()]


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_order_gets_its_country_and_keeps_the_rest(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "list.csv",
        "\ufeffOrderdate,Continueddate,ITCcaseNo,DOCNo,Product,Country,active\n"
        "2008/10/6,,A-1123,A-570-918,Steel wire garment hangers,China ,1\n"
        "2001/1/2,,A-1,A-580-800,Rope,Korea\u00a0,0\n2001/1/2,,A-2,A-999-801,Rope,Atlantis,1\n",
    )
    china, korea, nowhere = rows("adcvd-orders", path)
    assert (china["case_number"], china["country"], china["order_on"]) == ("A-570-918", "CN", "2008/10/6")
    assert (korea["country"], korea["in_force"]) == ("KR", "no")
    assert (nowhere["country"], nowhere["country_as_written"]) == (None, "Atlantis")


def test_a_country_one_column_further_is_found(tmp_path: Path) -> None:
    text = "DOCNo,Product,Country,Column2\nA-552-825,Wind towers,,Vietnam\n"
    assert rows("adcvd-orders", file(tmp_path, "list.csv", text))[0]["country"] == "VN"


def test_ports_that_lost_a_zero_are_marked_and_not_mended(tmp_path: Path) -> None:
    (batch,) = loaded(
        "schedule-d", file(tmp_path, "usports.csv", 'Code,Name\n901,"BUFFALO, NY"\n2704,"LOS ANGELES, CA"\n')
    )
    assert batch.batch.to_pylist()[0]["port_code"] == "901"
    assert batch.damaged == {"port_code"}


def test_a_list_of_countries_is_not_taken_for_ports(tmp_path: Path) -> None:
    path = file(tmp_path, "countries.csv", "Code,Name,ISO_Code\n1220,Canada,CA\n")
    scores = {p.name: MappedSource(p).recognises(path, read_head(path)) for p in read_profiles(SHIPPED)}
    assert max(scores, key=scores.__getitem__) == "schedule-c"
    (batch,) = loaded("schedule-c", path)
    assert batch.batch.num_rows == 0
    assert list(batch.left_out.values()) == [1]


def test_a_foreign_port_keeps_each_of_its_names_and_gets_its_zero_back(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "k.csv",
        'CTRY_NAME,FORPORT_NAME,FORPORT_CD\nAlbania,Durazzo,48109\nAlbania,Durres,48109\nCanada,"Bath, ONT",1653\n',
    )
    first, second, third = rows("schedule-k", path)
    assert first["foreign_port"] == second["foreign_port"] == "48109"
    assert (third["foreign_port"], third["foreign_port_as_written"], third["country"]) == ("01653", "1653", "CA")


def test_a_chapter_has_no_parent(tmp_path: Path) -> None:
    path = file(
        tmp_path, "hs.csv", "section,hscode,description,parent,level\nI,01,Animals; live,TOTAL,2\nI,0101,Horses,01,4\n"
    )
    chapter, heading = rows("hs-list", path)
    assert (chapter["hts_number"], chapter["parent"]) == ("01", None)
    assert heading["parent"] == "01"


def test_a_notice_is_known_by_its_number(tmp_path: Path) -> None:
    record = {"document_number": "2020-00001", "title": "Rope From Atlantis", "published": "2020-01-02"}
    text = json.dumps(record | {"abstract": "No summary provided."}) + "\n{broken\n"
    (batch,) = loaded("federal-register", file(tmp_path, "notices.jsonl", text))
    first = batch.batch.to_pylist()[0]
    assert (first["id"], first["kind"], first["text"]) == ("FR-2020-00001", "notice", None)
    assert list(batch.problems) == [1]


def test_one_cell_of_a_withhold_release_order_holds_all_names(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "wro.csv",
        "entity,country,industry,effective_date,order_type\n"
        '"Mangrove Works, a/k/a Golden Mangrove Plant, a/k/a Plant No. 1; Mangrove Trading",'
        "China,Machinery,3/18/1992,WRO\n",
    )
    (row,) = rows("wro-findings", path)
    assert row["name"] == "Mangrove Works"
    assert row["other_names"] == "Golden Mangrove Plant;Plant No. 1;Mangrove Trading"
    assert row["name_kind"] == "aka;aka;aka"
    assert row["identifier"] == "WRO-MANGROVE-WORKS"


def test_a_korean_declaration_keeps_its_own_numbers_and_loses_its_verdict(tmp_path: Path) -> None:
    header = (
        "Declaration ID,Date,Office ID,Importer ID,Seller ID,Declarant ID,HS6 Code,Country of Origin,Net Mass,"
        "Item Price,Mode of Transport,Fraud,Critical Fraud"
    )
    path = file(
        tmp_path,
        "declarations.csv",
        f"{header}\n97061800,2020-01-01,30,QLRUBN9,,ZZR1LT6,440890,ZZ,108.0,372254.4,10,1,0\n",
    )
    (batch,) = loaded("korea-import-declarations", path)
    (row,) = batch.batch.to_pylist()
    assert (row["entry_number"], row["port_code"]) == ("KR-97061800", "KR30")
    assert row["manufacturer_id"] is None
    assert row["country_of_origin"] is None
    assert (row["item_price_krw"], row["net_mass_kg"]) == ("372254.4", "108.0")
    assert not {"fraud", "critical_fraud", "Fraud", "entered_value_usd", "gross_weight_kg"} & row.keys()
    assert {"entry_number", "importer_number", "port_code", "manufacturer_id", "filer_code"} <= batch.unchecked


@pytest.mark.parametrize("tariffs", ['["6109.10.0040", "9903.88.15"]', '"6109.10.0040, 9903.88.15"'])
def test_cross_answers_are_read_whether_tariffs_are_a_list_or_text(tmp_path: Path, tariffs: str) -> None:
    record = (
        f'{{"id": 7, "rulingNumber": "N301234", "subject": "A tree\\u2019s hat", "rulingDate": "2018-12-11T00:00:00",'
        f'"collection": "ny", "tariffs": {tariffs}, "relatedRulings": ["H301619"], "revokedBy": ["H348257"],'
        '"modifiedBy": null}'
    )
    path = file(tmp_path, "page1.json", f'{{"rulings": [{record}], "totalHits": 1}}')
    (row,) = rows("cross-rulings", path)
    assert (row["id"], row["date"], row["kind"]) == ("NY-N301234", "2018-12-11", "ruling")
    assert row["tariffs"] == "6109.10.0040;9903.88.15"
    assert (row["related"], row["revoked_by"]) == ("HQ-H301619", "HQ-H348257")


def test_a_cross_detail_in_windows_1252_without_a_date(tmp_path: Path) -> None:
    path = tmp_path / "hq-964711.json"
    path.write_bytes(
        '{"rulingNumber": "964711", "subject": "Café", "rulingDate": "0001-01-01T00:00:00", "collection": "hq",'
        ' "text": "HQ 964711 – Café"}'.encode("cp1252")
    )
    (row,) = rows("cross-rulings", path)
    assert (row["id"], row["date"]) == ("HQ-964711", None)
    assert row["text"] == "HQ 964711 – Café"
