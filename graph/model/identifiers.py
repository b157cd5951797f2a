"""The numbers by which trade is known, as values: parsed, checked, brought to one form, and printed.

Invariant: equal things have equal keys. `X.parse(text)` accepts every spelling that people and systems use
and raises `Invalid` for the rest; `.key` is the form that facts, entity ids and indexes hold; `str(x)` is
the form that people read. A social security number is never printed and never becomes a key: see
`ImporterNumber`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, Self

from stdnum import iso6346

from graph.model.errors import Invalid
from graph.model.spelling import (
    FORMS,
    HYPHENS,
    PROTEST,
    SCIENTIFIC,
    SSN,
    SSN_TOKEN,
    Check,
    Form,
    full,
    province_codes,
    tidy,
)
from graph.model.tables import IdentifierType

MASKED_SSN = "***-**-****"


class Identifier(Protocol):
    """What every identifier can do."""

    @property
    def key(self) -> str:
        """The normal form, as stored in facts and used in entity ids."""
        ...

    @classmethod
    def parse(cls, text: str) -> Self:
        """The identifier that the text writes; raises `Invalid` where it writes none."""
        ...


def entry_check_digit(first_ten: str) -> int:
    """The check digit of an entry number, from its filer code and seven digits.

    Letters count A..I as 1..9, J..R as 1..9 and S..Z as 2..9; every second digit is doubled, and a
    two-digit double counts as the sum of its digits; what is missing to the next ten is the check digit.
    (CBP, ABI CATAIR, entry summary, table 1.)

    >>> entry_check_digit("ABC1234567"), entry_check_digit("9999999999")
    (6, 0)
    """
    total = 0
    for position, character in enumerate(first_ten):
        digit = int(character) if character.isdigit() else _LETTER_VALUES[character]
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return -total % 10


_LETTER_VALUES = {
    letter: value
    for letters, first in (("ABCDEFGHI", 1), ("JKLMNOPQR", 1), ("STUVWXYZ", 2))
    for value, letter in enumerate(letters, first)
}


def _passes(check: Check | None, key: str) -> bool:
    if check is Check.ENTRY:
        return entry_check_digit(key[:10]) == int(key[10])
    if check is Check.CONTAINER:
        return bool(iso6346.is_valid(key))
    return True


def _proven_key(form: Form, pattern: str, template: str, text: str) -> str | None:
    """The key that a text with the pattern makes, or None where that is not normal or fails its check."""
    match = full(pattern, text)
    key = _filled(match, template) if match else ""
    return key if full(form.normal, key) and _passes(form.check, key) else None


_GROUP = re.compile(r"\\(?:g<(\d)>|(\d))")


@lru_cache(maxsize=1_000)
def _pieces(template: str) -> tuple[str | int, ...]:
    """What a key is made of: text, and the numbers of groups. `Match.expand` would read it anew each time."""
    parts = _GROUP.split(template)
    pieces: list[str | int] = [parts[0]]
    for named, bare, behind in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        pieces += [int(named or bare), behind]
    return tuple(piece for piece in pieces if piece != "")


def _filled(match: re.Match[str], template: str) -> str:
    return "".join(piece if isinstance(piece, str) else match[piece] or "" for piece in _pieces(template))


def _normal_key(form: Form, text: str) -> str | None:
    """The key that the tidied text spells, or None."""
    keys = (_proven_key(form, spelling.pattern, spelling.key, text) for spelling in form.spellings)
    return next((key for key in keys if key), None)


def _complaint(form: Form, text: str) -> str:
    if full(SCIENTIFIC, text):
        return "written in scientific notation, so that digits are lost"
    return next((said for pattern, said in form.complaints if full(pattern, text)), form.expected)


def _key(form: Form, text: str) -> str:
    tidied = tidy(text)
    key = _normal_key(form, tidied)
    if key is None:
        raise Invalid(
            f"{form.name}: {_complaint(form, tidied)}.",
            thing=form.name,
            value=mask_ssn(text),
            next_step="Correct the value at its source and load it again.",
        )
    return key


def _repaired_key(form: Form, text: str) -> tuple[str, str] | None:
    tidied = tidy(text)
    keys = ((_proven_key(form, repair.pattern, repair.key, tidied), repair.name) for repair in form.repairs)
    return next(((key, name) for key, name in keys if key), None)


@dataclass(frozen=True, slots=True)
class EntryNumber:
    """An entry, as its filer numbered it: filer code, seven digits, check digit.

    >>> EntryNumber.parse("ABC12345676")
    EntryNumber(filer_code='ABC', number='1234567')
    >>> str(EntryNumber.parse("abc-1234567-6"))
    'ABC-1234567-6'
    """

    filer_code: str
    number: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """With or without hyphens; raises `Invalid`, also for a wrong check digit."""
        key = _key(FORMS[IdentifierType.ENTRY_NUMBER], text)
        return cls(key[:3], key[3:10])

    @property
    def check_digit(self) -> int:
        """The digit that proves the ten characters before it."""
        return entry_check_digit(self.filer_code + self.number)

    @property
    def key(self) -> str:
        """Eleven characters without hyphens."""
        return f"{self.filer_code}{self.number}{self.check_digit}"

    def __str__(self) -> str:
        return f"{self.filer_code}-{self.number}-{self.check_digit}"


@dataclass(frozen=True, slots=True)
class ImporterNumber:
    """The number under which somebody enters goods: an EIN with suffix, one assigned by customs, or an SSN.

    Nine or eleven characters without a hyphen are read as an EIN. A missing suffix is 00. A social security
    number has no key and prints masked; only `tokenised` makes something of it that may be stored.

    >>> ImporterNumber.parse("26-1647511").key, ImporterNumber.parse("171204-00123").key
    ('26-164751100', '171204-00123')
    >>> str(ImporterNumber.parse("551-23-4567"))
    '***-**-****'
    """

    number: str  # the key, or empty for a social security number that has no token yet
    _ssn_digits: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Any spelling, a stored token included; raises `Invalid`, never with an SSN's digits in it."""
        tidied = tidy(text)
        if match := full(SSN, tidied):
            return cls("", "".join(match.groups()))
        token = tidied[:4] + tidied[4:].lower()
        if full(SSN_TOKEN, token):
            return cls(token)
        return cls(_key(FORMS[IdentifierType.IMPORTER_NUMBER], text))

    def tokenised(self, secret: str) -> Self:
        """The same number fit for storing: an SSN becomes its token, others stay as they are."""
        return type(self)(ssn_token(self._ssn_digits, secret)) if self._ssn_digits else self

    @property
    def is_ssn(self) -> bool:
        """Whether a person's social security number is behind it, as token or not."""
        return not self.number or self.number.startswith("SSN-")

    @property
    def taxpayer(self) -> str:
        """Who it is regardless of the suffix: the first nine digits of an EIN (`12-3456789`), else the key."""
        return self.key[:10] if self.key[2] == "-" else self.key

    @property
    def key(self) -> str:
        """`12-345678900`, `171204-00123` or `SSN-` and a token; raises `Invalid` for an SSN without token."""
        if not self.number:
            raise Invalid(
                "importer number: a social security number is not stored as it is.",
                thing="importer number",
                value=MASKED_SSN,
                next_step="Use .tokenised(secret).",
            )
        return self.number

    def __str__(self) -> str:
        return MASKED_SSN if self.is_ssn else self.number


