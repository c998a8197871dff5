import pytest

from sme_sem.instrument.load import load_instrument

YAML = """\
name: demo
title: {en: A demonstration survey, zh: 示例问卷}
response_scales:
  agreement:
    lowest: 1
    highest: 5
    anchors:
      1: {en: Strongly disagree, zh: 非常不同意}
      3: {en: Neutral, zh: 一般}
      5: {en: Strongly agree, zh: 非常同意}
    missing_codes: [-99]
constructs:
  - name: MARKET
    label: {en: Market, zh: 市场}
    items:
      - {id: MK1, wording: {en: Our firm watches its competitors., zh: 本企业关注竞争对手。}}
      - {id: MK2, wording: {en: Our firm asks its customers., zh: 本企业征询客户意见。}}
      - {id: MK3, wording: {en: Our firm ignores the market., zh: 本企业不关注市场。}, reversed: true}
attention_checks:
  - {id: AC1, wording: {en: Please choose agree strongly here., zh: 此题请选择非常同意。}, expected: 5}
background:
  - id: size
    label: {en: Firm size, zh: 企业规模}
    wording: {en: "How large is your firm?", zh: 贵企业的规模是？}
    categories:
      1: {en: Small, zh: 小型}
      2: {en: Medium, zh: 中型}
  - id: age
    label: {en: Firm age, zh: 企业年龄}
    wording: {en: "How old is your firm?", zh: 贵企业成立多少年？}
    kind: numeric
    missing_codes: [-1]
metadata:
  - {id: respondent, meaning: respondent_id}
  - {id: seconds, meaning: duration_s}
"""

HEADER = ("respondent", "seconds", "MK1", "MK2", "MK3", "AC1", "size", "age")
ANSWERS = (
    ("a", "80", "1", "2", "3", "5", "1", "7"),
    ("b", "95", "5", "4", "1", "5", "2", "12.5"),
    ("c", "61", "3", "3", "3", "5", "1", "30"),
)


@pytest.fixture(scope="session")
def instrument(tmp_path_factory):
    path = tmp_path_factory.mktemp("instrument") / "demo.yaml"
    path.write_text(YAML, encoding="utf-8")
    return load_instrument(path)


@pytest.fixture
def csv_file(tmp_path):
    """Write rows of cells as they are, with commas between them."""

    def write(*rows, name="answers.csv", header=HEADER, delimiter=",", encoding="utf-8", end="\n"):
        path = tmp_path / name
        lines = [delimiter.join(row) for row in (header, *rows)]
        path.write_bytes((end.join(lines) + end).encode(encoding))
        return path

    return write


def found(responses, rule):
    """The findings of one rule, as tuples (severity, row, column, value)."""
    own = responses.findings[responses.findings["rule"] == rule]
    return [
        (s, None if r is None or r != r else int(r), c, v)
        for s, r, c, v in zip(
            own["severity"],
            own["row"].astype(object).where(own["row"].notna(), None),
            own["column"],
            own["value"],
        )
    ]
