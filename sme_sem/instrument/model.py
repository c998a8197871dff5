"""What was asked: constructs, their items, the scales they are answered on, and the models to test.

An instrument is a value: frozen records, read from one YAML file and never changed.
Items of a reversed wording are marked here; the answers are turned when responses are read.

A construct is measured by ``items`` (first order) or by other constructs, ``of`` (second
order).  A construct of a single item carries the item's id as its name, because the observed
item itself enters the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

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

from ..errors import SpecificationError, among, did_you_mean, texts
from ..letters import NAME
from ..tables import Column, Table, Tabled, Words, term
from .syntax import factors, paths, product_construct, statements

_T = TypeVar("_T")
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


class _Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Record):
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


class ResponseScale(_Record):
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


class Item(_Record):
    """One rated question.

    scale : name of its response scale, if it is not the construct's
    reversed : a high answer means little of the construct
    """

    id: VariableName
    wording: BilingualText
    reversed: StrictBool = False
    scale: Written | None = None


class Construct(_Record):
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


class AttentionCheck(_Record):
    """A question with one right answer, asked to see whether the respondent reads."""

    id: VariableName
    wording: BilingualText
    expected: StrictInt
    scale: Written | None = None


class BackgroundQuestion(_Record):
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


class MetadataColumn(_Record):
    """A column that the survey platform adds: who answered, when, and how long it took."""

    id: Written
    meaning: Meaning


class StructuralModel(_Record):
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


class Hypothesis(_Record):
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


class Manner(_Record):
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


class SyntheticGroup(_Record):
    """Some of the respondents, in whom more holds than in all.

    answers : what they all answer to background questions, such as ``{respondent: 1}``
    share : how many of all respondents they are
    population : lavaan syntax of what holds among them, beside what holds for all
    """

    answers: Annotated[dict[VariableName, Code], Field(min_length=1)]
    share: Annotated[float, Field(gt=0, lt=1)]
    population: Written


class Product(_Record):
    """A moderated effect: how much the product of two variables adds to an outcome."""

    outcome: VariableName
    of: tuple[VariableName, VariableName]
    effect: Annotated[float, Field(ge=-2, le=2)]


class Synthetic(_Record):
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


class Answers(_Record):
    """The answers that come with an instrument: a file beside it, a population to draw from, or drawn ones in a file.

    file : real answers; where ``synthetic`` is given too, answers that were drawn so
    """

    provenance: BilingualText
    file: FileName | None = None
    synthetic: Synthetic | None = None


class Instrument(Tabled, _Record):
    """A questionnaire, the constructs it measures, and the models that it was made to test.

    trail : a file beside it, with the coded segments behind the items
    """

    name: Written
    version: Written = "1"
    title: BilingualText
    description: BilingualText | None = None
    response_scales: Annotated[dict[Written, ResponseScale], Field(min_length=1)]
    constructs: Annotated[tuple[Construct, ...], Field(min_length=1)]
    additional_items: tuple[Item, ...] = ()
    attention_checks: tuple[AttentionCheck, ...] = ()
    background: tuple[BackgroundQuestion, ...] = ()
    metadata: tuple[MetadataColumn, ...] = ()
    models: dict[Written, StructuralModel] = {}
    hypothesized: Written | None = None
    rivals: tuple[Written, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    trail: FileName | None = None
    answers: Answers | None = None

    def items(self) -> tuple[Item, ...]:
        """List every rated item: those of the constructs in their order, then the additional ones.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.items()[0].id
        'comp_1'
        """
        return (*(item for construct in self.constructs for item in construct.items), *self.additional_items)

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The ids of all rated items, in the order of :meth:`items`."""
        return tuple(item.id for item in self.items())

    @property
    def reversed_items(self) -> tuple[str, ...]:
        """The ids of the items whose answers must be turned."""
        return tuple(item.id for item in self.items() if item.reversed)

    @property
    def nominal(self) -> dict[str, dict[int | str, Words]]:
        """The background questions whose codes are only names of categories, with what to print for each code."""
        named = (question for question in self.background if question.kind == "category" and not question.ordered)
        return {question.id: {code: text.words for code, text in question.categories.items()} for question in named}

    def item(self, item_id: str) -> Item:
        """Look an item up by its id.

        Parameters
        ----------
        item_id
            One of :attr:`item_ids`.

        Raises
        ------
        SpecificationError
            There is no such item; the message names the nearest.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.item("like_1").reversed
        False
        """
        return _only("item", item_id, ((item.id, item) for item in self.items()))

    def construct(self, name: str) -> Construct:  # type: ignore[override]  # pydantic 1's name for another thing
        """Look a construct up by its name.

        Parameters
        ----------
        name
            As in the models.

        Raises
        ------
        SpecificationError
            There is no such construct; the message names the nearest.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.construct("COMP").label.en
        'Competence'
        """
        return _only("construct", name, ((construct.name, construct) for construct in self.constructs))

    def construct_of(self, item_id: str) -> Construct | None:
        """Find the construct that an item indicates; None for an additional item.

        Parameters
        ----------
        item_id
            Its id.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.construct_of("comp_1").name
        'COMP'
        """
        holders = (c for c in self.constructs if any(item.id == item_id for item in c.items))
        return next(holders, None)

    def response_scale(self, item_id: str) -> ResponseScale:
        """Find the scale that an item or an attention check is answered on.

        Parameters
        ----------
        item_id
            Its id.

        Raises
        ------
        SpecificationError
            There is no such item or attention check; the message names the nearest.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> scale = instrument.response_scale("comp_1")
        >>> scale.lowest, scale.highest
        (1, 7)
        """
        asked: tuple[Item | AttentionCheck, ...] = (*self.items(), *self.attention_checks)
        found = _only("item or attention check", item_id, ((one.id, one) for one in asked))
        construct = self.construct_of(item_id)
        name = found.scale or (construct.scale if construct else None)
        return self.response_scales[name] if name else next(iter(self.response_scales.values()))

    def scales(self, *, single_items: bool = False) -> dict[str, tuple[str, ...]]:
        """First-order constructs and their item ids.

        Parameters
        ----------
        single_items
            Whether to list constructs of a single item too.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.scales()["COMP"], instrument.scales(single_items=True)["cusa"]
        (('comp_1', 'comp_2', 'comp_3'), ('cusa',))
        """
        fewest = 1 if single_items else 2
        return {c.name: tuple(i.id for i in c.items) for c in self.constructs if len(c.items) >= fewest}

    def labels(self) -> dict[str, Words]:
        """Say what to print for a variable name: construct labels, item wordings, background labels, products.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.labels()["LIKE"].en
        'Likeability'
        """
        wordings = {item.id: item.wording.words for item in self.items()}
        questions = {question.id: question.label.words for question in self.background}
        known = wordings | questions | {c.name: c.label.words for c in self.constructs}
        causes = {cause for model in self.models.values() for _, cause in paths(model.structure) if ":" in cause}
        for cause in sorted(causes):
            one, other = (known.get(name, Words(name, name)) for name in factors(cause)[:2])
            known[cause] = known[product_construct(cause)] = one + " × " + other
        return known

    def category_labels(self, question: str | None) -> dict[str, Words]:
        """Say what to print for the codes of a background question; nothing where there is no such question.

        Parameters
        ----------
        question
            Its id.

        Examples
        --------
        >>> import sme_sem as sme
        >>> sme.load_instrument("corporate-reputation").category_labels("servicetype")["2"].en
        'Contract'
        """
        known = next((one.categories for one in self.background if one.id == question), {})
        return {str(code): label.words for code, label in known.items()}

    def model_constructs(self, name: str) -> tuple[str, ...]:
        """Name the constructs that enter a model, elements of second-order ones included.

        Parameters
        ----------
        name
            Of the model.

        Raises
        ------
        SpecificationError
            There is no such model; the message names those there are.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.model_constructs("reputation")
        ('COMP', 'LIKE', 'cusa', 'CUSL')
        """
        if not among(name, self.models):
            known = f" The models are: {', '.join(self.models)}." if self.models else ""
            near = did_you_mean(name, self.models) or known
            raise SpecificationError(f"the instrument has no model {name!r}.{near}")
        model = self.models[name]
        wanted = model.constructs
        if wanted is None:
            named = {n for s in statements(model.structure) for n in s.names}
            wanted = tuple(c.name for c in self.constructs if c.name in named or not named)
        entering = self.with_elements(wanted)
        return tuple(c.name for c in self.constructs if c.name in entering)

    def with_elements(self, names: Iterable[str]) -> set[str]:
        """Name the constructs given and all that they are made up of, elements of elements included.

        >>> import sme_sem as sme
        >>> sorted(sme.load_instrument("bmi-drivers").with_elements(["BMI"]))
        ['BMI', 'VC', 'VCAP', 'VD', 'VP']
        """
        entering: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in entering:
                entering.add(name)
                waiting += self.construct(name).of
        return entering

    def measurement_syntax(self, constructs: tuple[str, ...]) -> str:
        """Lavaan syntax that says which items, or which constructs, indicate each construct or make it up.

        Parameters
        ----------
        constructs
            Their names.

        Raises
        ------
        SpecificationError
            There is no such construct; the message names the nearest.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> instrument.measurement_syntax(("COMP",))
        'COMP =~ comp_1 + comp_2 + comp_3'
        """
        lines = []
        for construct in map(self.construct, texts("constructs", constructs, "TRUST")):
            indicators = construct.of or tuple(item.id for item in construct.items)
            if indicators != (construct.name,):
                operator = "<~" if construct.measurement == "composite" else "=~"
                lines.append(f"{construct.name} {operator} {' + '.join(indicators)}")
        return "\n".join(lines)

    def model_syntax(self, name: str) -> str:
        """Full lavaan syntax of one of the models: measurement part, then structure.

        Parameters
        ----------
        name
            Of the model.

        Raises
        ------
        SpecificationError
            There is no such model; the message names those there are.

        Examples
        --------
        >>> import sme_sem as sme
        >>> instrument = sme.load_instrument("corporate-reputation")
        >>> print(instrument.model_syntax("reputation"))
        COMP =~ comp_1 + comp_2 + comp_3
        LIKE =~ like_1 + like_2 + like_3
        CUSL =~ cusl_1 + cusl_2 + cusl_3
        cusa ~ COMP + LIKE
        CUSL ~ cusa + COMP + LIKE
        """
        parts = self.measurement_syntax(self.model_constructs(name)), self.models[name].structure.strip()
        return "\n".join(part for part in parts if part)

    def export(
        self,
        path: str | Path,
        *,
        format: str,
        language: Literal["en", "zh", "both"] | None = None,
        constructs: bool = False,
    ) -> Path:
        """Write a form, a questionnaire to print or a codebook; :func:`sme_sem.export_instrument` says more.

        Parameters
        ----------
        path
            The file to write, or a folder.
        format
            ``"xlsform"``, ``"limesurvey"``, ``"wenjuanxing"``, ``"redcap"``, ``"word"``, ``"ddi"`` or
            ``"json-schema"``.
        language : {"en", "zh", "both"}, optional
            Left out, both where the format holds both.
        constructs
            Show respondents the labels of the constructs as headings.

        Returns
        -------
        pathlib.Path
            The file written.

        Raises
        ------
        ExportError
            The format is unknown or cannot hold this instrument, with every reason, or the file cannot be written.

        Examples
        --------
        >>> import tempfile, sme_sem as sme
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sme.load_instrument("bmi-drivers").export(folder, format="redcap").name
        'bmi-drivers-redcap.csv'
        """
        from .exports import export_instrument

        return export_instrument(self, path, format=format, language=language, constructs=constructs)

    def tables(self) -> tuple[Table, ...]:
        """Show the questionnaire as a table: construct, item, wording."""
        rows = [
            (construct.label.words, item.id, item.wording.words, "R" if item.reversed else "")
            for construct in self.constructs
            for item in construct.items
        ]
        rows += [(Words("–", "–"), i.id, i.wording.words, "R" if i.reversed else "") for i in self.additional_items]
        columns = (
            Column("construct", term("Construct")),
            Column("item", term("Item")),
            Column("wording", Words("Wording", "题目表述")),
            Column("reversed", Words("Reversed", "反向")),
        )
        notes = (Words("R: reverse-coded item.", "R：反向计分题。"),) if self.reversed_items else ()
        return (Table("questionnaire", self.title.words, columns, tuple(rows), notes),)


def _only(what: str, name: object, known: Iterable[tuple[str, _T]]) -> _T:
    names = []
    for own, one in known:
        if own == name:
            return one
        names.append(own)
    raise SpecificationError(f"the instrument has no {what} {name!r}.{did_you_mean(name, names)}")
