# Makes employees.csv, answers of employees in firms drawn here, and two_level.json, lavaan's results for them.
# Run in this folder:  Rscript two_level.R
# Moments of covariates are estimated (fixed.x = FALSE), or given where they stand at one level only: at both, lavaan
# 0.6-14 fixes them at values that are not the answers' (a saturated model then has a chi-square of 29).  lavaan ends the search for its unrestricted model early, so
# that chi-squares are known to about one thousandth.
suppressPackageStartupMessages(library(lavaan))

set.seed(7)
sizes <- rep(c(1, 2, 3, 4, 5, 6, 8, 11), length.out = 96)
J <- length(sizes)
N <- sum(sizes)
firm <- rep(seq_len(J), sizes)
culture <- rnorm(J, 0, .6)
size <- rnorm(J, 1, 1)
renewal <- .5 * culture + .3 * size + rnorm(J, 0, .4)
tenure <- rnorm(N, 2, 1)
climate <- rnorm(N)
ideas <- .4 * climate + .3 * tenure + rnorm(N, 0, .8)
item <- function(loading, own, shared, mean) {
  round(mean + loading * (own + shared[firm]) + rnorm(J, 0, .3)[firm] + rnorm(N, 0, .7), 2)
}
C <- sapply(c(1, .8, .9, .7), item, climate, culture, 3)
I <- sapply(c(1, .9, .8), item, ideas, renewal, 2)
colnames(C) <- paste0("c", 1:4)
colnames(I) <- paste0("i", 1:3)
answers <- data.frame(firm = firm, C, I, tenure = round(tenure, 2), size = round(size, 2)[firm])
write.csv(answers, "employees.csv", row.names = FALSE)
answers <- read.csv("employees.csv")

measured <- list(
  within = "cw =~ c1 + c2 + c3 + c4\n iw =~ i1 + i2 + i3\n",
  between = "cb =~ c1 + c2 + c3 + c4\n ib =~ i1 + i2 + i3\n"
)
two <- function(within, between) paste("level: 1\n", within, "\nlevel: 2\n", between)
cases <- list(
  factor = list(model = two("cw =~ c1 + c2 + c3 + c4", "cb =~ c1 + c2 + c3 + c4")),
  paths = list(model = two(paste(measured$within, "iw ~ cw + tenure"), paste(measured$between, "ib ~ cb + size"))),
  equal = list(model = two(
    "cw =~ c1 + a2*c2 + a3*c3 + a4*c4\n iw =~ i1 + i2 + i3\n iw ~ b1*cw",
    "cb =~ c1 + a2*c2 + a3*c3 + a4*c4\n ib =~ i1 + i2 + i3\n ib ~ b2*cb\n contextual := b2 - b1"
  )),
  given = list(model = two(paste(measured$within, "iw ~ cw + tenure"), paste(measured$between, "ib ~ cb + size")),
    fixed.x = TRUE),
  observed = list(model = two("i1 ~ c1 + tenure", "i1 ~ c1 + size")),
  unit_variances = list(model = two(measured$within, measured$between), std.lv = TRUE),
  robust = list(model = two(paste(measured$within, "iw ~ cw"), paste(measured$between, "ib ~ cb + size")),
    estimator = "MLR")
)

result <- lapply(cases, function(case) {
  case <- modifyList(list(fixed.x = FALSE), case)
  fit <- do.call("sem", c(case, list(data = answers, cluster = "firm")))
  stopifnot(lavInspect(fit, "converged"))
  table <- parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE)
  own <- standardizedSolution(fit)
  measures <- fitMeasures(fit)
  wanted <- intersect(c("npar", "chisq", "df", "chisq.scaled", "baseline.chisq", "baseline.df", "cfi", "tli", "rmsea",
    "rmsea.ci.upper", "logl", "unrestricted.logl", "aic", "bic", "srmr_within", "srmr_between"), names(measures))
  list(
    options = case,
    gradient = max(abs(lavInspect(fit, "gradient"))),
    columns = c("lhs", "op", "rhs", "level", "est", "se", "std.all", "se.std"),
    parameters = unname(Map(list, table$lhs, table$op, table$rhs, table$level, table$est, table$se, table$std.all, own$se)),
    measures = as.list(measures[wanted]),
    icc = as.list(lavInspect(fit, "icc"))
  )
})
reference <- list(
  provenance = paste("lavaan", packageVersion("lavaan"), "sem() of two levels; made by two_level.R"),
  cases = result
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, na = "null"), "two_level.json")
for (name in names(result)) cat(name, result[[name]]$gradient, "\n")
