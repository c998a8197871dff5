# Makes the cases of least_squares.json that bear "lavaan 0.6-14"; run in this folder: Rscript least_squares.R
# The other cases stay as they are: they come from lavaan 0.7-2 (see "program" there).
# `each` takes the first so many pupils of every school.  With as many in each, n_g / N = (n_g - 1) / (N - G): lavaan
# weighs groups by the one in its errors and by the other in its estimates.
suppressPackageStartupMessages(library(lavaan))

pupils <- read.csv("hs.csv")
model <- c("visual =~ x1 + x2 + x3", "textual =~ x4 + x5 + x6", "speed =~ x7 + x8 + x9")
invariant <- c("loadings", "intercepts")
asked <- list(
  groups_gls = list(options = list(estimator = "GLS", group = "school"), each = 145),
  groups_wls_equal = list(options = list(estimator = "WLS", group = "school", group_equal = I("loadings")), each = 145),
  groups_ulsmv_equal = list(options = list(estimator = "ULSMV", group = "school", group_equal = invariant), each = 145),
  groups_wlsm_equal = list(options = list(estimator = "WLSM", group = "school", group_equal = invariant), each = 145),
  unequal_groups_gls = list(options = list(estimator = "GLS", group = "school")),
  ulsm = list(options = list(estimator = "ULSM")),
  ulsmv = list(options = list(estimator = "ULSMV")),
  wlsm = list(options = list(estimator = "WLSM")),
  wlsmv = list(options = list(estimator = "WLSMV")),
  wlsmvs = list(options = list(estimator = "WLSMVS")),
  ulsm_means = list(options = list(estimator = "ULSM", meanstructure = TRUE))
)

# Scoring from lavaan's own optimum within its equality constraints, until the gradient vanishes.
polished <- function(data, options) {
  names(options) <- sub("_", ".", names(options))
  fitted <- function(...) do.call("cfa", c(list(model, data), options, list(...)))
  fit <- fitted()
  for (i in 1:60) {
    limits <- fit@Model@con.jac
    N <- if (nrow(limits)) qr.Q(qr(t(limits)), complete = TRUE)[, -seq_len(nrow(limits))] else diag(length(coef(fit)))
    gradient <- t(N) %*% lavInspect(fit, "gradient")
    if (max(abs(gradient)) < 1e-13) break
    table <- parTable(fit)
    step <- N %*% solve(t(N) %*% lavInspect(fit, "information.expected") %*% N, gradient)
    table$est[table$free > 0] <- table$est[table$free > 0] - step[table$free[table$free > 0]]
    fit <- fitted(start = table, optim.method = "none")
  }
  list(fit = fit, gradient = max(abs(gradient)))
}

case <- function(asked) {
  data <- pupils
  if (!is.null(asked$each)) data <- data[ave(seq_len(nrow(data)), data$school, FUN = seq_along) <= asked$each, ]
  found <- polished(data, asked$options)
  fit <- found$fit
  estimates <- parameterEstimates(fit)
  labels <- if (length(lavInspect(fit, "group.label"))) lavInspect(fit, "group.label")[estimates$group] else ""
  estimates$label <- rep_len(labels, nrow(estimates))
  rows <- lapply(seq_len(nrow(estimates)), function(i) with(estimates[i, ], list(lhs, op, rhs, label, est, if (se > 0) se)))
  measures <- fitMeasures(fit)
  names(measures) <- gsub(".", "_", names(measures), fixed = TRUE)
  kept <- c("npar", "fmin", "chisq", "df", "baseline_chisq", "baseline_df", "cfi", "tli", "nfi", "rfi", "ifi", "rni",
    "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "rmsea_pvalue", "srmr", "crmr", "rmr", "gfi", "agfi", "mfi",
    "chisq_scaled", "df_scaled", "pvalue_scaled", "chisq_scaling_factor", "baseline_chisq_scaled", "baseline_df_scaled",
    "cfi_scaled", "tli_scaled", "rmsea_scaled")
  measures <- measures[names(measures) %in% kept & !is.na(measures)]
  c(list(program = paste("lavaan", packageVersion("lavaan"))), asked, list(model = model,
    largest_gradient = found$gradient, parameters = rows, measures = as.list(unclass(measures))))
}

reference <- jsonlite::fromJSON("least_squares.json", simplifyVector = FALSE)
reference$cases[names(asked)] <- lapply(asked, case)
json <- jsonlite::toJSON(reference, auto_unbox = TRUE, digits = NA, null = "null")
writeLines(gsub("(\\],|[{,])(\\[|\"[a-z_]+\":[[{])", "\\1\n\\2", json), "least_squares.json")  # a parameter a line
