"""A manufacturer id is made as the appendix to 19 CFR 102 says."""

import pytest

from graph.model.errors import Invalid
from graph.model.mid import Maker, address_part, build_mid, city_part, name_part


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Harborview Plastics Corp.", "HARPLA"),  # the first two words, the third does not count
        ("Lindqvist", "LIN"),  # one word
        ("X.Y.Z. Company", "XYZCOM"),  # initials together are one word
        ("X Y Z Company", "XYZCOM"),
        ("B.A.S.I.N. Corp.", "BASCOR"),
        ("Dr. K.L. Okada", "DRKL"),
        ("Turnings K L Inc.", "TURKL"),
        ("N. Okada & Co. Ltd.", "OKACO"),  # a single initial is passed over
        ("Piet K. Delmar Company", "PIEDEL"),
        ("The Mill and Weavers Co.", "MILWEA"),  # articles and conjunctions are passed over
        ("Okada-Lindqvist Inc.", "OKAINC"),  # a hyphenated name is one word
        ("30th Century Glass", "30TCEN"),
        ("Basin 2000", "BAS200"),
        ("Ämter & Söhne", "AMTSOH"),
        ("L'Atelier Bleu", "LATBLE"),
    ],
)
def test_the_name_gives_three_letters_of_each_of_two_words(name: str, part: str) -> None:
    assert name_part(name) == part


@pytest.mark.parametrize(
    ("country", "name", "part"),
    [
        ("ID", "PT Garuda Benang", "GARBEN"),
        ("ID", "P.T. Garuda Benang", "GARBEN"),
        ("RU", "OOO Severnaya Nit", "SEVNIT"),
        ("MO", "Fabrica de Artigos de Vestuario Lok Sang", "LOKSAN"),
        ("CN", "PT Garuda Benang", "PTGAR"),  # only where every name begins like this
        ("ID", "PT", "PT"),
    ],
)
def test_words_that_every_name_of_a_country_begins_with_are_passed_over(country: str, name: str, part: str) -> None:
    assert name_part(name, country=country) == part


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("11455 Harbor Street Suite 9999", "1145"),
        ("12,34,56 Sakura Road", "1234"),
        ("12-34 56 Sakura Road", "1234"),
        ("2-6, 8-Chome Harbor-Dori", "26"),
        ("1234 Calle Larga, Suite 5880", "5880"),
        ("No. 7/15 Lane", "715"),
        ("One Harbor Center", ""),
    ],
)
def test_the_address_gives_four_digits_of_its_largest_number(address: str, part: str) -> None:
    assert address_part(address) == part


@pytest.mark.parametrize(
    ("country", "city", "part"),
    [
        ("FR", "St. Michel", "STM"),
        ("US", "18-Mile High", "MIL"),
        ("NL", "The Hague", "HAG"),
        ("HK", "Kowloon", "HON"),
        ("SG", "Jurong", "SIN"),
        ("CN", "Shenzhen 518000", "SHE"),
    ],
)
def test_the_city_gives_three_letters(country: str, city: str, part: str) -> None:
    assert city_part(city, country=country) == part


def test_a_maker_has_one_id() -> None:
    assert build_mid(Maker("cn", "Shenzhen Furnace Works", "No. 123, Harbor Road", "Shenzhen")).key == "CNSHEFUR123SHE"
    assert build_mid(Maker("XO", "Maple Loom Ltd.", "77 Mill Street", "Toronto")).key == "XOMAPLOO77TOR"


@pytest.mark.parametrize("country", ["CA", "XX", "Canada"])
def test_a_country_that_no_id_can_begin_with_is_refused(country: str) -> None:
    with pytest.raises(Invalid):
        build_mid(Maker(country, "Maple Loom Ltd.", "77 Mill Street", "Toronto"))


def test_a_name_without_letters_makes_no_id() -> None:
    with pytest.raises(Invalid):
        build_mid(Maker("CN", "---", "", "Shenzhen"))