def ssn_token(digits: str, secret: str) -> str:
    """What stands for a social security number in everything stored: equal for equal numbers of one home.

    The nine digits cannot be had back without the home's secret.

    >>> ssn_token("551234567", "a secret")
    'SSN-...'
    """
    return f"SSN-{hashlib.sha256((secret + digits).encode()).hexdigest()[:12]}"


_ANY_HYPHEN = f"[-{HYPHENS}]"
# Over-masking costs a reader a glance at the source, under-masking gives a person away; so whatever has
# the shape is masked unless it is part of a longer run of digits. The same patterns are used in SQL.
SSN_IN_TEXT = f"[0-9]{{3}}{_ANY_HYPHEN}[0-9]{{2}}{_ANY_HYPHEN}[0-9]{{4}}"
LABELLED_SSN_IN_TEXT = (
    r"(?i)((?:ss[n#]|social security)[ a-z.:#]{0,20})"
    rf"[0-9]{{3}}[- {HYPHENS}]?[0-9]{{2}}[- {HYPHENS}]?[0-9]{{4}}"
)
_SSN_IN_TEXT = re.compile(f"(?<![0-9]){SSN_IN_TEXT}(?![0-9])")
_LABELLED_SSN_IN_TEXT = re.compile(LABELLED_SSN_IN_TEXT)


