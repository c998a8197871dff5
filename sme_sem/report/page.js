"use strict";
// A press on a heading sorts its table: ascending, then descending; what has no value stays last.
(function () {
  function value(row, column) {
    const text = row.cells[column].textContent.trim();
    if (text === "" || text === "\u2013") return null;
    const number = text.replace(/\*+$/, "").replace(/^<\s*/, "").replace("%", "").replace("\u2212", "-");
    if (number !== "" && !isNaN(Number(number))) return Number(number) - (text.startsWith("<") ? 1e-9 : 0);
    return text;
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), document.documentElement.lang, { numeric: true });
  }
  function sort(table, head, column) {
    const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).map((row) => [value(row, column), row]);
    rows.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : turn * compare(a, b)));
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
    body.append(...rows.map(([, row]) => row));
  }
  for (const table of document.querySelectorAll(".sortable table")) {
    const heads = Array.from(table.tHead.rows[table.tHead.rows.length - 1].cells);
    heads.forEach(function (head, column) {
      head.tabIndex = 0;
      head.addEventListener("click", () => sort(table, head, column));
      head.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        sort(table, head, column);
      });
    });
  }
})();
