"""A fit as an R script for lavaan (Rosseel 2012, Journal of Statistical Software 48(2)).

The model stands as it was written and the options under lavaan's names: defaults are the same.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from ...words import Words
from ..options import Options
from ..rotation import blocks_of
from ..rotation_args import BY_CUSTOM
from .answers import group_column, summary_only
from .stated import number, own_errors_and_test, refuse

if TYPE_CHECKING:
    from ..result import Fit

_FUNCTIONS = {"sem": "sem", "growth": "growth", "explicit": "lavaan"}
_OF_A_FAMILY = ("equamax", "parsimax")  # lavaan has them as members of the Crawford-Ferguson family


def write(fit: Fit, data: str) -> str:
    """Write the script; ``data`` is the CSV file it reads."""
    many = [name for name in fit.specification.observed if name.count(":") > 1]
    if many:
        raise refuse("lavaan (R)", _LONG_PRODUCT.filled(name=many[0]), _AS_COLUMN)
    function = _FUNCTIONS[fit.options.preset]
    arguments = [*_data(fit), *_options(fit)]
    called = "".join(f",\n  {argument}" for argument in arguments)
    return (
        f"# A model of {fit.n} respondents. Run it in the folder of {data}:  Rscript <this file>\n"
        f"{_NEWER if 'thresholds' in fit.options.group_equal else ''}"
        f"{_COMPOSITES if fit.table.composites else ''}library(lavaan)\n\n"
        f"{_read(fit, data)}\n\n"
        f"model <- {_text(chr(10).join([str(fit.specification), *_kept(fit)]))}\n\n"
        f"fit <- {function}(model{called}\n)\n"
        "summary(fit, fit.measures = TRUE, standardized = TRUE)\n"
    )


def _kept(fit: Fit) -> list[str]:
    """Fix what lavaan would free of ordered items some of whose thresholds are excepted from equal ones."""
    table = fit.table
    if "thresholds" not in fit.options.group_equal or fit.options.preset != "sem" or fit.specification.blocks:
        return []
    places = {(p.key, p.group): p.index for p in table.parameters}
    excepted = {p.lhs for p in table.parameters if p.op == "|" and p.free and p.index != places[p.key, 0]}
    fixed = [p for p in table.parameters if p.lhs in excepted and p.group == 1 and not (p.free or p.user or p.derived)]
    scales = [p for p in fixed if table.ordered[p.lhs] > 1 and p.rhs == p.lhs]
    rows = [*(p for p in fixed if p.op == "~1"), *scales]
    return [f"{p.lhs} {p.op.rstrip('1')} {p.value:g}*{p.rhs or '1'}" for p in rows]


_COMPOSITES = "# Composites (<~) and their items' covariances are estimated since lavaan 0.7.\n"
_NEWER = "# Equal thresholds free scales and intercepts of later groups since lavaan 0.7 (Wu and Estabrook 2016).\n"


_NO_TEXT = re.compile(r"NA|T|F|TRUE|FALSE|\s*[+-]?[\d.]+(?:[eE][+-]?\d+)?\s*")  # to R, in a column of the like
_LABELS_AS_TEXT = ',\n  colClasses = c({} = "character"), na.strings = ""'


def _read(fit: Fit, data: str) -> str:
    if not summary_only(fit):
        taken = _LABELS_AS_TEXT.format(_quoted(group_column(fit))) * any(map(_NO_TEXT.fullmatch, fit.moments.labels))
        return f'answers <- read.csv({_quoted(data)}, check.names = FALSE, fileEncoding = "UTF-8"{taken})'
    return (
        f'S <- read.csv({_quoted(data)}, check.names = FALSE, row.names = 1, fileEncoding = "UTF-8")\ncovariances <- '
        "as.matrix(S)"
    )


def _data(fit: Fit) -> list[str]:
    if not summary_only(fit):
        return ["data = answers"]
    found = ["sample.cov = covariances", f"sample.nobs = {fit.n}"]
    if fit.table.means and fit.moments.mean is not None:
        means = ", ".join(
            f"{_quoted(n)} = {float(m)!r}" for n, m in zip(fit.moments.names, fit.moments.mean[0], strict=True)
        )
        found.append(f"sample.mean = c({means})")
    return found


def _options(fit: Fit) -> list[str]:
    options, moments = fit.options, fit.moments
    found = [f'estimator = "{fit.estimator}"', *_errors_and_test(fit)]
    if options.information != options.method.information and options.missing != "fiml":
        found.append(f'information = "{options.information}"')
    if options.missing != "listwise":
        found.append(f'missing = "{options.missing.replace("_", ".")}"')
    if fit.table.ordered:
        found.append(f"ordered = {_vector(fit.table.ordered)}")
        found.append(f'parameterization = "{options.parameterization}"')
    if len(moments.labels) > 1:
        found += [f"group = {_quoted(group_column(fit))}", f"group.label = {_vector(moments.labels)}"]
    if options.group_equal:
        found.append(f"group.equal = {_vector(kind.replace('_', '.') for kind in options.group_equal)}")
    if options.group_partial:
        found.append(f"group.partial = {_vector(options.group_partial)}")
    for name in ("std_lv", "orthogonal", "orthogonal_x", "orthogonal_y", "std_ov"):
        found += [f"{name.replace('_', '.')} = TRUE"] * getattr(options, name)
    found += ["meanstructure = TRUE"] * (options.meanstructure is True)
    found += ["meanstructure = FALSE"] * (fit.table.groups > 1 and not fit.table.means)
    found += ["fixed.x = FALSE"] * (not options.fixed_x)
    found += ['composites.cov = "free"'] * bool(fit.table.composites)
    if options.effect_coding:
        found.append(f"effect.coding = {_vector(options.effect_coding)}")
    if options.bounds != "none":
        found.append(f'bounds = "{options.bounds.replace("_", ".")}"')
    if options.likelihood != "normal":
        found.append(f'likelihood = "{options.likelihood}"')
    if options.rotation == "target":
        found += ['rotation = "target"', f"rotation.args = list({_target(fit)})"]
    elif options.rotation is not None:
        found += _rotation(options)
    found += [f"cluster = {_quoted(options.cluster)}"] if options.cluster else []
    found += [f"sampling.weights = {_quoted(options.weights)}"] if options.weights else []
    return found


def _rotation(options: Options) -> list[str]:
    """The rotation, and what differs from its customs."""
    family, told = options.rotation in _OF_A_FAMILY, options.rotation_args
    name = f"cf-{options.rotation}" if family else str(options.rotation).replace("_", "-")
    own = {**asdict(told), "orthogonal": family or told.orthogonal}
    changed = {key: value for key, value in own.items() if value != getattr(BY_CUSTOM, key)}
    written = {True: "TRUE", "kaiser": '"kaiser"', "none": '"none"'}
    args = ", ".join(f"{key.replace('_', '.')} = {written.get(value, value)}" for key, value in changed.items())
    return [f'rotation = "{name}"', *([f"rotation.args = list({args})"] if args else [])]


def _target(fit: Fit) -> str:
    blocks = blocks_of(fit.table)
    if len(blocks) > 1:
        raise refuse("lavaan (R)", _SEVERAL_TARGETS, _ONE_BLOCK)
    aims = {(construct, item): number(value) for construct, item, value in fit.options.target}
    values = ", ".join(aims.get((c, i), "NA") for c in blocks[0].constructs for i in blocks[0].items)
    orthogonal = "" if fit.options.oblique else ", orthogonal = TRUE"
    return f"target = matrix(c({values}), nrow = {len(blocks[0].items)}){orthogonal}"


def _errors_and_test(fit: Fit) -> list[str]:
    """Name them where they are not the estimator's own."""
    method = fit.options.method
    errors, test = own_errors_and_test(fit)
    found = [("se", method.se, errors), ("test", method.test, test)]
    changed = [(name, value) for name, value, usual in found if value != usual and value in _LAVAAN_WORDS]
    return [f'{name} = "{value.replace("_", ".")}"' for name, value in changed]


_LAVAAN_WORDS = (
    "standard",
    "robust_sem",
    "robust_huber_white",
    "first_order",
    "none",
    "satorra_bentler",
    "scaled_shifted",
    "mean_var_adjusted",
    "yuan_bentler",
    "yuan_bentler_mplus",
)


def _text(model: str) -> str:
    return f"'\n{model}\n'" if "'" not in model else f'r"---(\n{model}\n)---"'


def _vector(values: object) -> str:
    return f"c({', '.join(map(_quoted, values))})"  # type: ignore[call-overload]


def _quoted(text: object) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_LONG_PRODUCT = Words("a product of more than two ({name})", "两个以上变量的乘积（{name}）")
_AS_COLUMN = Words("make it a column of another name", "将其算为一列，并取其他名称")
_SEVERAL_TARGETS = Words("targets of several blocks or groups in this form", "多个区块或多组的这种形式的目标")
_ONE_BLOCK = Words("write one block, or rotate it", "只写一个区块，或改用其他旋转")
