# Makes group_blocks.json: what lavaan gives for the pupils of hs.csv where each school has a model of its own.
# Run in this folder:
#   Rscript group_blocks.R
# lavaan takes the blocks in the order of the groups, whatever their names, and leaves out what stands before the first.
suppressPackageStartupMessages(library(lavaan))

pupils <- read.csv("hs.csv")
two <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n"
models <- list(
  residuals = paste0("group: 1\n", two, "group: 2\n", two, "x1 ~~ x4\n x2 ~~ x3\n"),
  constructs = paste0("group: 1\n general =~ x1 + x2 + x3 + x4 + x5 + x6\n x3 ~~ x4\n", "group: 2\n", two),
  labels = paste0("group: 1\n visual =~ x1 + a*x2 + x3\n textual =~ x4 + x5 + b*x6\n", "group: 2\n",
    "visual =~ x1 + a*x2 + 0.8*x3\n textual =~ x4 + x5 + d*x6\n sum := a + b + d\n"),
  paths = paste0("group: 1\n", two, "textual ~ visual + 0*x9\n x7 ~ textual + x9\n",
    "group: 2\n", two, "visual ~ textual\n visual ~ x9\n x7 ~ visual\n"),
  bounded = paste0("group: 1\n", two, "group: 2\n visual =~ x1 + lower(0.9)*x2 + x3\n textual =~ x4 + x5 + x6\n")
)
options_of <- list(labels = list(estimator = "MLR"), paths = list(missing = "fiml"))
case <- function(name) {
  fit <- do.call("sem", c(list(models[[name]], data = pupils, group = "school"), options_of[[name]]))
  e <- parTable(fit); e <- e[!e$op %in% c(":=", "=="), ]
  list(
    model = models[[name]],
    options = options_of[[name]],
    estimates = unname(Map(function(l, o, r, g, x, s) list(l, o, r, g, x, if (s > 0) s else NA),
      e$lhs, e$op, e$rhs, e$group, e$est, e$se)),
    measures = as.list(fitMeasures(fit, c("chisq", "df", "cfi", "rmsea", "srmr", "logl")))
  )
}
out <- list(
  provenance = "lavaan: sem() on hs.csv; made by group_blocks.R",
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), lavaan = as.character(packageVersion("lavaan"))),
  cases = sapply(names(models), case, simplify = FALSE)
)
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, null = "null", na = "null"), "group_blocks.json")
