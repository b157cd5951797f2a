"""Identifiers read every spelling in use, refuse the rest with a reason, and come back from their own forms."""

import doctest
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso6346

import graph.model.identifiers
import graph.model.mid
import graph.model.spelling
from graph.model.errors import Invalid
from graph.model.identifiers import (
    MASKED_SSN,
    BillNumber,
    CaseNumber,
    ContainerNumber,
    CountryCode,
    EntryNumber,
    FilerCode,
    ForeignPort,
    HtsNumber,
    Identifier,
    ImporterNumber,
    LabNumber,
    ManufacturerId,
    PortCode,
    ProtestNumber,
    RulingNumber,
    SuretyCode,
    entry_check_digit,
    find_identifier,
    mask_ssn,
    parse,
    repair,
    rulings_beside_file_codes,
    ssn_token,
)
from graph.model.spelling import FORMS, countries, port_districts
from graph.model.tables import IdentifierType

DIGITS = string.digits
LETTERS = string.ascii_uppercase


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


def codes(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS + LETTERS, min_size=count, max_size=count)


def letters(count: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=count, max_size=count)


def with_check_digit(ten: str) -> str:
    return f"{ten}{iso6346.calc_check_digit(ten)}"


def joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


ports = joined(st.sampled_from(sorted(port_districts())), digits(2))
chapters = st.integers(1, 99).filter(lambda chapter: chapter != 77).map("{:02d}".format)
KEYS: list[tuple[type[Identifier], st.SearchStrategy[str]]] = [
    (EntryNumber, joined(codes(3), digits(7)).map(lambda ten: f"{ten}{entry_check_digit(ten)}")),
    (ImporterNumber, joined(digits(2), "-", digits(7), codes(2))),
    (ImporterNumber, joined(digits(6), "-", digits(5))),
    (ImporterNumber, joined("SSN-", st.text("0123456789abcdef", min_size=12, max_size=12))),
    (ManufacturerId, joined(st.sampled_from(["CN", "XO", "VN", "AN"]), codes(6), digits(4), letters(3))),
    (HtsNumber, st.sampled_from([2, 4, 6, 8]).flatmap(lambda count: joined(chapters, digits(count)))),
    (CaseNumber, joined(st.sampled_from("AC"), "-", digits(3), "-", digits(3))),
    (CaseNumber, joined(st.sampled_from("AC"), "-", digits(3), "-", digits(3), "-014")),
    (RulingNumber, joined("NY-N", digits(6))),
    (RulingNumber, joined("NY-", st.sampled_from(LETTERS), digits(5))),
    (RulingNumber, joined("HQ-", st.sampled_from("HW"), digits(6))),
    (RulingNumber, joined("HQ-", digits(6))),
    (PortCode, ports),
    (ForeignPort, digits(5)),
    (CountryCode, st.sampled_from(sorted(countries()))),
    (ContainerNumber, joined(letters(3), st.sampled_from("UJZ"), digits(6)).map(with_check_digit)),
    (BillNumber, joined(letters(4), codes(9))),
    (FilerCode, codes(3)),
    (SuretyCode, codes(3)),
    (LabNumber, joined(st.sampled_from(["NY20", "SV19"]), digits(6))),
    (LabNumber, joined(digits(1), "-", digits(2), "-", digits(5), "-", digits(3))),
    (ProtestNumber, joined(ports, "-", digits(2), "-", digits(6))),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "keys"), KEYS, ids=lambda value: getattr(value, "__name__", ""))
@given(data=st.data())
def test_an_identifier_is_read_back_from_its_key_and_from_its_print(
    kind: type[Identifier], keys: st.SearchStrategy[str], data: st.DataObject
) -> None:
    key = data.draw(keys)
    identifier = kind.parse(key)
    assert identifier.key == key
    assert kind.parse(identifier.key) == identifier
    if not key.startswith("SSN-"):  # which prints masked, so that nobody can read it back
        assert kind.parse(str(identifier)) == identifier
    assert kind.parse(f"  {key.lower()} ") == identifier


