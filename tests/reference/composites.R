# Makes composites.json: lavaan's results for models with composites, on the answers of
# instruments/corporate-reputation.csv.  Run in this folder:  Rscript composites.R
# lavaan 0.6-14 has no composites, but the arrows that they stand for (sme_sem/sem/composites.py) it can be told:
# the first item without residual, led to by the composite and, with the weights' opposites, by the other items.
# The optimum is polished by Fisher scoring.
suppressPackageStartupMessages(library(lavaan))

made <- function(name, items) {
  others <- items[-1]
  pairs <- if (length(others) > 1) combn(others, 2, function(p) paste(p, collapse = " ~~ ")) else character()
  paste(c(
    paste(name, "=~ 1 *", items[1], paste("+", others, collapse = " ")),
    paste(items[1], "~~ 0 *", items[1]),
    paste(items[1], "~", paste0(others, collapse = " + ")),
    pairs
  ), collapse = "\n")
}
numbered <- function(name, k) paste0(name, "_", seq_len(k))

answers <- read.csv("../../instruments/corporate-reputation.csv", na.strings = "-99")
reputation <- "
  COMP =~ comp_1 + comp_2 + comp_3
  LIKE =~ like_1 + like_2 + like_3
"
attractive <- made("ATTR", numbered("attr", 3))
drivers <- paste(c(reputation, "CUSL =~ cusl_1 + cusl_2 + cusl_3",
  made("QUAL", numbered("qual", 8)), made("PERF", numbered("perf", 5)), made("CSOR", numbered("csor", 5)), attractive,
  "COMP ~ QUAL + PERF + CSOR + ATTR\n LIKE ~ QUAL + PERF + CSOR + ATTR\n cusa ~ COMP + LIKE\n CUSL ~ cusa + COMP + LIKE"),
  collapse = "\n")
small <- paste(reputation, attractive, "LIKE ~ ATTR + COMP", sep = "\n")
affected <- paste(reputation, attractive, "ATTR ~ COMP\n LIKE ~ ATTR", sep = "\n")
overall <- paste(reputation, "CUSL =~ cusl_1 + cusl_2 + cusl_3",
  "REP =~ 1*LIKE + COMP\n LIKE ~~ 0*LIKE\n LIKE ~ COMP\n CUSL ~ REP\n cusa ~ REP", sep = "\n")

cases <- list(
  drivers = list(model = drivers),
  robust = list(model = small, estimator = "MLR"),
  gaps = list(model = small, missing = "fiml"),
  affected = list(model = affected),
  least_squares = list(model = affected, estimator = "GLS"),
  overall = list(model = overall),
  groups = list(model = small, group = "servicetype", group.label = c("1", "2")),
  equal_weights = list(model = small, group = "servicetype", group.label = c("1", "2"), group.equal = "regressions")
)

result <- lapply(cases, function(case) {
  first <- do.call("sem", c(case, list(data = answers)))
  stopifnot(lavInspect(first, "converged"))
  sink(nullfile())  # Fisher scoring shows residual variances
  fit <- suppressWarnings(do.call("sem", c(case, list(data = answers, start = first, optim.method = "GN",
    optim.gn.tol.x = 1e-12, optim.gn.iter.max = 500L, optim.force.converged = TRUE))))
  sink()
  table <- parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE)
  own <- standardizedSolution(fit)
  if (is.null(table$group)) table$group <- 1
  measures <- fitMeasures(fit)
  wanted <- intersect(c("npar", "chisq", "df", "chisq.scaled", "cfi", "tli", "rmsea", "srmr", "logl", "cfi.robust",
    "rmsea.robust"), names(measures))
  options <- case[names(case) != "model"]
  list(
    options = options[names(options) != "group.label"],
    gradient = max(abs(lavInspect(fit, "gradient"))),
    columns = c("lhs", "op", "rhs", "group", "est", "se", "std.all", "se.std"),
    parameters = unname(Map(list, table$lhs, table$op, table$rhs, table$group, table$est, table$se, table$std.all, own$se)),
    measures = as.list(measures[wanted])
  )
})
reference <- list(
  provenance = paste("lavaan", packageVersion("lavaan"), "sem(), composites written as arrows; made by composites.R"),
  cases = result
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, na = "null"), "composites.json")
for (name in names(result)) cat(name, result[[name]]$gradient, "\n")
