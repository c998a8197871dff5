# The calls behind the values of efa.json (R 4.2.2, psych 2.2.9, GPArotation 2022.10-2).
library(psych)
R <- cor(read.csv("hs.csv")[paste0("x", 1:9)])
for (call in list(c("minres", "none"), c("minres", "oblimin"), c("ml", "oblimin"))) {
  found <- fa(R, nfactors = 3, n.obs = 301, fm = call[1], rotate = call[2])
  print(unclass(found$loadings), digits = 15)
  print(found$Phi, digits = 15)
  print(c(found$STATISTIC, found$PVAL, found$dof, found$rms), digits = 15)
}
