# Numbers of tests/reference/exchange.json: each script that write_syntax left, sourced by lavaan.
for (script in list.files(pattern = "[.]R$")) {
  here <- new.env()
  capture.output(source(script, local = here))
  rows <- lavaan::parTable(here$fit)
  free <- rows$free > 0
  cat(script, lavaan::fitMeasures(here$fit, c("chisq", "df")), sum(rows$est[free]), sum(rows$se[free]), "\n")
}
