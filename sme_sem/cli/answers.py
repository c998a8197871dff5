"""Answers to an instrument, as commands read them, and what they say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ..errors import ResponseError
from .option_names import as_typed
from .options import Source
from .output import DONE, LOOK

if TYPE_CHECKING:
    from ..instrument import Instrument
    from ..responses import Responses
    from ..tables import Language

_MOST_FINDINGS = 20


def read_answers(source: Source) -> Responses:
    """Read a file of answers to an instrument."""
    from ..instrument import load_instrument
    from ..responses import read_responses

    instrument = load_instrument(source.instrument)
    return read_responses(
        source.answers, instrument, platform=source.platform, sheet=source.sheet, encoding=source.encoding
    )


def kept_answers(source: Source, language: Language, *, err: bool = False) -> Responses:
    """Read and screen, and say how many are left."""
    from ..responses import screen
    from ..tables import Words, written
    from ..words import at

    responses = read_answers(source)
    kept = screen(responses).responses()
    list_findings(responses, language, err=err)
    counted = Words("collected {n} → valid {kept}\n", "回收{n} → 有效{kept}\n")
    typer.echo(written(counted.filled(n=responses.collected, kept=len(kept.frame)), language), err=err)
    if not len(kept.frame):
        nobody = Words(
            "nobody is left after screening; see: sme-sem validate", "筛选后没有受访者；请看：sme-sem validate"
        )
        raise ResponseError(at(responses.source, nobody))
    return kept


def construct_named(text: str, instrument: Instrument) -> str:
    """Give the id of the construct of that label, in either language; any other text as it is."""
    constructs = instrument.constructs
    if any(text == c.name for c in constructs):
        return text
    labels = {label.casefold(): c.name for c in constructs for label in (c.label.en, c.label.zh)}
    return labels.get(" ".join(text.split()).casefold(), text)


def say_platform(responses: Responses, language: Language, *, err: bool = False) -> None:
    """Print which platform wrote the file, and how that is known."""
    from ..responses.findings import message_of
    from ..responses.platforms import REGISTRY
    from ..tables import Words, written

    name = Words("Platform: ", "平台：") + REGISTRY[responses.platform].title
    typer.echo(written(name, language), err=err)
    found = responses.findings[responses.findings["rule"] == "platform"]
    said = (written(as_typed(message_of(row)), language) for row in found.to_dict("records"))
    typer.echo("".join(f"  {message}\n" for message in said), err=err)


def list_findings(responses: Responses, language: Language, *, err: bool = False) -> None:
    """Print errors and warnings, one a line, and count those that would fill the screen."""
    from ..responses.findings import SEVERITIES, placed
    from ..tables import Words, written

    grave = responses.findings[responses.findings["severity"] != "info"]
    for found in grave.head(_MOST_FINDINGS).to_dict("records"):
        said = SEVERITIES[found["severity"]] + Words(": ", "：") + placed(found)
        typer.echo(written(as_typed(said), language), err=err)
    if len(grave) > _MOST_FINDINGS:
        more = Words("and {n} more", "另有{n}条").filled(n=len(grave) - _MOST_FINDINGS)
        typer.echo(written(more, language), err=err)
    if len(grave):
        typer.echo("", err=err)


def findings_code(responses: Responses) -> int:
    """Say by an exit code whether answers could not be used."""
    return LOOK if (responses.findings["severity"] == "error").any() else DONE
