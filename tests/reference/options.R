# Makes options.json: what lavaan gives for the pupils of hs.csv and hs_miss.csv by options that are asked for seldom.
# Run in this folder:
#   Rscript options.R
suppressPackageStartupMessages(library(lavaan))

complete <- read.csv("hs.csv"); gaps <- read.csv("hs_miss.csv")
three <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n speed =~ x7 + x8 + x9\n"
paths <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n speed =~ x7 + x8\n speed ~ visual + textual\n x9 ~ visual + textual\n"
both <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n textual ~ x9\n visual ~ x9\n"
given <- "visual =~ x1 + x2 + x3\n visual ~ x7 + x8\n x9 ~ visual\n"
cases <- list(
  orthogonal_x = list(model = paths, options = list(orthogonal.x = TRUE)),
  orthogonal_y = list(model = both, options = list(orthogonal.y = TRUE)),
  orthogonal_y_of_constructs_only = list(model = paths, options = list(orthogonal.y = TRUE)),
  standardized = list(model = three, options = list(std.ov = TRUE)),
  standardized_wishart = list(model = three, options = list(std.ov = TRUE, likelihood = "wishart")),
  standardized_groups = list(model = three, options = list(std.ov = TRUE, group = "school")),
  standardized_equal = list(model = three, options = list(std.ov = TRUE, group = "school", group.equal = "loadings")),
  standardized_but_covariates = list(model = given, options = list(std.ov = TRUE)),
  standardized_with_covariates = list(model = given, options = list(std.ov = TRUE, fixed.x = FALSE)),
  standardized_gls = list(model = given, options = list(std.ov = TRUE, estimator = "GLS")),
  standardized_mlr = list(model = three, options = list(std.ov = TRUE, estimator = "MLR")),
  standardized_fiml = list(model = three, options = list(std.ov = TRUE, missing = "fiml"), gaps = TRUE),
  without_items = list(model = paste("visual =~ x1 + x2 + x3\n speed =~ x7 + x8 + x9\n P =~ 0\n P ~ 1*x4 + x5 + x6\n",
    "P ~~ 0*P\n visual ~ P\n speed ~ P"), options = list()),
  without_items_between = list(model = paste(three, "P =~ 0\n P ~ visual\n P ~~ 0*P\n speed ~ textual + 1*P"),
    options = list(estimator = "MLR")),
  yuan_bentler = list(model = three, options = list(test = "yuan.bentler")),
  yuan_bentler_observed = list(model = three, options = list(test = "yuan.bentler", information = "observed")),
  yuan_bentler_groups = list(model = three, options = list(test = "yuan.bentler", group = "school",
    group.equal = c("loadings", "intercepts"))),
  yuan_bentler_covariates = list(model = given, options = list(test = "yuan.bentler", information = "observed")),
  yuan_bentler_equal = list(model = sub("x2", "a*x2", sub("x5", "a*x5", three)), options = list(test = "yuan.bentler")),
  yuan_bentler_fiml = list(model = three, options = list(test = "yuan.bentler", missing = "fiml"), gaps = TRUE)
)
told <- function(case) {
  data <- if (isTRUE(case$gaps)) gaps else complete
  exactly <- if (isTRUE(case$gaps)) list(em.h1.tol = 1e-11, em.h1.iter.max = 5000L)
  fit <- suppressWarnings(do.call("sem", c(list(case$model, data = data), case$options, exactly)))
  e <- parTable(fit); e <- e[!e$op %in% c(":=", "==") & !(e$op == "=~" & e$lhs == e$rhs), ]
  case$estimates <- unname(Map(function(l, o, r, g, x, s) list(l, o, r, g, x, if (s > 0) s else NA),
    e$lhs, e$op, e$rhs, e$group, e$est, e$se))
  wanted <- c("chisq", "df", "npar", "cfi", "rmsea")
  if (length(fit@test) > 1) {
    wanted <- c(wanted, "chisq.scaled", "chisq.scaling.factor", "baseline.chisq.scaled", "cfi.robust", "rmsea.robust")
  }
  # with given covariates and std.ov lavaan's baseline, and so its CFI, is not that of columns standardized beforehand
  if (isTRUE(case$options$std.ov) && grepl("~ x7", case$model)) wanted <- setdiff(wanted, "cfi")
  case$measures <- as.list(fitMeasures(fit, wanted))
  case
}
block <- 'efa("f")*f1 + efa("f")*f2 + efa("f")*f3 =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9'
# A general factor stays first; group factors stand in the order of the items they load on most.
rotated <- function(rotation, ..., general = FALSE, starts = 30L, tol = 1e-6) {
  own <- list(...)
  fit <- sem(block, data = complete, rotation = rotation, rotation.args =
    c(own, list(rstarts = starts, gpa.tol = tol, order.lv.by = if (general) "none" else "index")))
  est <- lavInspect(fit, "est")
  place <- if (general) c(1, 1 + order(apply(abs(est$lambda[, -1]), 2, which.max))) else 1:3
  list(rotation = rotation, args = own, loadings = unname(asplit(unname(est$lambda[, place]), 1)),
    correlations = unname(asplit(unname(est$psi[place, place]), 1)),
    errors = if (isTRUE(own$orthogonal)) unname(asplit(unname(lavInspect(fit, "se")$lambda[, place]), 1)))
}
set.seed(1)
rotations <- list(
  geomin_epsilon = rotated("geomin", geomin.epsilon = 0.01),
  geomin_orthogonal = rotated("geomin", orthogonal = TRUE),
  geomin_kaiser = rotated("geomin", row.weights = "kaiser"),
  oblimin_gamma = rotated("oblimin", oblimin.gamma = -0.5),
  varimax_plain = rotated("varimax", row.weights = "none", orthogonal = TRUE),
  cf_varimax = rotated("cf-varimax"),
  cf_parsimax = rotated("cf-parsimax"),
  cf_facparsim = rotated("cf-facparsim"),
  infomax = rotated("infomax"),
  infomax_orthogonal = rotated("infomax", orthogonal = TRUE),
  bentler = rotated("bentler", starts = 0L, tol = 1e-8),
  bentler_orthogonal = rotated("bentler", orthogonal = TRUE, starts = 0L, tol = 1e-8),
  entropy = rotated("entropy", orthogonal = TRUE),
  mccammon = rotated("mccammon", orthogonal = TRUE),
  tandem1 = rotated("tandem1", orthogonal = TRUE),
  tandem2 = rotated("tandem2", orthogonal = TRUE),
  bigeomin = rotated("bigeomin", orthogonal = TRUE, general = TRUE),
  bigeomin_epsilon = rotated("bigeomin", orthogonal = TRUE, geomin.epsilon = 0.01, general = TRUE)
)
# Promax as lavaan has it, but from a varimax that is run until it stands still; order and signs are lavaan's.
promax_of <- function(kappa, normalize) {
  own <- sem(block, data = complete, rotation = "promax",
    rotation.args = list(promax.kappa = kappa, row.weights = if (normalize) "kaiser" else "none"))
  deviations <- sqrt(diag(fitted(own)$cov))
  plain <- sem(block, data = complete, rotation = "varimax")
  V <- varimax(lavInspect(plain, "est")$lambda / deviations, normalize = normalize, eps = 1e-15)$loadings
  U <- lm.fit(V, V * abs(V)^(kappa - 1))$coefficients
  U <- U %*% diag(sqrt(diag(solve(crossprod(U)))))
  L <- deviations * (V %*% U); given <- lavInspect(own, "est")$lambda
  place <- apply(abs(crossprod(given, L)), 1, which.max)
  sign <- sign(diag(crossprod(given, L[, place])))
  stopifnot(max(abs(L[, place] %*% diag(sign) - given)) < 1e-3)
  list(rotation = "promax", args = list(promax.kappa = kappa, row.weights = if (normalize) "kaiser" else "none"),
    loadings = unname(asplit(L[, place] %*% diag(sign), 1)),
    correlations = unname(asplit(diag(sign) %*% solve(crossprod(U))[place, place] %*% diag(sign), 1)))
}
rotations$promax <- promax_of(4, TRUE); rotations$promax_plain <- promax_of(3, FALSE)
out <- list(
  provenance = "lavaan: sem() on hs.csv and hs_miss.csv; made by options.R",
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  cases = lapply(cases, told),
  rotations = rotations
)
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, null = "null", na = "null"), "options.json")
