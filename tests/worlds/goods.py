"""What these worlds trade in: goods with real tariff numbers, orders with real case numbers, real ports.

Invariant: prices, weights, days of orders and shares of countries are invented; codes are real.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goods:
    """One product. `order` is a case number where one can stand, against `against`."""

    hts: str
    words: str
    unit: str
    usd_a_unit: float
    kg_a_unit: float
    units_a_package: int
    duty: float
    countries: str
    order: str = ""
    against: str = ""
    product: str = ""
    material: str = ""  # HTS6 of what it is made from


GOODS = tuple(
    Goods(*row)  # type: ignore[arg-type]
    for row in (
        ("7604210010", "aluminum hollow profiles", "KG", 3.6, 1.0, 400, 0.015, "CN MY VN TH TW MX", "A-570-967", "CN", "Aluminum Extrusions", "760120"),
        ("7326200020", "steel wire garment hangers", "NO", 0.06, 0.045, 500, 0.039, "CN VN MY TH TW MX", "A-570-918", "CN", "Steel Wire Garment Hangers", "721710"),
        ("9403409060", "wooden kitchen cabinets", "NO", 95.0, 28.0, 1, 0.0, "CN VN MY ID TH MX", "A-570-106", "CN", "Wooden Cabinets and Vanities", "441294"),
        ("6810990010", "quartz surface slabs", "M2", 62.0, 48.0, 20, 0.0, "CN MY VN IN TH KR", "A-570-084", "CN", "Quartz Surface Products", "250610"),
        ("4412313000", "hardwood plywood", "M3", 620.0, 560.0, 2, 0.08, "CN VN MY ID KH", "A-570-051", "CN", "Hardwood Plywood Products", "440890"),
        ("3913902015", "xanthan gum", "KG", 5.1, 1.0, 25, 0.058, "CN ID IN AT VN", "A-570-985", "CN", "Xanthan Gum", "170230"),
        ("2922494020", "glycine", "KG", 2.9, 1.0, 25, 0.042, "CN IN TH JP ID KH", "A-570-836", "CN", "Glycine", "281410"),
        ("0409000045", "honey in drums", "KG", 2.3, 1.0, 290, 0.01, "CN VN TH MY IN AR", "A-570-863", "CN", "Honey", "170290"),
        ("8541406015", "solar cells in modules", "NO", 82.0, 21.0, 30, 0.0, "CN VN TH MY KH KR", "A-570-979", "CN", "Crystalline Silicon Photovoltaic Cells", "381800"),
        ("9403509042", "wooden beds", "NO", 140.0, 55.0, 1, 0.0, "CN VN MY ID BR", "A-570-890", "CN", "Wooden Bedroom Furniture", "440799"),
        ("0703200010", "fresh garlic", "KG", 1.4, 1.0, 10, 0.004, "CN KR MX ES AR TW", "A-570-848", "CN", "Fresh Garlic", "310210"),
        ("0306170003", "frozen shrimp", "KG", 8.8, 1.0, 20, 0.0, "CN VN TH ID EC IN", "A-570-893", "CN", "Frozen Warmwater Shrimp", "030617"),
        ("8482200040", "tapered roller bearings", "NO", 6.5, 0.8, 60, 0.058, "CN JP KR IN TH RO", "A-570-601", "CN", "Tapered Roller Bearings", "722830"),
        ("3923210095", "polyethylene retail bags", "NO", 0.02, 0.008, 2000, 0.03, "CN VN TH MY ID TW", "A-552-806", "VN", "Polyethylene Retail Carrier Bags", "390110"),
        ("3802100050", "activated carbon", "KG", 1.8, 1.0, 25, 0.048, "CN LK PH IN VN", "A-570-904", "CN", "Activated Carbon", "440290"),
        ("4011101060", "passenger car tires", "NO", 38.0, 9.5, 1, 0.04, "CN TH VN KR ID TW", "A-570-016", "CN", "Passenger Vehicle and Light Truck Tires", "400122"),
        ("9404219013", "foam mattresses", "NO", 88.0, 24.0, 1, 0.03, "CN VN MY ID TR TH", "A-570-092", "CN", "Mattresses", "390950"),
        ("7317005503", "steel nails in coils", "KG", 1.5, 1.0, 25, 0.0, "CN TW KR MY OM TH", "A-570-909", "CN", "Steel Nails", "721391"),
        ("9609100000", "pencils", "GR", 4.4, 0.8, 50, 0.14, "CN VN ID PH TW TH", "A-570-827", "CN", "Cased Pencils", "440929"),
        ("3406000000", "petroleum wax candles", "KG", 3.3, 1.0, 12, 0.0, "CN VN IN MY PL", "A-570-504", "CN", "Petroleum Wax Candles", "271220"),
        ("4811908050", "thermal paper rolls", "KG", 2.4, 1.0, 30, 0.0, "DE KR JP ES CN CO", "A-428-850", "DE", "Thermal Paper", "480257"),
        ("2918140000", "citric acid", "KG", 1.3, 1.0, 25, 0.06, "CN TH CO BE MY VN", "A-549-833", "TH", "Citric Acid and Certain Citrate Salts", "170199"),
        ("7307915010", "forged steel flanges", "KG", 4.2, 1.0, 200, 0.033, "IN CN IT KR TH PH", "A-533-871", "IN", "Finished Carbon Steel Flanges", "720711"),
        ("7306305055", "welded steel pipe", "KG", 1.1, 1.0, 900, 0.0, "KR TR VN TH MX OM", "A-580-876", "KR", "Welded Line Pipe", "720839"),
        ("6109100012", "cotton t-shirts", "DOZ", 31.0, 1.9, 6, 0.165, "BD VN HN PK IN CN"),
        ("6204624011", "women's cotton trousers", "DOZ", 92.0, 5.2, 4, 0.166, "BD VN CN LK MX"),
        ("6403996075", "leather shoes", "PRS", 21.0, 1.1, 12, 0.085, "VN CN IT IN BR"),
        ("8517620090", "network routers", "NO", 46.0, 0.9, 10, 0.0, "CN VN TW MX TH"),
        ("8471300100", "portable computers", "NO", 430.0, 2.1, 10, 0.0, "CN TW VN MX"),
        ("8708299060", "vehicle body parts", "NO", 18.0, 2.4, 20, 0.025, "MX CN KR DE TW"),
        ("8481803090", "steel valves", "NO", 14.0, 1.6, 24, 0.056, "CN TW IT IN KR"),
        ("9503000073", "plastic toys", "NO", 2.2, 0.3, 48, 0.0, "CN VN ID MX"),
        ("9405420000", "led lamps", "NO", 7.5, 0.6, 24, 0.039, "CN MX VN TW"),
        ("3926909985", "plastic household articles", "NO", 1.1, 0.2, 60, 0.053, "CN TW MX VN TH"),
        ("0803900035", "bananas", "KG", 0.6, 1.0, 18, 0.0, "EC GT CR CO HN"),
        ("0901110025", "green coffee", "KG", 4.6, 1.0, 60, 0.0, "BR CO VN ET GT"),
        ("2204215040", "red wine", "LTR", 5.2, 1.4, 9, 0.01, "FR IT ES CL AU"),
        ("1509202020", "olive oil", "KG", 6.6, 1.1, 12, 0.005, "ES IT TN TR GR"),
        ("8414596590", "fans", "NO", 11.0, 1.9, 8, 0.023, "CN TH MY MX"),
        ("7013499000", "glassware", "NO", 1.3, 0.4, 24, 0.072, "CN TR TH FR IN"),
        ("6907219011", "porcelain tiles", "M2", 8.2, 20.0, 40, 0.085, "IT ES MX TR BR"),
        ("4202923131", "backpacks", "NO", 7.9, 0.7, 20, 0.176, "CN VN KH ID IN"),
        ("8504409580", "power supplies", "NO", 5.6, 0.4, 40, 0.0, "CN TW MX VN PH"),
        ("9018908000", "medical instruments", "NO", 26.0, 0.2, 50, 0.0, "DE MX CR CN IE"),
    )
)  # fmt: skip

PORTS = tuple(
    "2704 2709 4601 1703 3001 2811 1303 1401 5301 5201 1803 0901 3802 2304 1001 1101 1601 2002 2101 2501 3004 0712 0401 "
    "3701 3901 4501 5501 4701 2720 2809 1704 1902 2402 2604 3307 3401 3501 4103 4909 5203 5309 5401 0106 0209 0502 0708 "
    "1108 1305 1410 1512 1807 1901 2004 2303 2406 2608 3019 3126 3201 3310".split()
)  # fmt: skip

STREETS = (
    "Harbor Maple Commerce Industrial Lincoln Cedar Market Foundry Canal Mission Orchard Prospect Railroad Sunset Union "
    "Valley Washington Alder Birch Crescent Depot Eastern Franklin Garfield Highland Imperial Jefferson Kendall Lakeview"
).split()
KINDS_OF_STREET = ("Street", "Avenue", "Road", "Drive", "Boulevard", "Parkway", "Lane")
US_CITIES = (
    ("Long Beach", "CA", "908"), ("City of Industry", "CA", "917"), ("Ontario", "CA", "917"), ("Newark", "NJ", "071"),
    ("Edison", "NJ", "088"), ("Houston", "TX", "770"), ("Dallas", "TX", "752"), ("Miami", "FL", "331"),
    ("Savannah", "GA", "314"), ("Atlanta", "GA", "303"), ("Seattle", "WA", "981"), ("Tacoma", "WA", "984"),
    ("Chicago", "IL", "606"), ("Columbus", "OH", "432"), ("Memphis", "TN", "381"), ("Norfolk", "VA", "235"),
    ("Brooklyn", "NY", "112"), ("Buffalo", "NY", "142"), ("Baltimore", "MD", "212"), ("Laredo", "TX", "780"),
)  # fmt: skip
FIRST_WORDS = (
    "Amberline Bayfield Castlerock Dunmore Eastgate Fairhaven Glenwood Hartwell Ironbridge Juniper Kestrel Lakeshore "
    "Meridian Northfield Oakmont Pinecrest Quarry Ridgeway Stonebrook Tidemark Upland Vanguard Westmark Yellowtail "
    "Zenithal Alderway Brightwater Copperhill Driftwood Evergreen Foxglove Granite Hollyoak Inland Keystone Lodestar "
    "Marlowe Newbury Orion Palisade Redwood Silverton Thornbury Umber Vista Wexford Yarrow Ashford Blackwell Cobalt "
    "Delmar Elmhurst Fulton Garnet Heron Ivory Jasper Kingsley Larkspur Mayfair Nickel Osprey Pelican"
).split()
SECOND_WORDS = (
    "Global American Pacific Atlantic Home Building United Premier National Metro Coastal Direct Prime Summit Universal "
    "Modern Classic Superior Select General Liberty Central Harbor Golden Royal Allied Apex Crown Delta Eagle"
).split()
TRADE_WORDS = (
    "Imports Trading Supply Distributors Products Brands Wholesale Sourcing Merchandise Industries Group Enterprises "
    "Materials Goods Logistics Partners Solutions Resources Commerce Outfitters"
).split()
LEGAL_FORMS = ("Inc", "LLC", "Corp", "Co", "Inc.", "Company", "L.L.C.", "Corporation", "Ltd")
GIVEN = (
    "Aaron Brenda Carl Dana Elena Felix Grace Henry Irene Joel Karen Liam Mona Neil Olga Peter Quinn Rosa Simon Tara "
    "Ursula Victor Wendy Xavier Yvonne Zach Ming Linh Arun Priya Hassan Sofia Tomas Mei Jun Hoa Siti Ravi Kenji Ana"
).split()
FAMILY = (
    "Abbot Barrow Calder Dorsey Ellery Farrow Gadsden Hargrove Ingram Jessop Kellam Lorimer Mercer Norwood Ormsby "
    "Pruett Quigley Ramsey Sadler Tolliver Underhill Varga Whitlock Yates Zimmer Chen Huang Nguyen Tran Patel Sharma "
    "Kim Park Tan Lim Wijaya Santos Garza Ortiz Silva Rossi Keller Demir Haddad Okafor Lindgren Novak Petrov Sato Mori"
).split()
SYLLABLES = {
    "CN": "Hong Jin Xin Fu Hua Tai Rui Zhong Qing Yuan Da Shun Li Feng Bao Wei Jia Tong Heng Sheng Ming Long",
    "TW": "Chung Hsin Tai Yuan Fu Chia Li Sheng Wen Kuang Ying Feng Tung Jui Mao Shun",
    "VN": "Minh Phu Thanh Hoang Kim Long Viet An Binh Duc Hai Nam Phuc Quang Thinh Tien Dai Song",
    "MY": "Setia Maju Jaya Bintang Indah Sri Murni Megah Kota Perdana Utama Bahagia Teguh Nilam",
    "TH": "Siam Thai Rung Chai Sri Boon Thong Kasem Pracha Suwan Charoen Patana Krung Wattana",
    "ID": "Karya Indo Sinar Mas Jaya Abadi Surya Mulia Makmur Cipta Agung Bumi Tunas Lestari",
    "KR": "Dae Han Sung Woo Hyun Jin Kook Dong Shin Young Tae Il Chang Won Nam",
    "IN": "Shree Ganga Laxmi Bharat Vijay Om Surya Anand Krishna Raj Shakti Deep Jai Kiran",
    "MX": "Norte Sierra Azteca Bravo Monte Aceros Plasticos Central Del Rio Nueva Tierra Grupo Sol",
    "": "Nova Alta Terra Vega Sol Monti Astra Luna Corda Fera Rena Viva Mira Torre Costa Prima Delta Orbis Kora Belma",
}
MAKER_FORMS = {
    "CN": ("Co., Ltd.", "Co Ltd", "Industrial Co., Ltd.", "Import and Export Co., Ltd."),
    "TW": ("Co., Ltd.", "Enterprise Co., Ltd.", "Industrial Corp."),
    "VN": ("JSC", "Co., Ltd.", "Company Limited", "Joint Stock Company"),
    "MY": ("Sdn. Bhd.", "Sdn Bhd", "Industries Sdn. Bhd."),
    "TH": ("Co., Ltd.", "Public Company Limited", "Limited Partnership"),
    "ID": ("PT", "Tbk"),
    "KR": ("Co., Ltd.", "Corporation", "Inc."),
    "IN": ("Private Limited", "Pvt. Ltd.", "Exports", "Industries Ltd"),
    "MX": ("S.A. de C.V.", "SA de CV", "S. de R.L."),
    "": ("S.A.", "GmbH", "S.p.A.", "Ltd.", "S.L.", "A.S."),
}
MAKER_CITIES = {
    "CN": "Ningbo Shenzhen Foshan Qingdao Xiamen Dongguan Tianjin Hangzhou Linyi Wenzhou",
    "TW": "Taipei Kaohsiung Taichung Tainan",
    "VN": "Haiphong Hanoi Bienhoa Danang Thuduc Bacninh Longan",
    "MY": "Penang Johor Klang Ipoh Melaka Muar",
    "TH": "Bangkok Rayong Chonburi Samutprakan Ayutthaya",
    "ID": "Jakarta Surabaya Semarang Tangerang Bekasi",
    "KR": "Busan Incheon Ulsan Daegu",
    "IN": "Mumbai Surat Chennai Kolkata Rajkot",
    "MX": "Monterrey Tijuana Puebla Queretaro",
    "": "Port Alba Novara Castel Riverton Santelmo Moraga Belleza",
}
WORKS = "Metal Wood Chemical Plastic Trading Industry Technology Products Development Manufacturing".split()
SCACS = "QMAR ZOCL HXSL BLUW NORL TRAQ SEAV OCNX".split()  # invented lines
CONTAINER_OWNERS = "QMAU ZOCU HXSU BLWU NRLU TRQU SEVU OCXU XINU GLDU".split()
