"""What was asked: a questionnaire, the constructs it measures, and the models to test.

An instrument is a value: frozen records, read from one YAML file and never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ..arguments import among, texts
from ..errors import SpecificationError
from ..suggestions import did_you_mean, or_known
from ..tables import Column, Table, Tabled, Words, term
from .parts import (
    Answers,
    AttentionCheck,
    BackgroundQuestion,
    BilingualText,
    Construct,
    FileName,
    Hypothesis,
    Item,
    MetadataColumn,
    Record,
    ResponseScale,
    StructuralModel,
    Written,
)
from .syntax import factors, paths, product_construct, statements

_T = TypeVar("_T")


class Instrument(Tabled, Record):
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
    models: dict[Written, StructuralModel] = Field(default={})
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
        return _only(Words("item", "题项"), item_id, ((item.id, item) for item in self.items()))

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
        return _only(Words("construct", "构念"), name, ((construct.name, construct) for construct in self.constructs))

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
        found = _only(Words("item or attention check", "题项或注意力检测题"), item_id, ((one.id, one) for one in asked))
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
            said = Words(f"the instrument has no model {name!r}.", f"问卷中没有模型{name!r}。")
            raise SpecificationError(said + or_known(name, self.models))
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
        rows += [(Words.same("–"), i.id, i.wording.words, "R" if i.reversed else "") for i in self.additional_items]
        columns = (
            Column("construct", term("Construct")),
            Column("item", term("Item")),
            Column("wording", Words("Wording", "题目表述")),
            Column("reversed", Words("Reversed", "反向")),
        )
        notes = (Words("R: reverse-coded item.", "R：反向计分题。"),) if self.reversed_items else ()
        return (Table("questionnaire", self.title.words, columns, tuple(rows), notes),)


def _only(what: Words, name: object, known: Iterable[tuple[str, _T]]) -> _T:
    names = []
    for own, one in known:
        if own == name:
            return one
        names.append(own)
    said = Words("the instrument has no {what} {name}.", "问卷中没有{what}{name}。").filled(what=what, name=repr(name))
    raise SpecificationError(said + did_you_mean(name, names))


AN_INSTRUMENT = Words("an instrument as sme.load_instrument returns it", "sme.load_instrument返回的问卷")
