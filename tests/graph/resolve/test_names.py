"""Names: what makes two of them the same, and what does not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.resolve.names import SAME_COMPANY_FROM, SAME_PERSON_FROM, Rarity, compare_names, compare_people
from graph.resolve.words import looks_like_company, read_name, says_nothing

SAME = [
    ("Haversham Imports LLC", "HAVERSHAM IMPORTS, L.L.C."),
    ("Shanghai Huayuan Trading Co., Ltd.", "SHANGHAI HUA YUAN TRDG CO LTD"),
    ("Vandewater International Inc", "Vandewater Intl."),
    ("Ningbo Lanhai Import & Export Co., Ltd.", "NINGBO LANHAI IMP AND EXP COMPANY LIMITED"),
    ("Qingdao Bolun Mfg. Co.", "Bolun Qingdao Manufacturing Company"),
    ("Müllerhof Stahlwerk GmbH", "MUELLERHOF STAHLWERK GESELLSCHAFT MIT BESCHRÄNKTER HAFTUNG"),
    ("上海华远贸易有限公司", "Shanghai Huayuan Trading Co Ltd"),
    ("ООО «Северлес»", "Severles LLC"),
    ("Harborlight Furniture Corp", "Harbour Light Furniture Corporation"),
    ("Windhaven Outdoor Products Inc", "Windhavn Outdoor Prods Inc."),
    ("Northern Alder Box Company", "N.A.B. Company"),
    ("PT. Kayu Lestari Tbk", "Kayu Lestari, PT"),
    ("Saigon Anphat Joint Stock Company", "Sai Gon An Phat JSC"),
    ("Alderford Industries Ltd", "ALDERFORD INUDSTRIES LTD"),
    ("Umberfield Distributors LLC", "UMBERFIELD DSTRIBUTORS LLC"),
    ("Junipero Trdg LLC", "JUNIPEROTRDG LLC"),
    ("Divetecservices", "Dive Tec Services Ltd"),
    ("Hangzhou No. 3 Silk Factory", "Hangzhou Third Silk Factory"),
    ("Forty-Four Rivers Foods", "44 Rivers Foods"),
    ("1st Alder Bank", "First Alder Bank"),
    ("Northern Alder Box Company", "NABC"),
    ("Alder & Beech Telegraph Inc", "AB&T"),
    ("U.S. Alder Institute", "United States Alder Institute"),
    ("Alder Imports LLC d/b/a Quillon Home", "Quillon Home"),
    ("Vexholm Toys Inc c/o Marbury Freight Agency", "Vexholm Toys"),
    ("Vexholm Foundry Corporatio", "Vexholm Foundry Corp"),
    ("Vexholm Foundry Comapny", "Vexholm Foundry"),
    ("深圳市华远技术有限公司", "Shenzhen Huayuan Technology Co Ltd"),
    ("한빛전자 주식회사", "Hanbit Electronics Co Ltd"),
    ("شركة النخيل للتجارة", "Al Nakheel Trading Company"),
    ("ОАО «Северлесский завод»", "Severlessky Plant JSC"),
    ("Hijos de Vexholm Muebles S.A. de C.V.", "Vexholm Sons Furniture SA"),
]
DIFFERENT = [
    ("Shanghai Trading Co", "Shanghai Tradelink Co"),
    ("Sunrise Furniture LLC", "Sunshine Furniture LLC"),
    ("Bank of Galway", "Bank of Cork"),
    ("Hangzhou No. 1 Silk Factory", "Hangzhou No. 2 Silk Factory"),
    ("Guangdong Meilan Electronics", "Guangdong Haoyue Electronics"),
    ("Global International Trading", "Universal International Trading"),
    ("Eastern Foods Inc", "Western Foods Inc"),
    ("Alder Logistics", "Beech Logistics"),
    ("Alder Distribution", "Alder Industries"),
    ("Vexholm Quillon Express (USA) Inc", "Vexholm Quillon Express (Malaysia) Sdn Bhd"),
    ("Vexholm Supply of Texas", "Vexholm Supply of Ohio"),
    ("Vexholm Foods Holdings", "Vexholm Foods Inc"),
    ("Management Company", "Vexholm Management Company"),
    ("Three Rivers Foods", "Four Rivers Foods"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_spellings_of_one_company_are_the_same(left: str, right: str) -> None:
    assert compare_names(left, right).score >= SAME_COMPANY_FROM


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_companies_that_share_common_words_are_different(left: str, right: str) -> None:
    assert compare_names(left, right).score < SAME_COMPANY_FROM


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Smith, Robert J.", "Bob Smith", True),
        ("Dr. Elena Varga", "VARGA ELENA", True),
        ("John Marlow", "Jane Marlow", False),
        ("Peter Holm Jr", "Peter Holm Senior", False),
    ],
)
def test_people_have_nicknames_initials_titles_and_sons(left: str, right: str, *, same: bool) -> None:
    assert (compare_people(left, right).score >= SAME_PERSON_FROM) is same


def test_a_match_says_which_words_met_and_which_did_not() -> None:
    match = compare_names("Windhavn Outdoor Trdg", "Windhaven Outdoor Furniture")
    assert [(met.left, met.right, met.how) for met in match.met] == [
        ("WINDHAVN", "WINDHAVEN", "spelling"),
        ("OUTDOOR", "OUTDOOR", "same"),
    ]
    assert (match.only_left, match.only_right) == (("TRADING",), ("FURNITURE",))
    assert "WINDHAVN for WINDHAVEN (spelling)" in match.in_words()


def test_a_word_that_many_names_of_the_data_share_says_less() -> None:
    rarity = Rarity.of(read_name(f"Alder {n}x Timber") for n in range(4_000))
    assert rarity.bits("ALDER") < Rarity().bits("ALDER")
    assert compare_names("Alder Kem", "Alder Bos", rarity=rarity).score < compare_names("Alder Kem", "Alder Bos").score


def test_what_names_nobody_is_known() -> None:
    assert says_nothing("To Order")
    assert says_nothing("TO THE ORDER OF BANK OF GALWAY")
    assert not says_nothing("Order of Malta Traders")
    assert not looks_like_company("Rosa Delgado")


words = st.lists(
    st.sampled_from("HARBOR TRADING QUILL VEXHOLM NO 1 2 CO LTD LLC INTL 上海 贸易 ООО A B & Müller".split()),  # noqa: SIM905
    min_size=1,
    max_size=6,
)


@given(words, words)
def test_it_does_not_matter_which_name_stands_first(left: list[str], right: list[str]) -> None:
    one, other = compare_names(" ".join(left), " ".join(right)), compare_names(" ".join(right), " ".join(left))
    assert one.score == other.score
    assert (one.only_left, one.only_right) == (other.only_right, other.only_left)
    assert 0.0 <= one.score <= 1.0


@given(st.text(min_size=1, max_size=30))
def test_a_name_is_wholly_like_itself_if_it_has_a_word(name: str) -> None:
    assert compare_names(name, name).score == (1.0 if read_name(name).words else 0.0)


@given(
    st.lists(st.sampled_from(("QUILLON", "VEXHOLM", "TRADING", "MARBURY", "STEEL")), unique=True, min_size=2),
    st.randoms(),
)
def test_the_order_of_words_says_nothing(name: list[str], chance: random.Random) -> None:
    turned = name.copy()
    chance.shuffle(turned)
    assert compare_names(" ".join(name), " ".join(turned)).score == pytest.approx(1.0)
