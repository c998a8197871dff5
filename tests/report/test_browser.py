"""The report in a browser; skipped where there is none."""

import re
import shutil
import subprocess

import pytest

from small_study import write_study
from sme_sem.opening import load_study
from sme_sem.report import html
from sme_sem.report.contents import report_of
from sme_sem.report.report import Report, Section
from sme_sem.tables import Column, Kind, Table

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TABLE = Table(
    "fit",
    "Fit",
    (Column("m", "Model"), Column("p", "p", Kind.PROBABILITY), Column("cfi", "CFI", Kind.COEFFICIENT)),
    (("b10", 0.2, 0.9), ("b9", 0.0001, None), ("a", 0.001, -0.5)),
)
REPORT = Report("Results", (Section("fit", "Model fit", (TABLE,)), Section("end", "End", ("Done.",))))
PRESSES = """
<script>
window.addEventListener("load", function () {
  const heads = document.querySelectorAll("th"), said = [];
  const column = (at) => Array.from(document.querySelectorAll("tbody tr")).map((row) => row.cells[at].textContent);
  for (const [at, times] of [[0, 1], [1, 1], [2, 1], [2, 1]]) {
    for (let i = 0; i < times; i++) heads[at].click();
    said.push(column(at).join(",") + " " + heads[at].getAttribute("aria-sort"));
  }
  const links = Array.from(document.querySelectorAll("nav a"));
  const aims = links.map((a) => document.querySelector(a.getAttribute("href")));
  said.push("links " + aims.every(Boolean) + " " + aims.length);
  said.push("hints " + document.querySelectorAll("th abbr[title]").length);
  said.push("requests " + performance.getEntriesByType("resource").length);
  document.body.dataset.said = said.join("|");
});
</script>
"""


WHOLE = """
<script>
window.addEventListener("load", function () {
  const all = (what) => Array.from(document.querySelectorAll(what)), said = [];
  said.push("dead links " + all("a[href^='#']").filter((a) => !document.querySelector(a.getAttribute("href"))).length);
  said.push("links " + (all("nav a").length > 20));
  said.push("empty hints " + all("abbr").filter((a) => !a.title.trim()).length);
  said.push("hints " + (all("abbr[title]").length > 10));
  const right = (e) => e.getBoundingClientRect().right;
  said.push("beyond the page " + all("main > *, section > *").filter((e) => right(e) > innerWidth + 1).length);
  said.push("figures without size " + all("svg").filter((e) => e.getBoundingClientRect().width < 50).length);
  all("th[tabindex]").forEach((head) => head.click());
  said.push("sorted " + (all("th[aria-sort='ascending'], th[aria-sort='descending']").length > 5));
  said.push("requests " + performance.getEntriesByType("resource").length);
  document.body.dataset.said = said.join("|");
});
</script>
"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_of_a_study_works_as_a_whole(tmp_path, language):
    results = load_study(write_study(tmp_path / "study", group="city")).run()
    page = html.render(report_of(results, language), language)
    page = re.sub(r"script-src 'sha256-[^']+'", "script-src 'unsafe-inline'", page)
    shown, errors = opened(page.replace("</body>", WHOLE + "</body>"), tmp_path)
    assert re.search(r'data-said="([^"]*)"', shown)[1].split("|") == [
        "dead links 0",
        "links true",
        "empty hints 0",
        "hints true",
        "beyond the page 0",
        "figures without size 0",
        "sorted true",
        "requests 0",
    ]
    assert "CONSOLE" not in errors


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_headings_sort_links_lead_somewhere_and_nothing_is_asked_of_the_network(tmp_path, language):
    page = html.render(REPORT, language)
    page = re.sub(r"script-src 'sha256-[^']+'", "script-src 'unsafe-inline'", page)  # lets this test press buttons
    said = opened(page.replace("</body>", PRESSES + "</body>"), tmp_path)
    assert re.search(r'data-said="([^"]*)"', said[0])[1].split("|") == [
        "a,b9,b10 ascending",
        "&lt; .001,.001,.200 ascending",
        "−.500,.900,– ascending",
        ".900,−.500,– descending",
        "links true 3",
        "hints 2",
        "requests 0",
    ]
    assert "CONSOLE" not in said[1]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_the_policy_of_the_page_lets_its_own_script_run_and_no_other(tmp_path):
    page, errors = opened(
        html.render(REPORT).replace("</body>", "<script>document.title = 'x';</script></body>"), tmp_path
    )
    assert 'tabindex="0"' in page
    assert "<title>Results</title>" in page
    assert errors.count("CONSOLE") == 1 and "Content Security Policy" in errors


def opened(page, folder):
    """What the page has become, and what the browser said."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        f"--user-data-dir={folder / 'own'}",
    ]
    run = subprocess.run(
        [BROWSER, *options, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return run.stdout, run.stderr
