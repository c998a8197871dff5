# The calls behind the values of measurement.json (R 4.2.2, psych 2.2.9, GPArotation 2022.10.2).
library(psych)
reference <- jsonlite::fromJSON("measurement.json", simplifyVector = FALSE)

full <- function(triangle, items) {
  p <- length(items)
  m <- matrix(0, p, p, dimnames = list(items, items))
  for (i in seq_len(p)) m[i, seq_len(i)] <- unlist(triangle[[i]])
  m + t(m) - diag(diag(m))
}

hs <- reference$holzinger_swineford
S <- full(hs$covariance, unlist(hs$items))
a <- alpha(S, n.obs = hs$n)
print(a$total$raw_alpha, digits = 15)
print(a$feldt)
print(a$alpha.drop$raw_alpha, digits = 15)
print(a$item.stats$r.drop, digits = 15)
print(splitHalf(cov2cor(S))$lambda2, digits = 15)

th <- reference$thurstone
R <- full(th$correlation, unlist(th$items))
for (rotation in c("none", "varimax", "promax", "oblimin"))
  print(principal(R, nfactors = 3, rotate = rotation, n.obs = th$n)$loadings, digits = 15, cutoff = 0)

dr <- reference$drivers
R <- full(dr$correlation, unlist(dr$items))
print(KMO(R)$MSA, digits = 15)
print(KMO(R)$MSAi, digits = 15)
print(cortest.bartlett(R, n = dr$n)$chisq, digits = 15)
