"""What an instrument is made of: items and the scales they are answered on, constructs, other questions, models.

Every part is a frozen record with the fields that a file gives it.  Items of a reversed wording are marked here; the
answers are turned when responses are read.

A construct is measured by ``items`` (first order) or by other constructs, ``of`` (second
order).  A construct of a single item carries the item's id as its name, because the observed
item itself enters the model.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from ..letters import NAME
from ..words import Words

Sign = Literal["+", "-"]
Meaning = Literal[
    "respondent_id", "started_at", "submitted_at", "duration_s", "source", "ip", "status", "language", "other"
]


_NO_NAME = Words(
    "{name} cannot name a variable; begin with a letter, go on with letters, digits, '_' or '.'",
    "{name}不能作变量名；须以字母或汉字开头，其后可为字母、汉字、数字、“_”或“.”",
)
_NO_FILE = Words(
    "expected the name of a file that lies beside the instrument, got {name}",
    "应为与问卷文件同一文件夹中的文件名，实际为{name}",
)
_MODERATED_ROUTE = Words(
    "a moderated path, {path}, has no mediators; leave via out, or name a single cause",
    "含乘积的路径{path}不能有中介变量；请删去via，或只写一个原因变量",
)


def refusal(kind: str, said: Words, **values: object) -> PydanticCustomError:
    """Make an error of a value that says in both languages what is wrong, for :func:`.wording.problems_of`."""
    return PydanticCustomError(kind, "{said}", {"said": said.filled(**values)})


def _written(text: str) -> str:
    if not text.strip():
        raise refusal("empty_text", Words("is empty; expected text", "为空；应为文字"))
    return text


def _variable_name(name: str) -> str:
    if not re.fullmatch(NAME, name):
        raise refusal("variable_name", _NO_NAME, name=repr(name))
    return name


def _file_name(name: str) -> str:
    if re.search(r"[/\\:\0]", name) or name in (".", ".."):
        raise refusal("file_name", _NO_FILE, name=repr(name))
    return name


def _code(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise refusal("code_type", Words("expected a whole number or text", "应为整数或文字"))
    return value


def _both_languages(value: object) -> object:
    return dict.fromkeys(("en", "zh"), _written(value)) if isinstance(value, str) else value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Written = Annotated[StrictStr, AfterValidator(_written)]
VariableName = Annotated[StrictStr, AfterValidator(_variable_name)]
FileName = Annotated[Written, AfterValidator(_file_name)]
Share = Annotated[float, Field(ge=0, lt=1)]
Code = Annotated[int | str, BeforeValidator(_code, json_schema_input_type=int | str)]


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Record):
    """One text in English and in Simplified Chinese.

    >>> Bilingual(en="Market", zh="市场").words.zh
    '市场'
    """

    en: Written
    zh: Written

    def __str__(self) -> str:
        return self.en

    @property
    def words(self) -> Words:
        """The same text as the tables print it."""
        return Words(self.en, self.zh)


BilingualText = Annotated[Bilingual, BeforeValidator(_both_languages, json_schema_input_type=StrictStr | Bilingual)]
"""A text; written once in a file, it serves both languages."""


class ResponseScale(Record):
    """The answers an item allows, lowest to highest (1 to 7 for a seven-point scale).

    anchors : what a code means, for the codes that carry a label
    missing_codes : numbers that stand for "no answer", such as -99
    """

    lowest: StrictInt
    highest: StrictInt
    anchors: dict[StrictInt, BilingualText] = {}
    missing_codes: tuple[StrictInt, ...] = ()

    @property
    def codes(self) -> range:
        """Every valid answer, lowest first."""
        return range(self.lowest, self.highest + 1)


class Item(Record):
    """One rated question.

    scale : name of its response scale, if it is not the construct's
    reversed : a high answer means little of the construct
    """

    id: VariableName
    wording: BilingualText
    reversed: StrictBool = False
    scale: Written | None = None


class Construct(Record):
    """A construct, and the items or the constructs that indicate it or that it is made of.

    description : what it means
    origin : the place in the literature that it was taken from
    items : the items of a first-order construct
    of : the names of the constructs that a second-order construct stands over
    scale : name of the response scale of its items; left out, the instrument's first one
    measurement : whether items reflect it (``=~``), or it is a composite made of them (``<~``, formative measurement)
    """

    name: VariableName
    label: BilingualText
    description: BilingualText | None = None
    origin: BilingualText | None = None
    items: tuple[Item, ...] = ()
    of: tuple[VariableName, ...] = ()
    scale: Written | None = None
    measurement: Literal["reflective", "composite"] = "reflective"


class AttentionCheck(Record):
    """A question with one right answer, asked to see whether the respondent reads."""

    id: VariableName
    wording: BilingualText
    expected: StrictInt
    scale: Written | None = None


class BackgroundQuestion(Record):
    """A question on the respondent or the firm: one of some categories, several of them, a number, or free text.

    ordered : its categories stand in order, as size classes do: regressions and models take their codes as a number
    lowest, highest : of a number, what is believed; an answer beyond becomes missing and a finding
    """

    id: VariableName
    label: BilingualText
    wording: BilingualText
    kind: Literal["category", "multiple", "numeric", "text"] = "category"
    categories: dict[Code, BilingualText] = {}
    ordered: StrictBool = False
    lowest: StrictInt | StrictFloat | None = None
    highest: StrictInt | StrictFloat | None = None
    missing_codes: tuple[Code, ...] = ()


class MetadataColumn(Record):
    """A column that the survey platform adds: who answered, when, and how long it took."""

    id: Written
    meaning: Meaning


class StructuralModel(Record):
    """One way the constructs may hang together.

    theory : the theory it stands for
    structure : lavaan syntax of the structural part; the measurement part is written by the instrument
    constructs : the constructs that enter; left out, those that the structure names
    """

    title: BilingualText
    description: BilingualText | None = None
    theory: BilingualText | None = None
    structure: StrictStr = ""
    constructs: tuple[VariableName, ...] | None = None


class Hypothesis(Record):
    """An expected path, ``"outcome ~ cause"``, with its sign.

    The cause may be a product, ``"outcome ~ cause:moderator"``: the higher the moderator, the more (``+``) or the less
    (``-``) the cause adds.

    model : the model that holds the path; left out, the hypothesized one
    via : the mediators, in order from cause to outcome, where the effect along this route is expected
    """

    id: Written
    path: Written
    sign: Sign = "+"
    text: BilingualText
    model: Written | None = None
    via: Annotated[
        tuple[Written, ...], BeforeValidator(_listed, json_schema_input_type=StrictStr | tuple[StrictStr, ...])
    ] = ()

    @field_validator("via")
    @classmethod
    def _unmoderated(cls, via: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        path = info.data.get("path", "")
        if via and ":" in path.partition("~")[2]:
            raise refusal("moderated_route", _MODERATED_ROUTE, path=repr(path))
        return via

    @property
    def outcome(self) -> str:
        """The variable on the left of the path."""
        return self.path.partition("~")[0].strip()

    @property
    def cause(self) -> str:
        """The variable on the right of the path."""
        return "".join(self.path.partition("~")[2].split())

    @property
    def moderator(self) -> str | None:
        """The second variable of a product; None where the cause is one variable."""
        return self.cause.partition(":")[2] or None

    @property
    def route(self) -> tuple[str, ...]:
        """The variables from cause to outcome.

        >>> Hypothesis(id="H5", path="BMI ~ CULT", via="CAP", text="Capability mediates.").route
        ('CULT', 'CAP', 'BMI')
        """
        return (self.cause, *self.via, self.outcome)


class Manner(Record):
    """How people answer, beside what they think.

    lean : by how many standard deviations answers drift to the favourable end of the scale
    acceptance : standard deviation, between respondents, of the readiness to agree with whatever is written
    careless : share of the respondents who click without reading
    missing : share of the items that are left out
    """

    lean: Annotated[float, Field(ge=-2, le=2)] = 0.0
    acceptance: Share = 0.0
    careless: Share = 0.0
    missing: Share = 0.0


class SyntheticGroup(Record):
    """Some of the respondents, in whom more holds than in all.

    answers : what they all answer to background questions, such as ``{respondent: 1}``
    share : how many of all respondents they are
    population : lavaan syntax of what holds among them, beside what holds for all
    """

    answers: Annotated[dict[VariableName, Code], Field(min_length=1)]
    share: Annotated[float, Field(gt=0, lt=1)]
    population: Written


class Product(Record):
    """A moderated effect: how much the product of two variables adds to an outcome."""

    outcome: VariableName
    of: tuple[VariableName, VariableName]
    effect: Annotated[float, Field(ge=-2, le=2)]


class Synthetic(Record):
    """How to draw answers where no real ones may be shown.

    population : lavaan syntax with a value for every parameter; answers are drawn as given, so a reversed item has a
        negative loading.  A variance that is not written is what makes the variance of its variable one.
    groups : parts of the respondents with something of their own
    products : what no linear model can say
    manner : how people answer
    """

    population: Written
    n: Annotated[StrictInt, Field(ge=2)]
    seed: Annotated[StrictInt, Field(ge=0)]
    groups: tuple[SyntheticGroup, ...] = ()
    products: tuple[Product, ...] = ()
    manner: Manner = Manner()


class Answers(Record):
    """The answers that come with an instrument: a file beside it, a population to draw from, or drawn ones in a file.

    file : real answers; where ``synthetic`` is given too, answers that were drawn so
    """

    provenance: BilingualText
    file: FileName | None = None
    synthetic: Synthetic | None = None
