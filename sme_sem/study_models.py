"""The models of a study, written out for its answers and fitted as the study file says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import SmeSemError
from .instrument import Instrument
from .instrument.syntax import statements
from .measurement.category_paths import CategoryPaths
from .responses import Responses
from .sem.left_out import without
from .sem.specification import Specification
from .study_file import StudyFile
from .tables import Words

if TYPE_CHECKING:
    from .comparison.invariance import Invariance
    from .sem.fit import Fit


@dataclass(frozen=True, eq=False)
class StudyModels:
    """The models of an instrument, and the choices they are fitted by.

    categories : what stands in the models for questions whose categories have no order
    """

    instrument: Instrument
    choices: StudyFile
    categories: CategoryPaths

    def syntax(self, model: str) -> str:
        """Write a model out, with a path for every category of questions without order."""
        return self.categories.written(self.instrument.model_syntax(model))

    def names(self, model: str) -> set[str]:
        """Collect the constructs and items that a model is about."""
        return {name for s in statements(self.instrument.model_syntax(model)) for name in s.names}

    def ordered(self, model: str) -> bool | list[str] | None:
        """Name the ordered items that a model has."""
        chosen = self.choices.ordered
        if not isinstance(chosen, tuple):
            return chosen
        entering = self.names(model)
        return [item for item in chosen if item in entering] or None

    def absent_items(self, model: str, responses: Responses) -> Words | None:
        """Name the items that a model needs and the answers lack, if there are any."""
        entering = self.names(model)
        absent = [i for i in self.instrument.item_ids if i in entering and i not in responses.frame.columns]
        if not absent:
            return None
        one, many = _NO_COLUMN
        return (one if len(absent) == 1 else many).filled(items=", ".join(absent))

    def fit(self, model: str, responses: Responses) -> Fit:
        """Fit one of the models as the study says."""
        from .moderation import with_products

        posed = with_products(self.syntax(model), responses.frame)
        return posed.fit(**self._options(self.ordered(model)))

    def measurement(self, main: Fit, name: str, kept: Responses) -> Fit:
        """Fit the constructs of a model alone, or leave it whole where that says nothing else or cannot be done."""
        from .measurement import measurement_part
        from .sem.fit import fit

        whole = Specification.read(self.syntax(name))
        part = measurement_part(whole)
        if part == whole:
            return main
        options = self._options(self.ordered(name))
        try:
            return fit(part, kept.frame, **options)
        except SmeSemError:
            return main

    def invariance(self, name: str, kept: Responses, **options: Any) -> Invariance:
        """Fit a model to the study's groups step by step, without the variable that makes them."""
        from .comparison import invariance
        from .moderation import with_products

        group = str(self.choices.group)
        model = without(Specification.read(self.syntax(name)), self.categories.standing_for(group))
        posed = with_products(model, kept.frame, group)
        chosen = posed.suited(self._options(self.ordered(name)))
        return invariance(posed.model, posed.frame, group=group, **chosen, **options)

    def in_each_group(self, fit: Fit, responses: Responses, group: str) -> Fit:
        """Fit a model to each group by itself, as the study says, without the variable that makes the groups."""
        from .comparison.own_labels import own_labels
        from .sem.fit import fit as fitted

        model = own_labels(
            without(fit.specification, self.categories.standing_for(group)),
            responses.frame[group].nunique(),
            lambda _: False,
        )
        return fitted(model, responses.frame, group=group, **self._options(list(fit.table.ordered) or None))

    def _options(self, ordered: bool | list[str] | None) -> dict[str, Any]:
        """Give what the study says of every fit, beside the items that are ordered."""
        return {"estimator": self.choices.estimator, "missing": self.choices.missing, "ordered": ordered}


_REMEDY = (
    "Put it into the file, or leave it out of the instrument.",
    "请在数据文件中补上，或从问卷中删去。",
)
_NO_COLUMN = (
    Words(
        "item {items} of the instrument has no column in the answers. " + _REMEDY[0],
        "问卷题项{items}在数据中没有对应的列。" + _REMEDY[1],
    ),
    Words(
        "items {items} of the instrument have no column in the answers. " + _REMEDY[0].replace("it ", "them "),
        "问卷题项{items}在数据中没有对应的列。" + _REMEDY[1],
    ),
)
