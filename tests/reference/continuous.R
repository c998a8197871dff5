# Makes continuous.json: what lavaan gives for continuous answers of the pupils of hs.csv where parameters are bounded,
# where the model names products, of covariance matrices by group, in Browne's residual tests,
# and rotations of Crawford and Ferguson's family.
# Run in this folder:
#   Rscript continuous.R
# Estimates stand where the optimizer ends.
suppressPackageStartupMessages(library(lavaan))

pupils <- read.csv("hs.csv")
three <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6"
bounded <- "visual =~ x1 + lower(0.8)*x2 + upper(0.6)*x3\n textual =~ x4 + x5 + x6\n visual ~~ lower(0.5)*textual"
by_group <- "visual =~ x1 + lower(c(0.8, -Inf))*x2 + x3\n textual =~ x4 + x5 + x6\n x3 ~~ upper(c(Inf, 0.4))*x3"
told <- function(fit) {
  e <- parTable(fit); e <- e[!e$op %in% c(":=", "=="), ]
  list(
    estimates = Map(function(l, o, r, g, x, s) list(l, o, r, g, x, if (s > 0) s else NA), e$lhs, e$op, e$rhs, e$group, e$est, e$se),
    measures = as.list(fitMeasures(fit, c("npar", "chisq", "df", "cfi", "rmsea", "srmr", "logl"))),
    scaled = if (fit@Options$estimator == "ML" && length(fit@test) > 1) fit@test[[2]]$stat else NA
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
  heywood_observed = case(three, rows = 60, bounds = "pos.ov.var"),
  standard = case(three, rows = 21, bounds = "standard"),
  wide = case(three, rows = 21, bounds = "wide"),
  standard_without_markers = case(three, rows = 26, bounds = "standard", std.lv = TRUE)
)
products <- list(
  regression = case("x9 ~ x1 + x4 + x1:x4"),
  construct = case("textual =~ x4 + x5 + x6\n textual ~ x1 + x7 + x1:x7\n x9 ~ textual", estimator = "MLR"),
  random_x = case("x9 ~ x1 + x4 + x1:x4\n x8 ~ x9", fixed.x = FALSE)
)
split_up <- split(pupils[, paste0("x", 1:9)], factor(pupils$school, unique(pupils$school)))
covariances <- lapply(split_up, cov); counts <- lapply(split_up, nrow); means <- lapply(split_up, colMeans)
summary_case <- function(model, ...) {
  found <- told(sem(model, sample.cov = covariances, sample.nobs = counts, ...))
  found$estimates <- unname(found$estimates)
  c(list(model = model, options = list(...)[setdiff(names(list(...)), "sample.mean")], means = "sample.mean" %in% names(list(...))), found)
}
groups <- list(
  covariances = summary_case(three),
  equal_loadings = summary_case(three, group.equal = "loadings"),
  with_means = summary_case(three, sample.mean = means, group.equal = c("loadings", "intercepts"))
)
without_means <- list(
  mlm = case(three, group = "school", meanstructure = FALSE, estimator = "MLM"),
  mlr = case(three, group = "school", meanstructure = FALSE, estimator = "MLR")
)
paths <- paste(three, "\n x9 ~ visual + textual")
given <- paste(three, "\n textual ~ x9 + x7")
residual_case <- function(model, test, ...) {
  own <- sem(model, data = pupils, test = test, ...)@test[[2]]
  list(model = model, options = c(list(test = test), list(...)), chisq = own$stat, df = own$df)
}
of_both <- function(...) list(residual_case(..., test = "browne.residual.adf"), residual_case(..., test = "browne.residual.nt"))
residual_tests <- c(
  of_both(paths), of_both(paths, meanstructure = TRUE), of_both(paths, group = "school"),
  of_both(paths, group = "school", group.equal = "loadings"), of_both(given),
  of_both(paths, estimator = "GLS")
)
explored <- 'efa("f")*f1 + efa("f")*f2 + efa("f")*f3 =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9'
# lavaan 0.6-14 takes the weight of columns from orthomax.gamma, not from cf.gamma
rotations <- lapply(list(equamax = 3 / 18, parsimax = 2 / 10), function(columns) {
  fit <- sem(explored, data = pupils, rotation = "cf", rotation.args = list(orthogonal = TRUE, orthomax.gamma = columns,
    rstarts = 100L, algorithm = "gpa", tol = 1e-10))
  e <- parTable(fit); e <- e[e$op == "=~", ]
  list(loadings = unname(split(e$est, factor(e$rhs, unique(e$rhs)))), errors = unname(split(e$se, factor(e$rhs, unique(e$rhs)))))
})
reference <- list(
  provenance = "lavaan: sem() on hs.csv (its first rows); made by continuous.R",
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  bounds = cases,
  products = products,
  groups = groups,
  rotations = rotations,
  residual_tests = residual_tests,
  without_means = without_means
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, na = "null"), "continuous.json")
