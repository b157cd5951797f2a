"""Ports by name: where the words around a place say that it is one, and where they do not."""

import pytest

from ingest.extract.mentions import find_mentions
from ingest.extract.ports_by_name import ports_by_name

PORTS = [
    ("All of it moved through Norfolk and then Baltimore.", ["Norfolk", "Baltimore"]),
    ("Boxes land at the Seattle seaport; Laredo released the truck.", ["Seattle", "Laredo"]),
    ("The importer switched from Newark to Norfolk in June.", ["Newark", "Norfolk"]),
    ("Port of entry: Savannah   POL: Ningbo, China", ["Savannah", "Ningbo"]),
    ("Examined by CBP Houston; the Newark exam found nothing.", ["Houston", "Newark"]),
    ("the ports of Los Angeles and Long Beach; Port of Bath", ["Los Angeles", "Long Beach", "Bath"]),
    ("We asked Chicago to hold it. Arrived at Houston, Texas on May 4.", ["Chicago", "Houston"]),
    ("Entries at Miami rose, those at Port Everglades fell.", ["Miami", "Port Everglades"]),
    ("Loaded at Qingdao, it went via Busan to Long Beach.", ["Qingdao", "Busan", "Long Beach"]),
    (
        "Ports used: Houston, Galveston. Our colleagues in Laredo looked; booked Laem Chabang to Seattle",
        ["Houston", "Galveston", "Laredo", "Laem Chabang", "Seattle"],
    ),
    (
        "FOB Haiphong, CIF Long Beach; Officer Weld (Buffalo) calls; Port Manatee got it",
        ["Haiphong", "Long Beach", "Buffalo", "Port Manatee"],
    ),
    ("Port   Exams\nSavannah   12\nNorfolk    3\n", ["Savannah", "Norfolk"]),
    (
        "It left Kobe (a feeder) for Tacoma; using Gulfport instead of New Orleans, Detroit first saw it",
        ["Kobe", "Tacoma", "Gulfport", "New Orleans", "Detroit"],
    ),
    (
        "Containers to Norfolk, from Callao to Houston and Mobile; Shanghai - Laem Chabang, then Charleston",
        ["Norfolk", "Callao", "Houston", "Mobile", "Shanghai", "Laem Chabang", "Charleston"],
    ),
    (
        "ETA Miami Feb 26. Entries at Savannah ABC-1234567-6 and ABC-2234567-5 Seattle. Refer to FP&F Norfolk.",
        ["Miami", "Savannah", "Seattle", "Norfolk"],
    ),
    (
        "Delivered DDP Newark. Ports were Wilmington and Charleston. Would somebody at Tacoma look? Samples taken at "
        "Houston; the truck brought it to Manzanillo. Which port?\nA. Baltimore.",
        ["Newark", "Wilmington", "Charleston", "Tacoma", "Houston", "Manzanillo", "Baltimore"],
    ),
    ("The strike at Vancouver is over. The broker's permit for Nogales", ["Vancouver", "Nogales"]),
    ("Unladen at Richmond and cleared through Roma, it moves in bond to Spokane.", ["Richmond", "Roma", "Spokane"]),
    ("Boxes sit at the pier in Baltimore; to the District Director, Laredo", ["Baltimore", "Laredo"]),
    (
        "It was trucked to Houston under bond; drayed from Long Beach; transferred at Oakland",
        ["Houston", "Long Beach", "Oakland"],
    ),
    ("The 7501 says Savannah. Loaded Haiphong. Entry filed Tampa, 5/3.", ["Savannah", "Haiphong", "Tampa"]),
    (
        "They used Baltimore until 2015, then Norfolk. According to Seattle, it broke.",
        ["Baltimore", "Norfolk", "Seattle"],
    ),
    (
        "Cleared Port Huron 12/3, not Buffalo. It came in at Oakland; some only at Tacoma.",
        ["Port Huron", "Buffalo", "Oakland", "Tacoma"],
    ),
    (
        "DN-1 | SEGU5520133 | Savannah | cotton\n9:02 ab> what POE?\n9:03 cd> charleston, aug 14",
        ["Savannah", "charleston"],
    ),
    (
        "It came via Norfolk. Entry ABC-1234567-6 (Philadelphia). Norfolk or Baltimore?; landed at Dulles by air",
        ["Norfolk", "Philadelphia", "Norfolk", "Baltimore", "Dulles"],
    ),
    (
        "brings in socks at Tampa. Its freight goes by Umberline to Charleston; the in-bond closed at Des Moines, 3/9.",
        ["Tampa", "Charleston", "Des Moines"],
    ),
    (
        "Mixed up at Savannah. Truck to Philadelphia on 2/20; called AD team Miami; goods went by Kaohsiung.",
        ["Savannah", "Philadelphia", "Miami", "Kaohsiung"],
    ),
    ("2016-03-02  COSU6127004410  Ningbo - Los Angeles  Umberlux  2x40HC", ["Ningbo", "Los Angeles"]),
    ("Vessel: Ever Umber 0441E\nFrom: Ningbo\nTo: Long Beach, then by rail to Tulsa\n", ["Ningbo", "Long Beach"]),
    (
        "The customs of Laredo opens it; shipped on board Hamburg; touching Mundra and Jebel Ali before New York",
        ["Laredo", "Hamburg", "Mundra", "Jebel Ali", "New York"],
    ),
    (
        "Attn: Fines, Penalties and Forfeitures\nNewark\n\nPorts: Miami, once Jacksonville",
        ["Newark", "Miami", "Jacksonville"],
    ),
    ("SEGU5520133  Savannah  cotton\n", ["Savannah"]),
    ("exam notes boston / conley  10/22/15\n\nopened it", ["boston"]),
    ("SAVANNAH (1703) has it; 4601 Newark, too", ["SAVANNAH", "1703", "4601", "Newark"]),
    (
        "Please let Detroit know, since word from Charleston came late; Oakland put an exam on it.",
        ["Detroit", "Charleston", "Oakland"],
    ),
    ("U.S. Customs Service\nSan Francisco, CA\n\nContact for Morgan City: none", ["San Francisco", "Morgan City"]),
    (
        "Port of loading?  Gothenburg 90%, Durban 10%\nTRANSHIPMENT: SINGAPORE; load ports Puerto Cort\u00e9s 11/05",
        ["Gothenburg", "Durban", "SINGAPORE", "Puerto Cort\u00e9s"],
    ),
    ("Railed out of LA; guards at jfk, through 5206 and, lately, ORD", ["LA", "jfk", "ORD"]),
    (
        "Cargo for Boston; on the water from Xiamen; it put back to Ponta Delgada.",
        ["Boston", "Xiamen", "Ponta Delgada"],
    ),
    ("First two boxes went to Boston, the other to Chicago. Before 2016 Detroit.", ["Boston", "Chicago", "Detroit"]),
    ('drop yard -> Laredo -> Umber; a Yantian loading; words "FROM TIANJIN"', ["Laredo", "Yantian", "TIANJIN"]),
    ("The lot got late from Norfolk; somebody had the seal of ABC-1234567-6 at Miami.", ["Norfolk", "Miami"]),
    (
        "At Seattle they watch the importer. The test ran to July 31, 2015, at Baltimore, New York and Mobile.",
        ["Seattle", "Baltimore", "New York", "Mobile"],
    ),
    ("Twice as much came to Newark. Umber moved it in bond fr Long Beach.", ["Newark", "Long Beach"]),
    ("Savannah has box ABCU1234567 on hold; Norfolk's exams; Houston (12 entries)", ["Savannah", "Norfolk", "Houston"]),
    (
        "114 entries, Savannah and Tacoma; ABC-1234567-6 and ABC-2234567-5, both Oakland.",
        ["Savannah", "Tacoma", "Oakland"],
    ),
    (
        "The lines, Savannah 14, Houston 3: see there. A note on Los Angeles/Long Beach",
        ["Savannah", "Houston", "Los Angeles", "Long Beach"],
    ),
    ("Umber Line;Ningbo-Norfolk;14", ["Ningbo", "Norfolk"]),
    ("lot\tgoods\tarrived\nU1\ttea\t6/14/2022 Newark\nU2\ttea\t6/15/2022 Oakland\n", ["Newark", "Oakland"]),
    ("Carrier\tLane\tBoxes\nUmber\tSavannah\t1\nUmber\tNorfolk\t1\n", ["Savannah", "Norfolk"]),
    (
        "The vessel, due New Orleans on May 8. Ship from Shanghai ETD May 25. Inward manifest, May 11, Baltimore",
        ["New Orleans", "Shanghai", "Baltimore"],
    ),
    (
        "Loaded at Ningbo and Gebze. All load at Yantian but the last two (Shanghai).",
        ["Ningbo", "Gebze", "Yantian", "Shanghai"],
    ),
    (
        "It entered at Fresno, which is slower than San Francisco. ABC-1234567-6 (Umber Tea, Houston, 2/8/22)",
        ["Fresno", "San Francisco", "Houston"],
    ),
    (
        "They changed the container in Izmir; clear it at Washington-Dulles (5401)",
        ["Izmir", "Washington-Dulles", "5401"],
    ),
]

