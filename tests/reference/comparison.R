# Chi-square differences of nested models from lavaan 0.6-14: the part "lavaan_06" of comparison.json.
# Run in the folder of hs.csv and hs_miss.csv: Rscript comparison.R
suppressMessages(library(lavaan))
hs <- read.csv("hs.csv")
gaps <- read.csv("hs_miss.csv")
items <- paste0("x", 1:9)
cut3 <- hs
cut3[items] <- lapply(hs[items], function(x) as.integer(cut(x, c(-Inf, quantile(x, c(.3, .7)), Inf))))
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
equal <- "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + c*x8 + c*x9"
out <- list()
add <- function(name, a, b, method = NULL) {
  t <- suppressWarnings(if (is.null(method)) lavTestLRT(a, b) else lavTestLRT(a, b, method = method))
  out[[name]] <<- list(chisq_diff = t[2, "Chisq diff"], df_diff = t[2, "Df diff"], pvalue = t[2, "Pr(>Chisq)"])
}
a <- cfa(three, gaps, missing = "fiml", estimator = "MLR"); b <- cfa(equal, gaps, missing = "fiml", estimator = "MLR")
add("fiml_mlr.satorra.bentler.2001", a, b); add("fiml_mlr.satorra.bentler.2010", a, b, "satorra.bentler.2010")
a <- cfa(three, gaps, missing = "fiml"); b <- cfa(equal, gaps, missing = "fiml"); add("fiml_ml.standard", a, b)
for (est in c("WLSMV", "WLSM", "ULSMV", "WLSMVS")) {
  a <- cfa(three, cut3, ordered = items, estimator = est); b <- cfa(equal, cut3, ordered = items, estimator = est)
  add(paste0("ordered_", tolower(est), ".auto"), a, b)
}
a <- cfa(three, cut3, ordered = items, estimator = "WLSM"); b <- cfa(equal, cut3, ordered = items, estimator = "WLSM")
add("ordered_wlsm.satorra.bentler.2010", a, b, "satorra.bentler.2010")
add("ordered_wlsm.satorra.2000", a, b, "satorra.2000")
a <- cfa(three, hs, estimator = "MLMV"); b <- cfa(equal, hs, estimator = "MLMV"); add("mlmv.auto", a, b)
a <- cfa(three, hs, estimator = "GLS"); b <- cfa(equal, hs, estimator = "GLS"); add("gls.auto", a, b)
a <- cfa(three, cut3, ordered = items, group = "school"); b <- cfa(three, cut3, ordered = items, group = "school", group.equal = "loadings")
add("ordered_groups.auto", a, b)
cat(sprintf('"%s": [%.12g, %d, %.12g]', names(out), sapply(out, `[[`, 1), sapply(out, function(x) as.integer(x[[2]])), sapply(out, `[[`, 3)), sep = ",\n")
cat("\n")

# "score_tests_of_intercepts" and "wald_tests_of_paths"
scalar <- cfa(three, hs, group = "school", group.equal = c("loadings", "intercepts"))
print(lavTestScore(scalar)$uni)
paths <- sem(paste0(three, "\nspeed ~ visual + textual"), hs, group = "school", group.equal = "loadings")
print(lavTestWald(paths, ".p10. == .p46."))
print(lavTestWald(paths, ".p11. == .p47."))

# "latent_means", "score_tests_of_means" and "fit_of_each_school"
for (est in c("ML", "MLR")) for (with in list(NULL, "residuals")) {
  equal <- c("loadings", "intercepts", with)
  a <- cfa(three, hs, group = "school", estimator = est, group.equal = equal)
  b <- cfa(three, hs, group = "school", estimator = est, group.equal = c(equal, "means"))
  t <- lavTestLRT(a, b)
  cat(sprintf('"%s": [%.12g, %d, %.12g]\n', paste(c(tolower(est), with), collapse = "."), t[2, "Chisq diff"], t[2, "Df diff"], t[2, "Pr(>Chisq)"]))
}
b <- cfa(three, hs, group = "school", group.equal = c("loadings", "intercepts", "means"))
mi <- as.data.frame(modindices(b)); mi <- mi[mi$op == "~1" & mi$group == 2 & nchar(mi$lhs) > 2, ]
cat(sprintf("%s %.9g\n", mi$lhs, mi$mi))
of <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
for (own in unique(hs$school)) {
  print(fitmeasures(cfa(three, hs[hs$school == own, ], meanstructure = TRUE), of), nd = 12)
}
