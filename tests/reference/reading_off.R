# Makes reading_off.json: factor scores, residuals in units of their standard errors, score tests of equalities and tests
# of the model by several statistics, by lavaan, for the pupils of hs.csv and hs_miss.csv.  Run in this folder:
#   Rscript reading_off.R
# Optima are continued by Fisher scoring until lavaan's own stopping rule is no longer what differs.
suppressPackageStartupMessages(library(lavaan))

whole <- read.csv("hs.csv"); gaps <- read.csv("hs_miss.csv")
three <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n speed =~ x7 + x8 + x9"
models <- list(
  three = three,
  second_order = paste(three, "\n g =~ visual + textual + speed"),
  paths = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n textual ~ visual + x7\n x9 ~ textual + x7",
  covariates = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n visual ~ x7 + x9\n textual ~ visual + x8",
  equal = "visual =~ x1 + a*x2 + a*x3\n textual =~ x4 + b*x5 + c*x6\n speed =~ x7 + x8 + x9\n x1 ~~ e*x1\n x2 ~~ e*x2\n x3 ~~ e*x3\n b == c + 0.1"
)
polished <- function(model, data, ...) {
  arguments <- list(model = models[[model]], data = data, ...)
  first <- do.call("sem", arguments)
  again <- c(arguments, list(start = first, optim.method = "GN", optim.gn.tol.x = 1e-13, optim.gn.iter.max = 500L,
    optim.force.converged = TRUE))
  fit <- try(suppressWarnings(do.call("sem", again)), silent = TRUE)
  # this optimizer takes fixed.x = FALSE upon itself, which changes the residuals' errors: then the first fit stands
  if (inherits(fit, "try-error") || fitMeasures(fit, "npar") != fitMeasures(first, "npar") || !isTRUE(unname(fitMeasures(fit, "chisq") <= fitMeasures(first, "chisq") + 1e-6))) first else fit
}
rows <- c(1, 2, 3, 5, 40, 157, 300)
scores <- function(fit, method) {
  found <- lavPredict(fit, method = method, se = "standard", assemble = FALSE)
  error <- attr(found, "se"); if (!is.list(found)) found <- list(found)
  lapply(seq_along(found), function(g) {
    own <- rows[rows <= nrow(found[[g]])]
    e <- error[[g]]; if (nrow(e) == 1) e <- e[rep(1, nrow(found[[g]])), , drop = FALSE]
    list(case = lavInspect(fit, "case.idx", drop.list.single.group = FALSE)[[g]][own], columns = colnames(found[[g]]),
      scores = unname(unclass(found[[g]])[own, , drop = FALSE]), errors = unname(e[own, , drop = FALSE]))
  })
}
residuals_of <- function(fit) {
  by_type <- lapply(c(normalized = "normalized", standardized = "standardized"), function(type) {
    found <- residuals(fit, type = type); if (!is.null(found$cov)) found <- list(found)
    lapply(found, function(own) unclass(own$cov))
  })
  c(list(names = lavNames(fit, "ov")), by_type)
}
tested <- function(fit) {
  found <- suppressWarnings(lavTestScore(fit))
  list(total = unclass(found$test)[c("X2", "df")], univariate = found$uni$X2)
}
of_model <- function(fit) {
  names <- c("standard", "satorra.bentler", "mean.var.adjusted", "scaled.shifted", "yuan.bentler", "yuan.bentler.mplus",
    "browne.residual.nt", "browne.residual.adf")
  least_squares <- lavInspect(fit, "options")$estimator != "ML"
  if (least_squares) names <- setdiff(names, c("yuan.bentler", "yuan.bentler.mplus"))
  if (lavInspect(fit, "options")$estimator == "ULS") names <- setdiff(names, "standard")
  if (lavInspect(fit, "options")$missing == "ml") names <- c("standard", "yuan.bentler.mplus")
  lapply(setNames(names, names), function(name) {
    found <- lavTest(fit, test = name, output = "list")
    if (is.null(found$stat)) found <- found[[length(found)]]
    found[intersect(c("stat", "df", "scaling.factor", "shift.parameter"), names(found))]
  })
}
cases <- list(
  list(id = "whole", model = "three", data = "hs.csv", options = list(), what = c("scores", "residuals", "model_tests")),
  list(id = "means", model = "three", data = "hs.csv", options = list(meanstructure = TRUE), what = c("scores", "residuals")),
  list(id = "mlm", model = "three", data = "hs.csv", options = list(estimator = "MLM"), what = c("residuals", "model_tests")),
  list(id = "mlr", model = "three", data = "hs.csv", options = list(estimator = "MLR"), what = "residuals"),
  list(id = "wishart", model = "three", data = "hs.csv", options = list(likelihood = "wishart"), what = c("scores", "residuals")),
  list(id = "schools", model = "three", data = "hs.csv",
    options = list(group = "school", group.equal = c("loadings", "intercepts")), what = c("scores", "residuals", "tests", "model_tests")),
  list(id = "gls", model = "three", data = "hs.csv", options = list(estimator = "GLS"), what = "model_tests"),
  list(id = "uls", model = "three", data = "hs.csv", options = list(estimator = "ULS"), what = "model_tests"),
  list(id = "gaps", model = "three", data = "hs_miss.csv", options = list(missing = "fiml"), what = c("scores", "residuals")),
  list(id = "gaps_mlr", model = "three", data = "hs_miss.csv", options = list(missing = "fiml", estimator = "MLR"), what = c("residuals", "model_tests")),
  list(id = "second_order", model = "second_order", data = "hs.csv", options = list(), what = "scores"),
  list(id = "paths", model = "paths", data = "hs.csv", options = list(), what = "scores"),
  list(id = "covariates", model = "covariates", data = "hs.csv", options = list(), what = c("scores", "residuals")),
  list(id = "equal", model = "equal", data = "hs.csv", options = list(), what = "tests")
)
found <- lapply(cases, function(case) {
  fit <- do.call(polished, c(list(case$model, if (case$data == "hs.csv") whole else gaps), case$options))
  out <- list(model = models[[case$model]], data = case$data, options = case$options)
  if ("scores" %in% case$what) out$scores <- list(regression = scores(fit, "regression"), bartlett = scores(fit, "Bartlett"))
  if ("residuals" %in% case$what) out$residuals <- residuals_of(fit)
  if ("tests" %in% case$what) out$tests <- tested(fit)
  if ("model_tests" %in% case$what) out$model_tests <- of_model(fit)
  out
})
names(found) <- vapply(cases, function(case) case$id, "")
reference <- list(
  provenance = "lavaan: lavPredict(), residuals(), lavTestScore(), lavTest() on hs.csv and hs_miss.csv; made by reading_off.R",
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  cases = found
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, na = "null"), "reading_off.json")