PLACES = [
    "Umber Ltd. of Savannah, Georgia imports it; its warehouse in Houston is empty.",
    "The Savannah lab tested it. through Houston Steel Supply; Port of Savannah, Missouri",
    "Umber Inc., 400 Dock Street, Norfolk, VA 23510",
    "The lot was sold to Houston; her letter to Seattle on the entry",
    "Mr. Houston cleared it. Austin examined the invoice, by way of Bath.",
    "The firm moved its headquarters from Dallas to Houston, entered into a contract in Chicago.",
    "The court in New York held that it was. A mill in Ningbo; Ningbo-based; a trader from Ningbo",
    "The consignee moved from Houston to Dallas; sheets go by truck to Dallas; entered the Chicago laboratory",
    "I drove to New Orleans twice; she flew from Los Angeles to Shanghai and lives in Mobile.",
    "ABC-1234567-6 | Savannah | GA\na store in Richmond; the bus to Spokane; Nuevo Laredo",
    "cleared through mobile phones; Houston 2019",
    "a dinner at Houston, the bill issued at Shanghai, our plant at Savannah; the sample went to Savannah",
    "a seller of subscription boxes in Nashville; Umber-Savannah; Seattle-Tacoma; Umber at Norfolk sold it",
    "New York, 12 May; a store of Savannah 14 years old; than San Francisco",
]


