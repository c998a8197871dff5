# Makes corporate_reputation.json: lavaan's results for the hypothesized model of
# instruments/corporate-reputation.yaml on its answers.  Run in this folder:
#   Rscript corporate_reputation.R
# The optimum is polished until its gradient vanishes, so that what differs is not lavaan's stopping rule.
suppressPackageStartupMessages(library(lavaan))

model <- "
  COMP =~ comp_1 + comp_2 + comp_3
  LIKE =~ like_1 + like_2 + like_3
  CUSL =~ cusl_1 + cusl_2 + cusl_3
  cusa ~ COMP + LIKE
  CUSL ~ cusa + COMP + LIKE
"
answers <- read.csv("../../instruments/corporate-reputation.csv", na.strings = "-99")
first <- sem(model, answers, estimator = "ML", missing = "listwise")
stopifnot(lavInspect(first, "converged"))
# Fisher scoring from there: quadratic, where the default optimizer stops at a gradient of about 1e-5.
fit <- suppressWarnings(sem(model, answers, estimator = "ML", missing = "listwise", start = first,
  optim.method = "GN", optim.gn.tol.x = 1e-13, optim.gn.iter.max = 500L, optim.force.converged = TRUE))
stopifnot(max(abs(lavInspect(fit, "gradient"))) < 1e-8)

table <- parameterEstimates(fit, standardized = TRUE)
mi <- modificationIndices(fit, sort. = TRUE, maximum.number = 10)
# The same indices from the definition, by lavaan's gradient and information of the model with the parameter added:
# modificationIndices() of lavaan 0.6 carries an error of about 1e-5.
mi$score_test <- mapply(function(lhs, op, rhs) {
  added <- sem(paste(model, "\n", lhs, op, "start(0) *", rhs), answers, start = parTable(fit), do.fit = FALSE)
  information <- lavInspect(added, "information.expected")
  k <- which(names(coef(added)) == paste0(lhs, op, rhs))
  own <- information[k, k] - information[k, -k] %*% solve(information[-k, -k], information[-k, k])
  nobs(fit) * lavInspect(added, "gradient")[k]^2 / own
}, mi$lhs, mi$op, mi$rhs)
measures <- fitMeasures(fit)
gradient <- lavInspect(fit, "gradient")

reference <- list(
  provenance = paste0("lavaan::sem(), listwise ML, on the ", nrow(answers), " answers; made by corporate_reputation.R"),
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  model = model,
  largest_gradient = max(abs(gradient)),
  n = nobs(fit),
  estimates = table[c("lhs", "op", "rhs", "est", "se", "ci.lower", "ci.upper", "std.lv", "std.all")],
  measures = as.list(unclass(measures)),
  r_squared = as.list(lavInspect(fit, "rsquare")),
  modification_indices = as.data.frame(mi)[c("lhs", "op", "rhs", "mi", "epc", "score_test")]
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, pretty = TRUE), "corporate_reputation.json")
cat("largest gradient", max(abs(gradient)), " n", nobs(fit), "\n")
