"""Companies in texts: found by what stands around a name, with their legal form and nothing before it."""

import pytest

from ingest.extract.companies import companies

FOUND = [
    ("We bought from Umber Trading Co., Ltd. in May.", ["Umber Trading Co., Ltd."]),
    ("on behalf of your client, Ochre Holdings, LLC. of Farmton", ["Ochre Holdings, LLC"]),
    ("made by Sienna Tekstil San. ve Tic. Ltd. Sti. and by Madder S.A. de C.V.",
     ["Sienna Tekstil San. ve Tic. Ltd. Sti.", "Madder S.A. de C.V."]),
    ("Weld Werkzeuge GmbH & Co. KG, Indigo Sdn. Bhd., Woad B.V.",
     ["Weld Werkzeuge GmbH & Co. KG", "Indigo Sdn. Bhd.", "Woad B.V."]),
    ("Gamboge (Hangzhou) Import & Export Co., Ltd., Cinnabar Steel Company Limited and Realgar JSC",
     ["Gamboge (Hangzhou) Import & Export Co., Ltd.", "Cinnabar Steel Company Limited", "Realgar JSC"]),
    ("Orpiment, Massicot, Verdigris & Smalt LLP wrote", ["Orpiment, Massicot, Verdigris & Smalt LLP"]),
    ("GOODS SHIPPED BY UMBER TRADING CO., LTD. TO OCHRE IMPORTS INC. WERE HELD",
     ["UMBER TRADING CO., LTD.", "OCHRE IMPORTS INC."]),
    ("exports of PT Umber Jaya and of PT. Ochre Indah Tbk were", ["PT Umber Jaya", "PT. Ochre Indah Tbk"]),
    ("UMBER CO LTD\nOCHRE GMBH\nSIENNA PTY LTD\n", ["UMBER CO LTD", "OCHRE GMBH", "SIENNA PTY LTD"]),
    ("Shipper | Umber Works Ltd | Ningbo\nOchre AG | Sienna SA", ["Umber Works Ltd", "Ochre AG", "Sienna SA"]),
    ("Consignee: UMBER OUTDOORS\nNotify Party: SAME AS CONSIGNEE\n", ["UMBER OUTDOORS"]),
    ("MANUFACTURER NAME\nOchre Garment Factory No. 2\n", ["Ochre Garment Factory No. 2"]),
    ("Ms. Ann Weld\nUmber Logistics\n12 Long Road\nFarmton, OH 44101\n\nDear Ms. Weld:", ["Umber Logistics"]),
    ("The 3V Umber USA Inc. filing, and Umber Bank of Ochre Ltd", ["3V Umber USA Inc.", "Umber Bank of Ochre Ltd"]),
    ("the brothers of Umber and Sons Ltd and Ochre Steel and Sienna Wood Co.",
     ["Umber and Sons Ltd", "Sienna Wood Co."]),
    ("Umber Manufacturers Pvt. Ltd., Ochre A Corporation and Sienna Tubes of India, Ltd.",
     ["Umber Manufacturers Pvt. Ltd.", "Ochre A Corporation", "Sienna Tubes of India, Ltd."]),
    ("see Umber Linens v. United States; Umber Co. v. United States", ["Umber Linens", "Umber Co."]),
    ("sold by Umber Bags d/b/a Umber Travel in May", ["Umber Bags", "Umber Travel"]),
    ("that Umber Laundry Supply (IOR 74-2881034) and Umber Goods Depot, MID: CNUMBGOO3UMB,",
     ["Umber Laundry Supply", "Umber Goods Depot"]),
    ("SHIPPER NAME           PORT\nUMBER SPICE HOUSE      2002\n", ["UMBER SPICE HOUSE"]),
    ("Manufacturer: UMBER REMPAH, PADANG, INDONESIA\n", ["UMBER REMPAH"]),
    ("the gate of Umber Gate Brokers was at Umber Leather Factory.", ["Umber Gate Brokers", "Umber Leather Factory"]),
    ("A. J. Umber & Sons, Inc., Umber Ribbons and Bows Co., Ltd and Umber K.K. (USA) Inc.",
     ["A. J. Umber & Sons, Inc.", "Umber Ribbons and Bows Co., Ltd", "Umber K.K. (USA) Inc."]),
    ("Exports of PJSC Umber (Umber) and Joint Stock Company Ochre", ["PJSC Umber", "Joint Stock Company Ochre"]),
    ("Umber 1870 S.p.A. and Ochre Forge S.p.A (OF), Sienna (Malta) Co., (HK) Ltd., since May 2019 Woad Inc.",
     ["Umber 1870 S.p.A.", "Ochre Forge S.p.A", "Sienna (Malta) Co., (HK) Ltd.", "Woad Inc."]),
    ("on behalf of iUMB Inc. and Umber iTV, Inc., citing Madder nv. (Madder)",
     ["iUMB Inc.", "Umber iTV, Inc.", "Madder nv."]),
    ("Reply by Umber, Ochre and Sienna LLC; Madder and Woad LLC wrote",
     ["Umber, Ochre and Sienna LLC", "Madder and Woad LLC"]),
    ("Umber Co. paid. Invoices of Umber and Woad LLC", ["Umber Co.", "Woad LLC"]),
    ("manufactured by \nUmber Group Ltd. in May", ["Umber Group Ltd."]),
    ("Violator 1: UMBER JADE ENTERPRISES, El Monte CA     EIN 45-3381902", ["UMBER JADE ENTERPRISES"]),
    ("filed by broker Umber Gate for its client, Ochre Jade Toys. We saw that Woad Celik bought coils.",
     ["Umber Gate", "Ochre Jade Toys", "Woad Celik"]),
    ("Umber Corporation of America, Umber Ltd. of Japan, Global Umber Importers, Inc.",
     ["Umber Corporation of America", "Umber Ltd.", "Global Umber Importers, Inc."]),
    ("UMBER LINE A/S AS AGENT OCHRE SHIPPING CO., LTD.", ["UMBER LINE A/S", "OCHRE SHIPPING CO., LTD."]),
    ("Umber Poly Films (Umber) and Hoa Ochre Group (HOG)", ["Umber Poly Films", "Hoa Ochre Group"]),
    ("a protest filed by Umber Filtration Americas. It imports fittings from Ochre Valve Trading and buys from Hanoi.",
     ["Umber Filtration Americas", "Ochre Valve Trading"]),
    ("importers Umber LLC; Ochre Soap and Salt; Woad Inc.; Madder Energy & Light.",
     ["Umber LLC", "Ochre Soap and Salt", "Woad Inc.", "Madder Energy & Light"]),
    ("by Umber Ltd., Ochre Jade, and Sienna GmbH of Bonn", ["Umber Ltd.", "Ochre Jade", "Sienna GmbH"]),
    ("Umberstal PAO and Umberstal Export (collectively, Umberstal)", ["Umberstal PAO", "Umberstal Export"]),
    ("Gerald B. Umber of Ochre, Sienna & Woad wrote; so did Madder, Smith & Gamboge",
     ["Ochre, Sienna & Woad", "Madder, Smith & Gamboge"]),
    ("Permit holder                        Port\nOchre, Wood and Madder, Inc.         Los Angeles\n"
     "Umber Transport Services Corp.       San Francisco and the Port of Oakland\n"
     "Sienna Global Logistics, Inc.        Miami\n",
     ["Ochre, Wood and Madder, Inc.", "Umber Transport Services Corp.", "Sienna Global Logistics, Inc."]),
    ("paid at 190 West Eleventh Avenue, Farmton, and at 63 Brea Canyon Road, Suite 8\nUmber Rein LLP",
     ["Umber Rein LLP"]),
    ("COURT OF INTERNATIONAL TRADE UMBER METAL CO., LTD., Plaintiff, by Ann S. Weld and Jo Ann Woad, deOchre & Horn, "
     "PLLC",
     ["UMBER METAL CO., LTD.", "deOchre & Horn, PLLC"]),
    ("25. Ultimate Consignee Name and Address\nUMBER RIDGE FURNITURE DIST\n4 Long Rd\n7. Date   8. Importing Carrier\n"
     "1/2/22    OCHRE LINES\n", ["UMBER RIDGE FURNITURE DIST", "OCHRE LINES"]),
    ("CP Umber's allegations were filed at the request of Global Ochre Motorcars. Sienna Woad alleged more.",
     ["CP Umber", "Global Ochre Motorcars", "Sienna Woad"]),
    ("Umber Forge srl and Ochre Werkzeuge gmbh; written by Old Umber Surety",
     ["Umber Forge srl", "Ochre Werkzeuge gmbh", "Old Umber Surety"]),
    ("Umber Aluminum Products asks that Commerce act; Ochre Technology is the parent company of Sienna Inc.",
     ["Umber Aluminum Products", "Ochre Technology", "Sienna Inc."]),
    ("DVDs purchased by Mediumber of El Paso, Texas, from its seller, Ochre Korea. Mediumber paid.",
     ["Mediumber", "Ochre Korea"]),
    ("Ann S. Weld, Umber Horn & Woad, of Farmton, OH, for plaintiff. Jo Ochre, Department of Justice, of Farmton, "
     "OH, for defendant.", ["Umber Horn & Woad"]),
    ("They name Umber Knights Trading of Farmton; GL Ochre Distribution of Miami; Casa Woad of Reno, Nevada; "
     "Sienna De Metal Factory of Tulsa, Oklahoma.",
     ["Umber Knights Trading", "GL Ochre Distribution", "Casa Woad", "Sienna De Metal Factory"]),
    ("filed by M&B Umber, which named the manufacturer NWU, and the company Kayleeb. "
     "It is on behalf of Ochreflex Mfg., Canada",
     ["M&B Umber", "NWU", "Kayleeb", "Ochreflex Mfg."]),
    ("Mr. Joe Weld\nUmber and Woad\nZero Centre-55 West Monroe St.\nFarmton, OH 44101\n", ["Umber and Woad"]),
    ("Mr. Joe Weld\nUmber Customs Craft\nBox 1072\n16 Industrial Blvd.\nFarmton, OH 44101\n", ["Umber Customs Craft"]),
    ("Ochre, Travis & Rosenberg, P.A. wrote for Bloomers of California Inc. and Diaz Trade Law filed it.",
     ["Ochre, Travis & Rosenberg, P.A.", "Bloomers of California Inc.", "Diaz Trade Law"]),
    ("that Umber Marine and Umber Sarass made no shipments. Ochre Jade and Woad Trading Group were the respondents.",
     ["Umber Marine", "Umber Sarass", "Ochre Jade", "Woad Trading Group"]),
    ("made by Jas. Umber Co. and Wm. Ochre & Sons Ltd; UMBER JADE, INC., AS A GAUGER",
     ["Jas. Umber Co.", "Wm. Ochre & Sons Ltd", "UMBER JADE, INC."]),
    ("Umber Jade and Kestrel bought rice from them; Kestrel paid. See Ochre Sys. USA, Inc. v. United States",
     ["Umber Jade", "Ochre Sys. USA, Inc."]),
    ("a unit of China's Umber Tools Inc, and bags made by Ochre Woad of Farmton",
     ["Umber Tools Inc", "Ochre Woad"]),
    ("flown by Umber Airlines on behalf of Defendant Ochre, Inc.", ["Umber Airlines", "Ochre, Inc."]),
    ("Umber Network Corp. d/b/a Ochrelo; John Smith d/b/a Sienna Imports; Mary Weld, formerly Director of Umber",
     ["Umber Network Corp.", "Ochrelo", "Sienna Imports"]),
    ("on behalf of Umber Inc. of Reno, Nevada and Umberaktiebolaget LM Ochre of Sweden; Importers such as Costera, "
     "Woadmart and Sienna Inc. wrote",
     ["Umber Inc.", "Umberaktiebolaget LM Ochre", "Sienna Inc."]),
    ("Ochre & Weld of Farmton, NJ for Plaintiff; Peter S. Horn of Farmton, FL, for Plaintiff; Umber Associates "
     "(Robert B. Weld), for them",
     ["Ochre & Weld", "Umber Associates"]),
    ("Umber Pacifico S.A. De C.V., Ochre Tecnica s.r.l. (OT), Sienna Polska Sp. z o.o. and tenSienna (HK) Co., Ltd.",
     ["Umber Pacifico S.A. De C.V.", "Ochre Tecnica s.r.l.", "Sienna Polska Sp. z o.o.", "tenSienna (HK) Co., Ltd."]),
    ("Ms. Ann Weld\nGroupe Umber\n67 Rue Longue\nFarmton, QC J1A 0B4\nCanada\n", ["Groupe Umber"]),
    ("Ms. Ann Weld\nUmber Company\nPleasant Hill Road\nFarmton, N.Y. 10953\n", ["Umber Company"]),
    ("castings of Fundidora Ochre Seco. It bought from Aceros de la Umber, as the Airbus Industrie A320 did.",
     ["Fundidora Ochre Seco", "Aceros de la Umber"]),
    ("under A-552-812 and C-552-813 and Umber Wire Products JSC has a rate", ["Umber Wire Products JSC"]),
    ("for its facility in a very long row of places and words, in Farmton, Texas\n\nUmber Inc. wrote", ["Umber Inc."]),
    ("given to the broker, Umber Customs Service, and by the broker Korea Customs Service", ["Umber Customs Service"]),
    ("Name                  MID\nUmber Tin Printing Factory    CNUMBTIN7GUA\n", ["Umber Tin Printing Factory"]),
    ("Account: UMBER HOUSEWARES CORPORATION\nAKA:   UMBER; UMBER KITCHEN; UHC\nPort: 2704",
     ["UMBER HOUSEWARES CORPORATION", "UMBER", "UMBER KITCHEN", "UHC"]),
    ("UMBER-OCHRE INTERNATIONAL\nlicensed customs brokers since 1958\n\nTo: Ann Weld, Smalt & Strand Bedding\n",
     ["UMBER-OCHRE INTERNATIONAL", "Smalt & Strand Bedding"]),
    ("on behalf of Umber Tools, Inc. of Ames, Iowa and Umber GmbH of Ulm", ["Umber Tools, Inc.", "Umber GmbH"]),
    ("ITEM  MAKER                 COO\n3     Umber Lighting (HK)   HK\nBroker: U&O Customs Svc / filer code D7T",
     ["Umber Lighting (HK)", "U&O Customs Svc"]),
    ("Sienna Ticaret T.A.S. (Sienna) and Woad Mining OAO", ["Sienna Ticaret T.A.S.", "Woad Mining OAO"]),
]  # fmt: skip

