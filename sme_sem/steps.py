"""The steps of a study: which comes next, how many there are, and what went wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from .errors import DataProblem, SmeSemError
from .report.results import Problem
from .tables import Text, Words

_T = TypeVar("_T")
Progress = Callable[[Text, int, int], None]
"""Told before each step: its name, how many steps are done, how many there are."""


class Steps:
    """Does the steps of a study, and keeps what went wrong in them.

    progress, names : whom to tell, and of which steps in their order
    groups : what to print for the groups that the study compares
    """

    def __init__(self, progress: Progress | None, names: Sequence[Text], groups: Mapping[str, Text]) -> None:
        self.progress, self.names, self.groups = progress, names, groups
        self.begun = 0
        self.problems: list[Problem] = []

    def begin(self, name: Text) -> None:
        """Tell that the next step begins."""
        assert name == self.names[self.begun]
        if self.progress is not None:
            self.progress(name, self.begun, len(self.names))
        self.begun += 1

    def attempt(self, name: Text, step: Callable[[], _T]) -> _T | None:
        """Do a step, or note why it cannot be done."""
        try:
            return step()
        except SmeSemError as problem:
            self.problems.append(Problem(name, self.told(problem)))
            return None

    def told(self, problem: SmeSemError) -> Text:
        """What went wrong: in both languages where it is known in both, and with the group by its label."""
        if not isinstance(problem, DataProblem) or not problem.group:
            return problem.said
        return _OF_GROUP.filled(group=self.groups.get(problem.group, problem.group), said=problem.said)


_OF_GROUP = Words("group '{group}': {said}", "组别“{group}”：{said}")
