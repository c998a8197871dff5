# The calls behind the values of efa.json (R 4.2.2, psych 2.2.9, GPArotation 2022.10-2).
library(psych)
R <- cor(read.csv("hs.csv")[paste0("x", 1:9)])
for (call in list(c("minres", "none"), c("minres", "oblimin"), c("ml", "oblimin"))) {
  found <- fa(R, nfactors = 3, n.obs = 301, fm = call[1], rotate = call[2])
  print(unclass(found$loadings), digits = 15)
  print(found$Phi, digits = 15)
  print(c(found$STATISTIC, found$PVAL, found$dof, found$rms), digits = 15)
}

# Other rotations of the unrotated maximum likelihood loadings.
library(GPArotation)
L <- unclass(fa(R, nfactors = 3, n.obs = 301, fm = "ml", rotate = "none")$loadings)
lowest <- function(turn) {
  set.seed(1)
  found <- lapply(c(list(diag(3)), replicate(4, Random.Start(3), simplify = FALSE)), turn)
  print(unclass(found[[which.min(sapply(found, function(x) min(x$Table[, 2])))]]$loadings), digits = 11)
}
lowest(function(T) GPForth(L, T, normalize = TRUE, eps = 1e-7, maxit = 2000, method = "quartimax"))
lowest(function(T) GPForth(L, T, normalize = TRUE, eps = 1e-7, maxit = 2000, method = "cf", methodArgs = list(kappa = 3 / 18)))
lowest(function(T) GPFoblq(L, T, eps = 1e-7, maxit = 2000, method = "geomin", methodArgs = list(delta = 0.001)))

# Promax of rows in length one, as fa(rotate = "promax") has it, from a varimax that is run until it stands still.
L <- unclass(fa(R, nfactors = 3, n.obs = 301, fm = "ml", rotate = "none")$loadings)
h <- sqrt(rowSums(L^2))
V <- unclass(varimax(L / h, eps = 1e-15)$loadings)
U <- lm.fit(V, V * abs(V)^3)$coefficients
print(h * V %*% (U %*% diag(sqrt(diag(solve(t(U) %*% U))))), digits = 11)