def mask_ssn(text: str) -> str:
    """The text with every social security number in it unreadable; other identifiers stay.

    >>> mask_ssn("SSN 551-23-4567, protest 1101-08-100108, CBP no. 171204-00123, tel. 212-555-0199")
    'SSN ***-**-****, protest 1101-08-100108, CBP no. 171204-00123, tel. 212-555-0199'
    """
    return _LABELLED_SSN_IN_TEXT.sub(rf"\g<1>{MASKED_SSN}", _SSN_IN_TEXT.sub(MASKED_SSN, text))


@dataclass(frozen=True, slots=True)
class ManufacturerId:
    """A MID: country, name, address and city squeezed into 15 characters.

    Not unique and not invertible: two makers can share one, so it proposes a link and proves none.

    >>> ManufacturerId.parse("cnshefur123she").country.key
    'CN'
    """

    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` also for CA: Canadian makers stand under their province."""
        return cls(_key(FORMS[IdentifierType.MANUFACTURER_ID], text))

    @property
    def country(self) -> "CountryCode":
        """The country of the maker; CA for a Canadian province, and as written for one that is no more."""
        code = self.key[:2]
        return CountryCode("CA" if code in province_codes() else "XK" if code == "KV" else code)

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class HtsNumber:
    """A tariff number of 4, 6, 8 or 10 digits.

    >>> HtsNumber.parse("6109.10.0040").rollup()
    ('6109100040', '61091000', '610910', '6109', '61')
    >>> str(HtsNumber.parse("6109100040"))
    '6109.10.00.40'
    """

    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """With or without dots; raises `Invalid`, also for chapters 00 and 77."""
        return cls(_key(FORMS[IdentifierType.HTS], text))

    @property
    def chapter(self) -> str:
        """The first two digits."""
        return self.key[:2]

    def rollup(self) -> tuple[str, ...]:
        """The number and everything above it in the tariff, longest first."""
        return tuple(self.key[:digits] for digits in (10, 8, 6, 4, 2) if digits <= len(self.key))

    def __str__(self) -> str:
        return ".".join(part for part in (self.key[:4], self.key[4:6], self.key[6:8], self.key[8:]) if part)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """An antidumping (A) or countervailing (C) case: country, product, and the firm if it is about one.

    >>> CaseNumber.parse("C570109000").key, CaseNumber.parse("A-580-870-014").order.key
    ('C-570-109', 'A-580-870')
    """

    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """With or without hyphens; the suffix 000 means the case itself and is dropped."""
        return cls(_key(FORMS[IdentifierType.CASE], text))

    @property
    def order(self) -> "CaseNumber":
        """The case without its firm."""
        return CaseNumber(self.key[:9])

    @property
    def firm_suffix(self) -> str:
        """The three digits of the firm, or nothing."""
        return self.key[10:]

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class RulingNumber:
    """A ruling of the New York office (NY) or of headquarters (HQ).

    >>> [RulingNumber.parse(text).key for text in ("n 301234", "HQ H348257", "J85797", "W964711", "HQ 955864")]
    ['NY-N301234', 'HQ-H348257', 'NY-J85797', 'HQ-W964711', 'HQ-955864']
    """

    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Any spelling with a letter or a collection; raises `Invalid` for bare digits and postal codes."""
        return cls(_key(FORMS[IdentifierType.RULING], text))

    @property
    def collection(self) -> str:
        """`NY` or `HQ`."""
        return self.key[:2]

    @property
    def number(self) -> str:
        """The number without its collection, as CROSS writes it."""
        return self.key[3:]

    def __str__(self) -> str:
        return f"{self.collection} {self.number}"


_FILE_CODE = re.compile(r"\b[A-Z]{1,3}(?::[A-Z0-9]{1,4}){2,6}\s+([0-9]{6})\b(?!-)")


def rulings_beside_file_codes(text: str) -> list[RulingNumber]:
    """Rulings that are written as bare numbers, which only the file code before them shows.

    >>> [ruling.key for ruling in rulings_beside_file_codes("CLA-2 CO:R:C:T 955864 CC")]
    ['HQ-955864']
    """
    return [bare_ruling(match.group(1)) for match in _FILE_CODE.finditer(text)]


def bare_ruling(digits: str) -> RulingNumber:
    """The ruling that six digits are, where something says that they are one: only New York has numbered from 800000.

    >>> bare_ruling("840710").key, bare_ruling("227990").key
    ('NY-840710', 'HQ-227990')
    """
    return RulingNumber(f"{'NY' if digits[0] == '8' else 'HQ'}-{digits}")


@dataclass(frozen=True, slots=True)
class PortCode:
    """A port of entry (Schedule D). A port is known by its district, its first two digits.

    >>> PortCode.parse("0901").key, PortCode.repaired("901").key
    ('0901', '0901')
    """

    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Four digits in an existing district; raises `Invalid` otherwise."""
        return cls(_key(FORMS[IdentifierType.PORT], text))

    @classmethod
    def repaired(cls, text: str) -> Self:
        """Also three digits, where a lost leading zero makes them a port in an existing district."""
        repaired = _repaired_key(FORMS[IdentifierType.PORT], text)
        return cls(repaired[0]) if repaired else cls.parse(text)

    @property
    def district(self) -> str:
        """The first two digits."""
        return self.key[:2]

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class _Code:
    """An identifier that prints as it is stored."""

    key: str

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class ForeignPort(_Code):
    """A foreign port (Schedule K): five digits."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` for anything but five digits."""
        return cls(_key(FORMS[IdentifierType.FOREIGN_PORT], text))


@dataclass(frozen=True, slots=True)
class CountryCode(_Code):
    """A country by its two letters: ISO 3166, and Kosovo, Gaza and the West Bank as customs lists them.

    >>> CountryCode.parse("cn").key, CountryCode.parse("XO").key
    ('CN', 'CA')
    """

    @classmethod
    def parse(cls, text: str) -> Self:
        """A Canadian province's code means Canada; raises `Invalid` for what is no country."""
        return cls(_key(FORMS[IdentifierType.COUNTRY], text))


