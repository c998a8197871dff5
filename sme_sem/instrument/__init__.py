"""What was asked: the questionnaire, its constructs, and the models to test."""

from .begin import new_study
from .exports import export_instrument
from .library import bundled_answers, instrument_schema, path_of, shipped
from .load import load_instrument, read_instrument
from .model import Instrument
from .parts import (
    Answers,
    AttentionCheck,
    BackgroundQuestion,
    Bilingual,
    Construct,
    Hypothesis,
    Item,
    MetadataColumn,
    ResponseScale,
    StructuralModel,
    Synthetic,
)

__all__ = [
    "Answers",
    "AttentionCheck",
    "BackgroundQuestion",
    "Bilingual",
    "Construct",
    "Hypothesis",
    "Instrument",
    "Item",
    "MetadataColumn",
    "ResponseScale",
    "StructuralModel",
    "Synthetic",
    "bundled_answers",
    "export_instrument",
    "instrument_schema",
    "load_instrument",
    "new_study",
    "path_of",
    "read_instrument",
    "shipped",
]
