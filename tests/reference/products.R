# Product indicators of hs.csv and a latent interaction.  lavaan 0.6-14; indProd of semTools 0.5-9 gives the same products.
library(lavaan)
d <- read.csv("hs.csv")
first <- c("x1", "x2", "x3")
second <- c("x7", "x8", "x9")
centred <- function(x) scale(x, scale = FALSE)
products <- centred(centred(d[first]) * centred(d[second]))
colnames(products) <- paste(first, second, sep = ".")
residuals_of <- sapply(1:3, function(k)
  resid(lm(I(d[[first[k]]] * d[[second[k]]]) ~ as.matrix(d[c(first, second)]))))
model <- "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\ntextual =~ x4 + x5 + x6
          vs =~ x1.x7 + x2.x8 + x3.x9\ntextual ~ visual + speed + vs"
fit <- sem(model, cbind(d, products), optim.method = "BFGS", control = list(reltol = 1e-16, maxit = 20000),
           check.gradient = FALSE)
print(head(products, 4), digits = 15)
print(head(residuals_of, 2), digits = 15)
print(subset(parameterEstimates(fit), op == "~"), digits = 10)
print(fitMeasures(fit, "chisq"), digits = 10)

# An observed moderator, x8, of the effect of visual, and a covariate, x9: every item of visual times the moderator, and
# all causes correlated.  To lavaan's own tolerance.
products <- centred(sapply(first, function(one) centred(d[[one]]) * centred(d$x8)))
colnames(products) <- paste(first, "x8", sep = ".")
model <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6
          vm =~ x1.x8 + x2.x8 + x3.x8\ntextual ~ visual + x8 + x9 + vm
          x8 ~~ visual + vm + x9\nx9 ~~ visual + vm"
fit <- sem(model, cbind(d, products), estimator = "MLR", optim.method = "BFGS",
           control = list(reltol = 1e-16, maxit = 20000), check.gradient = FALSE)
print(as.data.frame(subset(parameterEstimates(fit), op == "~"))[, c("lhs", "rhs", "est", "se")], digits = 10)
print(as.numeric(fitMeasures(fit, c("chisq", "df", "chisq.scaled"))), digits = 10)