@given(KEYS[0][1], st.data())
def test_the_check_digit_catches_every_single_wrong_digit(key: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(3, 10))
    wrong = data.draw(st.sampled_from([digit for digit in DIGITS if digit != key[position]]))
    with pytest.raises(Invalid, match="wrong check digit"):
        EntryNumber.parse(key[:position] + wrong + key[position + 1 :])


@pytest.mark.parametrize(
    ("kind", "written", "key", "printed"),
    [
        (EntryNumber, "ABC-1234567-6", "ABC12345676", "ABC-1234567-6"),
        (EntryNumber, "abc 1234567 6", "ABC12345676", "ABC-1234567-6"),
        (EntryNumber, "999\u20119999999\u20110", "99999999990", "999-9999999-0"),
        (EntryNumber, '="23144567890"', "23144567890", "231-4456789-0"),
        (ImporterNumber, "26-1647511", "26-164751100", "26-164751100"),
        (ImporterNumber, "261647511", "26-164751100", "26-164751100"),
        (ImporterNumber, "95-4412087rc", "95-4412087RC", "95-4412087RC"),
        (ImporterNumber, "171204-00123", "171204-00123", "171204-00123"),
        (ManufacturerId, "cnshefur123she", "CNSHEFUR123SHE", "CNSHEFUR123SHE"),
        (HtsNumber, "6109.10.0040", "6109100040", "6109.10.00.40"),
        (HtsNumber, "6109.10.00.40", "6109100040", "6109.10.00.40"),
        (HtsNumber, "8507.60.00", "85076000", "8507.60.00"),
        (HtsNumber, "9903.88", "990388", "9903.88"),
        (HtsNumber, "7604", "7604", "7604"),
        (CaseNumber, "C570109000", "C-570-109", "C-570-109"),
        (CaseNumber, "a-580-870-014", "A-580-870-014", "A-580-870-014"),
        (RulingNumber, "NY N301234", "NY-N301234", "NY N301234"),
        (RulingNumber, "n 301234", "NY-N301234", "NY N301234"),
        (RulingNumber, "HRL H348257", "HQ-H348257", "HQ H348257"),
        (RulingNumber, "J85797", "NY-J85797", "NY J85797"),
        (RulingNumber, "H80123", "NY-H80123", "NY H80123"),  # five digits: of New York, before 2005
        (RulingNumber, "w964711", "HQ-W964711", "HQ W964711"),
        (RulingNumber, "HQ 955864", "HQ-955864", "HQ 955864"),
        (PortCode, "0901", "0901", "0901"),
        (PortCode, "1074", "1074", "1074"),  # an express courier's own port
        (PortCode, "2773", "2773", "2773"),
        (PortCode, "4601", "4601", "4601"),  # a district that ACE knows and Schedule D does not
        (CountryCode, "kv", "XK", "XK"),
        (CountryCode, "XQ", "CA", "CA"),
        (ContainerNumber, "CSQU 305438 3", "CSQU3054383", "CSQU 305438 3"),
        (BillNumber, "maeu 123456789", "MAEU123456789", "MAEU123456789"),
        (LabNumber, "SV2007-2698", "SV20072698", "SV20072698"),
        (ProtestNumber, "1001-3-107544", "1001-3-107544", "1001-3-107544"),
    ],
)
def test_every_spelling_has_one_key(kind: type[Identifier], written: str, key: str, printed: str) -> None:
    identifier = kind.parse(written)
    assert (identifier.key, str(identifier)) == (key, printed)


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        (EntryNumber, "ABC-1234567-0", "wrong check digit"),
        (EntryNumber, "1.23457E+10", "scientific notation"),
        (EntryNumber, "ABC-123456-7", "not a filer code"),
        (ImporterNumber, "12-34567", "neither"),
        (ManufacturerId, "CASHEFUR123SHE", "CA is not used"),
        (ManufacturerId, "QQSHEFUR123SHE", "country"),
        (ManufacturerId, "CNSHEFURX12345SHENZ", "longer than 15"),
        (HtsNumber, "7700.00.0000", "chapter 77"),
        (HtsNumber, "0012.10.0000", "chapter 00"),
        (HtsNumber, "61091", "4, 6, 8 or 10 digits"),
        (CaseNumber, "B-570-108", "A or C"),
        (CaseNumber, "A-57-108", "A or C"),
        (RulingNumber, "NY 10048", "postal code"),
        (RulingNumber, "955864", "file code"),
        (RulingNumber, "HQ N301234", "not a ruling"),  # the N series is New York's: one of the two is wrong
        (PortCode, "9901", "district"),
        (PortCode, "901", "three digits"),
        (ForeignPort, "5703", "five digits"),
        (CountryCode, "XX", "country"),
        (CountryCode, "China", "country"),
        (ContainerNumber, "CSQU3054384", "wrong check digit"),
        (ContainerNumber, "CSQU305438", "check digit"),
        (FilerCode, "AB", "three characters"),
        (LabNumber, "XX20072698", "laboratory"),
        (ProtestNumber, "9901-08-100108", "district"),
        (HtsNumber, "\uff16\uff11\uff10\uff19", "4, 6, 8 or 10 digits"),  # digits of another script are none
        (CountryCode, "\u0131n", "country"),  # a dotless i is no I
    ],
)
def test_what_is_refused_says_why_and_what_to_do(kind: type[Identifier], written: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        kind.parse(written)
    assert refused.value.thing
    assert refused.value.value == written
    assert refused.value.next_step


def test_the_suffix_of_an_importer_number_does_not_change_who_it_is() -> None:
    assert ImporterNumber.parse("26-1647511RC").taxpayer == ImporterNumber.parse("26-1647511").taxpayer == "26-1647511"
    assert ImporterNumber.parse("171204-00123").taxpayer == "171204-00123"


def test_a_tariff_number_rolls_up_to_its_chapter() -> None:
    assert HtsNumber.parse("6109100040").rollup() == ("6109100040", "61091000", "610910", "6109", "61")
    assert HtsNumber.parse("8507.60").rollup() == ("850760", "8507", "85")


def test_a_bare_ruling_number_counts_only_beside_a_file_code() -> None:
    text = "CLA-2 CO:R:C:T 955864 CC, see also 086537 and OT:RR:CTF:TCM 967123"
    assert [ruling.key for ruling in rulings_beside_file_codes(text)] == ["HQ-955864", "HQ-967123"]


def test_repairs_are_made_only_where_something_proves_them() -> None:
    assert repair(IdentifierType.PORT, "901") == (PortCode("0901"), "zero_pad")
    assert repair(IdentifierType.PORT, "601") is None  # there is no district 06
    assert repair(IdentifierType.HTS, "101210010") == (HtsNumber("0101210010"), "zero_pad")
    first_ten = "0123456789"
    entry = first_ten + str(entry_check_digit(first_ten))
    assert repair(IdentifierType.ENTRY_NUMBER, entry[1:]) == (EntryNumber.parse(entry), "zero_pad")
    wrong = entry[1:-1] + str((int(entry[-1]) + 1) % 10)
    assert repair(IdentifierType.ENTRY_NUMBER, wrong) is None


SSN = "551-23-4567"
HOME_SECRET = "any text"  # noqa: S105


def test_a_social_security_number_has_no_key_until_it_is_a_token() -> None:
    number = ImporterNumber.parse(SSN)
    with pytest.raises(Invalid) as refused:
        _ = number.key
    token = number.tokenised("a secret")
    assert token.key == ssn_token("551234567", "a secret")
    assert ImporterNumber.parse(token.key) == token
    assert token.tokenised("another secret") == token
    assert token != ImporterNumber.parse(SSN).tokenised("another secret")
    shown = [str(number), repr(number), str(token), repr(token), str(refused.value), refused.value.value]
    assert not any("4567" in text for text in shown)
    assert str(number) == str(token) == MASKED_SSN


def test_an_error_about_text_with_a_social_security_number_does_not_repeat_it() -> None:
    with pytest.raises(Invalid) as refused:
        parse(IdentifierType.IMPORTER_NUMBER, f"{SSN} or so")
    assert "4567" not in f"{refused.value} {refused.value.value}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("551-23-4567", "***-**-****"),
        ("owner 551-23-4567, spouse 551-23-4568.", "owner ***-**-****, spouse ***-**-****."),
        ("551-23-4567 551-23-4568 551-23-4569", "***-**-**** ***-**-**** ***-**-****"),
        ("ssn\u2011551\u201123\u20114567", "ssn\u2011***-**-****"),
        ("SSN: 551 23 4567", "SSN: ***-**-****"),
        ("social security no. 551234567", "social security no. ***-**-****"),
        ("551-23-4567RC", "***-**-****RC"),
    ],
)
def test_social_security_numbers_in_text_are_masked(text: str, masked: str) -> None:
    assert mask_ssn(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "171204-00123",
        "1101-08-100108",
        "4-96-11435-001",
        "212-555-0199",
        "26-164751100",
        "A-570-967-014",
        "2024-01-05",
        "ABC-1234567-6",
        "6109.10.00.40",
        "1551-23-45678",
    ],
)
def test_other_numbers_with_hyphens_stay(text: str) -> None:
    assert mask_ssn(text) == text