@dataclass(frozen=True, slots=True)
class ContainerNumber:
    """A freight container (ISO 6346): owner, category, serial number, check digit.

    >>> str(ContainerNumber.parse("csqu305438-3"))
    'CSQU 305438 3'
    """

    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid`, also for a wrong check digit."""
        return cls(_key(FORMS[IdentifierType.CONTAINER], text))

    def __str__(self) -> str:
        return f"{self.key[:4]} {self.key[4:10]} {self.key[10]}"


@dataclass(frozen=True, slots=True)
class BillNumber(_Code):
    """A bill of lading: the issuer's carrier code (SCAC) and up to 12 characters."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` for what does not begin with a carrier code."""
        return cls(_key(FORMS[IdentifierType.BILL], text))


@dataclass(frozen=True, slots=True)
class FilerCode(_Code):
    """A broker or self-filer, by the three characters that begin its entry numbers."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` for anything but three letters or digits."""
        return cls(_key(FORMS[IdentifierType.FILER], text))


@dataclass(frozen=True, slots=True)
class SuretyCode(_Code):
    """A surety, by three characters."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` for anything but three letters or digits."""
        return cls(_key(FORMS[IdentifierType.SURETY], text))


@dataclass(frozen=True, slots=True)
class LabNumber(_Code):
    """A laboratory report: `SV20072698`, or `4-96-11435-001` as numbered before."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` for a laboratory that does not exist."""
        return cls(_key(FORMS[IdentifierType.LAB_NUMBER], text))


@dataclass(frozen=True, slots=True)
class ProtestNumber(_Code):
    """A protest: the port, the year as one or two digits, and six digits."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `Invalid` also where the port's district does not exist."""
        return cls(_key(PROTEST, text))

    @property
    def port(self) -> PortCode:
        """Where it was filed."""
        return PortCode(self.key[:4])