@pytest.mark.parametrize(("text", "names"), PORTS)
def test_a_place_is_a_port_where_the_words_around_it_say_so(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end, _ in ports_by_name(text)] == names


@pytest.mark.parametrize("text", PLACES)
def test_seats_addresses_people_and_longer_names_are_no_ports(text: str) -> None:
    assert list(ports_by_name(text)) == []


def test_the_state_behind_a_name_says_which_port_is_meant() -> None:
    text = "via Portland; via Portland, Maine; via Wilmington, DE"
    assert [code for _, _, code in ports_by_name(text)] == ["2904", "0101", "1103"]


def test_foreign_ports_are_mentions_of_their_own_kind_and_small_letters_count_in_small_texts() -> None:
    text = "it left ningbo on monday. it came through norfolk. no docs yet. ask them. call back."
    assert [(one.kind, one.key) for one in find_mentions("", text)] == [("foreign_port", "57020"), ("port", "1401")]


def test_a_laboratory_is_no_port_though_the_text_knows_its_town_as_one() -> None:
    assert [start for start, _, _ in ports_by_name("It arrived at Houston.\nLaboratory: Houston. Umber wrote.")] == [14]


def test_numbers_under_a_heading_that_means_a_port_of_entry_are_ports() -> None:
    text = "ENTRY NO\tDATE\tPOE\nABC-1234567-6\t2020-08-03\t1703\n"
    assert [(one.kind, one.key) for one in find_mentions("", text)][-1] == ("port", "1703")