K = IdentifierType


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("N301234", [(K.RULING, "NY-N301234")]),
        ("NY N301234", [(K.RULING, "NY-N301234")]),
        ("n 301234", [(K.RULING, "NY-N301234")]),
        ("ABC-1234567-6", [(K.ENTRY_NUMBER, "ABC12345676")]),
        ("abc12345676", [(K.ENTRY_NUMBER, "ABC12345676")]),
        ("26-1647511", [(K.IMPORTER_NUMBER, "26-164751100")]),
        ("26164751100", [(K.IMPORTER_NUMBER, "26-164751100"), (K.IMPORTER_NUMBER, "261647-51100")]),
        ("7604.21", [(K.HTS, "760421")]),
        ("7604210010", [(K.HTS, "7604210010")]),
        ("2704", [(K.HTS, "2704"), (K.PORT, "2704")]),
        ("A570967", [(K.CASE, "A-570-967")]),
        ("CN", [(K.COUNTRY, "CN")]),
        ("cn", []),
        ("wire hangers", []),
        ("hangers", []),
        ("10048", [(K.FOREIGN_PORT, "10048")]),
        ("551-23-4567", []),
        ("", []),
    ],
)
def test_a_free_text_tells_all_that_it_could_be(text: str, found: list[tuple[IdentifierType, str]]) -> None:
    assert find_identifier(text) == found


def test_a_social_security_number_is_found_by_its_token_only() -> None:
    assert find_identifier(SSN, ssn_secret=HOME_SECRET) == [(K.IMPORTER_NUMBER, ssn_token("551234567", HOME_SECRET))]


@pytest.mark.parametrize("kind", list(IdentifierType))
def test_every_kind_has_a_form_and_refuses_nonsense(kind: IdentifierType) -> None:
    assert FORMS[kind].name
    with pytest.raises(Invalid):
        parse(kind, "no such thing?")


@pytest.mark.parametrize("module", [graph.model.identifiers, graph.model.mid, graph.model.spelling])
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    run: Callable[..., doctest.TestResults] = doctest.testmod
    results = run(module, optionflags=flags)
    assert results.attempted > 0
    assert results.failed == 0