_TYPES: dict[IdentifierType, type[Identifier]] = {
    IdentifierType.ENTRY_NUMBER: EntryNumber,
    IdentifierType.IMPORTER_NUMBER: ImporterNumber,
    IdentifierType.MANUFACTURER_ID: ManufacturerId,
    IdentifierType.HTS: HtsNumber,
    IdentifierType.CASE: CaseNumber,
    IdentifierType.RULING: RulingNumber,
    IdentifierType.PORT: PortCode,
    IdentifierType.FOREIGN_PORT: ForeignPort,
    IdentifierType.COUNTRY: CountryCode,
    IdentifierType.CONTAINER: ContainerNumber,
    IdentifierType.BILL: BillNumber,
    IdentifierType.FILER: FilerCode,
    IdentifierType.SURETY: SuretyCode,
    IdentifierType.LAB_NUMBER: LabNumber,
}


def parse(kind: IdentifierType, text: str) -> Identifier:
    """The identifier of that kind; raises `Invalid` with the kind, the value and what to do.

    >>> parse(IdentifierType.HTS, "7604.21.00.10").key
    '7604210010'
    """
    return _TYPES[kind].parse(text)


def repair(kind: IdentifierType, text: str) -> tuple[Identifier, str] | None:
    """What a damaged text must have been and the damage's name, where a check digit or code list proves it.

    >>> repair(IdentifierType.PORT, "901")
    (PortCode(key='0901'), 'zero_pad')
    >>> repair(IdentifierType.CASE, "570967") is None
    True
    """
    repaired = _repaired_key(FORMS[kind], text)
    return (parse(kind, repaired[0]), repaired[1]) if repaired else None


def find_identifier(text: str, *, ssn_secret: str = "") -> list[tuple[IdentifierType, str]]:
    """All that a free text as a whole could be, as (kind, key), the surest first; empty for plain words.

    Short codes (country, filer, surety) count only in the capitals or digits they are written in, a bill
    only with digits. A social security number is found only with the home's secret, as its token.

    >>> find_identifier("n 301234")
    [(<IdentifierType.RULING: 'ruling'>, 'NY-N301234')]
    >>> find_identifier("7604.21")
    [(<IdentifierType.HTS: 'hts'>, '760421')]
    >>> find_identifier("wire hangers")
    []
    """
    return list(dict.fromkeys(_candidates(text, ssn_secret)))


# Surest first: kinds that prove themselves, then those with a telling shape, then bare codes.
_BY_STRENGTH = (
    IdentifierType.ENTRY_NUMBER,
    IdentifierType.CONTAINER,
    IdentifierType.CASE,
    IdentifierType.RULING,
    IdentifierType.LAB_NUMBER,
    IdentifierType.IMPORTER_NUMBER,
    IdentifierType.HTS,
    IdentifierType.MANUFACTURER_ID,
    IdentifierType.PORT,
    IdentifierType.FOREIGN_PORT,
    IdentifierType.BILL,
    IdentifierType.COUNTRY,
    IdentifierType.FILER,
    IdentifierType.SURETY,
)
_AS_WRITTEN = {
    IdentifierType.MANUFACTURER_ID: re.compile(r"\S*[0-9]\S*|[A-Z0-9]+"),
    IdentifierType.BILL: re.compile(r"[A-Za-z]{4}[- ]?(?=[A-Za-z0-9]*[0-9]{3})[A-Za-z0-9]+"),
    IdentifierType.COUNTRY: re.compile(r"[A-Z]{2}"),
    IdentifierType.FILER: re.compile(r"[A-Z0-9]{3}"),
    IdentifierType.SURETY: re.compile(r"[0-9]{3}"),
}
_UNHYPHENATED_ASSIGNED = re.compile(r"([0-9]{6})([0-9]{5})")


def _candidates(text: str, ssn_secret: str) -> Iterator[tuple[IdentifierType, str]]:
    if text.islower() and not any(map(str.isdigit, text)):
        return  # numbers have digits, and codes count in capitals only
    for kind in _BY_STRENGTH:
        as_written = _AS_WRITTEN.get(kind)
        if as_written and not as_written.fullmatch(text.strip()):
            continue
        try:
            found = parse(kind, text)
        except Invalid:
            continue
        if isinstance(found, ImporterNumber):
            if found.is_ssn and not found.number:
                if not ssn_secret:
                    continue
                found = found.tokenised(ssn_secret)
            yield kind, found.key
            if match := _UNHYPHENATED_ASSIGNED.fullmatch(tidy(text)):
                yield kind, f"{match.group(1)}-{match.group(2)}"
        else:
            yield kind, found.key
