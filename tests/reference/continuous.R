# Makes continuous.json: what lavaan gives for continuous answers of the pupils of hs.csv where parameters are bounded, or
# where the model names products.
# Run in this folder:
#   Rscript continuous.R
# Estimates stand where the optimizer ends, which cannot be polished where bounds hold.
suppressPackageStartupMessages(library(lavaan))

pupils <- read.csv("hs.csv")
three <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6"
bounded <- "visual =~ x1 + lower(0.8)*x2 + upper(0.6)*x3\n textual =~ x4 + x5 + x6\n visual ~~ lower(0.5)*textual"
by_group <- "visual =~ x1 + lower(c(0.8, -Inf))*x2 + x3\n textual =~ x4 + x5 + x6\n x3 ~~ upper(c(Inf, 0.4))*x3"
told <- function(fit) {
  e <- parTable(fit); e <- e[e$op != ":=", ]
  list(
    estimates = Map(function(l, o, r, g, x, s) list(l, o, r, g, x, if (s > 0) s else NA), e$lhs, e$op, e$rhs, e$group, e$est, e$se),
    measures = as.list(fitMeasures(fit, c("npar", "chisq", "df", "cfi", "rmsea", "srmr", "logl")))
  )
}
fitted <- function(...) suppressWarnings(sem(...))
case <- function(model, ..., rows = nrow(pupils)) {
  found <- told(fitted(model, data = pupils[seq_len(rows), ], ...))
  found$estimates <- unname(found$estimates)
  c(list(model = model, rows = rows, options = list(...)), found)
}
cases <- list(
  bounded = case(bounded),
  slack = case("visual =~ x1 + lower(0)*x2 + lower(-5)*x3 + upper(5)*x3\n textual =~ x4 + x5 + x6"),
  by_group = case(by_group, group = "school"),
  heywood = case(three, rows = 60, bounds = "pos.var"),
  heywood_observed = case(three, rows = 60, bounds = "pos.ov.var")
)
products <- list(
  regression = case("x9 ~ x1 + x4 + x1:x4"),
  construct = case("textual =~ x4 + x5 + x6\n textual ~ x1 + x7 + x1:x7\n x9 ~ textual", estimator = "MLR"),
  random_x = case("x9 ~ x1 + x4 + x1:x4\n x8 ~ x9", fixed.x = FALSE)
)
reference <- list(
  provenance = "lavaan: sem() on hs.csv (its first rows); made by continuous.R",
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  bounds = cases,
  products = products
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, na = "null"), "continuous.json")