NOT_FOUND = [
    "The importer Mary Jones and exporter Certain Frozen Shrimp; the carrier Customs Team; broker U.S. Customs",
    "Mr. Smith bought tires. Import Specialist Brown sold his car. Customs Brokers imported data.",
    "A respondent United States Steel Workers Union",
    "at prices below normal value (NV) during the period",
    "The Company is a Limited Liability Company. This Company is new.",
    "SAME AS CONSIGNEE, TO ORDER OF SHIPPER",
    "the holding company limited its loss; a limited partnership",
    "Shipper: TO ORDER\nConsignee: 12345\nImporter: the Importer\n",
    "She lives in Ohio and co-owns it; see 19 CFR 177 and Note 3 to Chapter 61",
    "Officer of the U.S. Customs and Border Protection on behalf of the United States",
    "CASE NO. AS FILED BY PC AND SE",
    "DRA-4 CO:R:C:E 221245 GG",
    "a place of Farmton, PA, of Charleston, SC, and of Reno, NV.",
    "the same importer IDs, the manufacturer MID, the importer Smith and the producer China; Imports of China, 2020",
    "made by Hand and sold by Smith, imported by Vietnam, exported by Commerce; a hand; the Growers Association "
    "filed suit",
    "Ms. Ann Weld\nOffice of Audit\n12 Long Road\nFarmton, OH 44101\n",
    "U.S. Customs and Border Protection\nProtest and Control\n12 Long Road\nFarmton, OH 44101\n",
    "John Weld requested a ruling. The Department asked for it.",
    "200 E Bay Street\nCharleston, SC 29401-2611 and Las Vegas, NV 89101",
    "CBP takes up cases against 11 Gum Importers. The Port Director argued. Import Specialists claimed more.",
    "imports from China and Mexico, bought from South Korea and Oman; imported from Eastern Europe",
    "filed by Customs Headquarters, submitted by the Port Director and entered by John Umber",
    "to the Ochre Drawback Center (Ochre) for Certain Tires, Tubes & Flaps",
    "Port Director\nCustoms & Border Protection\nHouston, TX 77032\n",
    "on goods from Bosnia and Herzegovina (Bosnia)",
    "Ms. Ann Weld\nPacific Region\n12 Long Road\nFarmton, OH 44101\n",
    "SHIPPER/EXPORTER      BOOKING NO. 60128841",
    "United States v. United States, Imports, Global Industries and the Textile Industries",
]


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text[:40] for text, _ in FOUND])
def test_companies_are_found_with_their_legal_form(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sorted(set(companies(text)))] == expected


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_no_company_is_not_found(text: str) -> None:
    assert [text[start:end] for start, end in companies(text)] == []


def test_an_address_or_a_person_behind_a_company_is_none() -> None:
    text = "Umber Ltd., Binh Duong Province, and Ochre Ltd., John Weld, and Woad Inc.; Farmton City; Long Road"
    assert [text[start:end] for start, end in companies(text)] == ["Umber Ltd.", "Ochre Ltd.", "Woad Inc."]
