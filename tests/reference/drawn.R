# The calls behind drawn.json: gaps in two stages, by pairs or with the expected information, clusters, sampling weights, and covariates that were
# given and not drawn (R 4.2.2, lavaan 0.6-14).
# Run in this folder: Rscript drawn.R
suppressMessages(library(lavaan))
row <- seq_len(301)
prepared <- function(file) {
  data <- read.csv(file)
  data$w <- 0.4 + ((row * 7) %% 11) / 5
  data$class <- (row - 1) %/% 6
  data
}
answers <- list(hs.csv = prepared("hs.csv"), hs_miss.csv = prepared("hs_miss.csv"))
model <- c("visual =~ x1 + x2 + x3", "textual =~ x4 + x5 + x6", "speed =~ x7 + x8 + x9")
covariate <- c("visual =~ x1 + x2 + x3", "textual =~ x4 + x5 + x6", "visual ~ x9", "textual ~ visual + x9")
given <- c("visual =~ x1 + x2 + x3", "textual =~ x4 + x5 + x6", "visual ~ x8 + x9", "textual ~ visual + x9")
equal <- c("loadings", "intercepts")
cases <- list(
  two_stage = list("hs_miss.csv", model, missing = "two.stage"),
  robust_two_stage = list("hs_miss.csv", model, missing = "robust.two.stage"),
  robust_two_stage_groups = list("hs_miss.csv", model, missing = "robust.two.stage", group = "school", group.equal = equal),
  two_stage_covariate = list("hs_miss.csv", covariate, missing = "two.stage", fixed.x = FALSE),
  robust_two_stage_clusters = list("hs_miss.csv", model, missing = "robust.two.stage", cluster = "class"),
  pairwise = list("hs_miss.csv", model, missing = "pairwise"),
  pairwise_groups = list("hs_miss.csv", model, missing = "pairwise", group = "school", group.equal = equal),
  fiml_expected = list("hs_miss.csv", model, missing = "fiml", information = "expected"),
  fiml_expected_mlr = list("hs_miss.csv", model, missing = "fiml", estimator = "MLR", information = "expected"),
  clusters = list("hs.csv", model, cluster = "class", estimator = "MLR"),
  clusters_groups = list("hs.csv", model, cluster = "class", estimator = "MLR", group = "school", group.equal = equal),
  clusters_covariate = list("hs.csv", covariate, cluster = "class", estimator = "MLR"),
  clusters_mlm = list("hs.csv", model, cluster = "class", estimator = "MLM"),
  clusters_fiml = list("hs_miss.csv", model, cluster = "class", estimator = "MLR", missing = "fiml"),
  clusters_fiml_groups = list("hs_miss.csv", model, cluster = "class", estimator = "MLR", missing = "fiml", group = "school",
    group.equal = equal),
  weights = list("hs.csv", model, sampling.weights = "w"),
  weights_groups = list("hs.csv", model, sampling.weights = "w", group = "school", group.equal = equal),
  weights_covariate = list("hs.csv", covariate, sampling.weights = "w"),
  weights_fiml = list("hs_miss.csv", model, sampling.weights = "w", missing = "fiml"),
  weights_fiml_groups = list("hs_miss.csv", model, sampling.weights = "w", missing = "fiml", group = "school",
    group.equal = equal),
  weights_clusters = list("hs.csv", model, sampling.weights = "w", cluster = "class", estimator = "MLR"),
  given_mlm = list("hs.csv", given, estimator = "MLM"),
  given_mlmv = list("hs.csv", given, estimator = "MLMV", meanstructure = TRUE),
  given_mlmvs_groups = list("hs.csv", given, estimator = "MLMVS", group = "school", group.equal = equal),
  given_clusters_mlm = list("hs.csv", given, cluster = "class", estimator = "MLM"),
  given_path_mlm = list("hs.csv", c("x1 ~ x2 + x3", "x2 ~ x8 + x9", "x3 ~ x9"), estimator = "MLM")
)
kept <- c("npar", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "logl", "aic",
  "bic", "baseline.chisq", "chisq.scaled", "pvalue.scaled", "chisq.scaling.factor", "rmsea.scaled", "rmsea.robust",
  "baseline.chisq.scaling.factor", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust", "rmsea.ci.upper.scaled",
  "rmsea.ci.upper.robust", "gfi", "agfi")
# 0.6-14 takes the independence model's correction from answers with gaps as if they were complete; 0.7 does not
of_baseline <- c("baseline.chisq.scaling.factor", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust")
`%||%` <- function(a, b) if (is.null(a)) b else a
one <- function(case) {
  file <- case[[1]]
  fit <- suppressWarnings(do.call("sem", c(list(model = case[[2]], data = answers[[file]], em.h1.tol = 1e-13,
    em.h1.iter.max = 20000L, control = list(rel.tol = 1e-15), optim.force.converged = TRUE), case[-(1:2)])))
  estimates <- parameterEstimates(fit, remove.nonfree = FALSE)
  estimates <- estimates[estimates$op %in% c("=~", "~", "~~", "~1"), ]
  standardized <- standardizedSolution(fit)
  standardized <- standardized[standardized$op %in% c("=~", "~", "~~", "~1"), ]
  labels <- lavInspect(fit, "group.label")
  group <- if (length(labels)) labels[estimates$group] else rep("", nrow(estimates))
  blank <- function(x) ifelse(is.na(x) | x == 0, NA, x)
  parameters <- lapply(seq_len(nrow(estimates)), function(i) list(estimates$lhs[i], estimates$op[i], estimates$rhs[i],
    group[i], estimates$est[i], blank(estimates$se[i]), standardized$est.std[i], blank(standardized$se[i])))
  measures <- fitMeasures(fit)
  names_kept <- intersect(kept, names(measures))
  if (grepl("stage", as.character(case[["missing"]] %||% ""))) names_kept <- setdiff(names_kept, of_baseline)
  if ("sampling.weights" %in% names(case) && "missing" %in% names(case) && "group" %in% names(case))
    names_kept <- grep("robust", names_kept, value = TRUE, invert = TRUE) # it cuts sums of weights to integers there
  measures <- as.list(unclass(measures)[names_kept])
  list(data = file, model = I(case[[2]]), options = case[-(1:2)],
    parameters = parameters, measures = measures)
}
result <- list(provenance = "R 4.2.2, lavaan 0.6-14; see drawn.R", cases = lapply(cases, one))
writeLines(jsonlite::toJSON(result, auto_unbox = TRUE, digits = NA, na = "null", null = "null"), "drawn.json")
