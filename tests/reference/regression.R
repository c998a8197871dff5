# Makes regression.json: regressions of the pupils of hs.csv in steps, as R's lm, sandwich, car and lmtest have them.
# Run in this folder:
#   Rscript regression.R
pupils <- read.csv("hs.csv")
pupils$f <- rowMeans(pupils[c("x4", "x5", "x6")])
first <- lm(x9 ~ x1 + x3, pupils)
second <- lm(x9 ~ x1 + x3 + f + I(x1 * f), pupils)
of <- function(fit) {
  s <- summary(fit); b <- lmtest::bptest(fit)
  list(
    est = unname(coef(fit)), se = unname(s$coefficients[, 2]), t = unname(s$coefficients[, 3]), p = unname(s$coefficients[, 4]),
    ci = unname(confint(fit)), hc3 = unname(sqrt(diag(sandwich::vcovHC(fit, "HC3")))), vif = unname(car::vif(fit)),
    r2 = s$r.squared, r2_adjusted = s$adj.r.squared, sigma = s$sigma, f = unname(s$fstatistic), aic = AIC(fit), bic = BIC(fit),
    durbin_watson = unname(lmtest::dwtest(fit)$statistic), breusch_pagan = unname(b$statistic), breusch_pagan_p = unname(b$p.value)
  )
}
change <- anova(first, second)
robust <- lmtest::waldtest(first, second, vcov = function(x) sandwich::vcovHC(x, "HC3"))
reference <- list(
  provenance = "R's lm() on hs.csv with car, lmtest and sandwich; made by regression.R",
  versions = lapply(c(R = "base", car = "car", lmtest = "lmtest", sandwich = "sandwich"), function(p) as.character(packageVersion(p))),
  first = of(first), second = of(second),
  change = c(change$F[2], change$Df[2], change$`Pr(>F)`[2]),
  change_hc3 = c(robust$F[2], robust$Df[2], robust$`Pr(>F)`[2]),
  cases = lapply(list(cook = cooks.distance(second), leverage = hatvalues(second), studentized = rstudent(second),
    dffits = dffits(second)), function(x) unname(x[1:12]))
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, pretty = TRUE), "regression.json")
