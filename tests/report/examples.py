"""Path models with invented results, from small to as large as a diagram should carry."""

from itertools import combinations

from sme_sem.diagrams.drawing import Covariance, DiagramModel, Loading, Node, Path
from sme_sem.tables import Words


def reputation():
    """Two causes, a mediator, an outcome."""
    labels = {
        "COMP": Words("Competence", "能力"),
        "LIKE": Words("Likeability", "好感度"),
        "CUSA": Words("Customer satisfaction", "顾客满意度"),
        "CUSL": Words("Customer loyalty", "顾客忠诚度"),
    }
    explained = {"CUSA": 0.29, "CUSL": 0.56}
    return DiagramModel(
        tuple(Node(name, label, r_squared=explained.get(name)) for name, label in labels.items()),
        tuple(Loading(c, f"{c.lower()}_{i}", 0.8 + 0.03 * i, "***") for c in labels for i in (1, 2, 3)),
        (
            Path("COMP", "CUSA", 0.162, "*"),
            Path("LIKE", "CUSA", 0.424, "***"),
            Path("COMP", "CUSL", 0.009, "", significant=False),
            Path("LIKE", "CUSL", 0.342, "***"),
            Path("CUSA", "CUSL", 0.504, "***"),
        ),
        (Covariance("COMP", "LIKE", 0.645, "***"), Covariance("comp_1", "comp_2", 0.12, "*")),
    )


def innovation():
    """Four drivers of a second-order construct."""
    drivers = {"MKT": "市场驱动", "CAP": "能力驱动", "POL": "政策驱动", "CULT": "企业文化驱动因素"}
    elements = {"VP": "价值主张", "VC": "价值创造", "VD": "价值传递", "VA": "价值获取"}
    names = {**drivers, "BMI": "商业模式创新", **elements}
    return DiagramModel(
        tuple(Node(name, label, r_squared=0.7 if name in elements else None) for name, label in names.items()),
        tuple(Loading(c, f"{c}{i}", 0.8, "***") for c in (*drivers, *elements) for i in range(1, 5))
        + tuple(Loading("BMI", element, 0.83, "***") for element in elements),
        tuple(Path(driver, "BMI", 0.31, "***") for driver in drivers),
        tuple(Covariance(a, b, 0.4, "***") for a, b in combinations(drivers, 2)),
    )


def layered(sizes, n_items):
    """Columns of constructs of these sizes, each caused by those of all columns before."""
    columns = [[f"F{c}{i}" for i in range(size)] for c, size in enumerate(sizes)]
    names = [name for column in columns for name in column]
    paths = tuple(
        Path(source, target, 0.123, "***", significant=target[-1] != "1")
        for later in range(1, len(columns))
        for earlier in columns[:later]
        for source in earlier
        for target in columns[later]
    )
    return DiagramModel(
        tuple(Node(name, f"Construct {name} of the survey") for name in names),
        tuple(Loading(name, f"{name}_{i}", 0.75, "***") for name in names for i in range(n_items)),
        paths,
        tuple(Covariance(a, b, -0.333, "***") for a, b in combinations(columns[0], 2)),
    )
