# The calls behind the values of firms.json (R 4.2.2, psych 2.2.9, lavaan 0.7 of August 2026, semTools 0.5-9).
library(psych)
reference <- jsonlite::fromJSON("firms.json")
rows <- unlist(strsplit(reference$answers, " "))
answers <- as.data.frame(do.call(rbind, lapply(strsplit(rows, ""), as.integer)))
names(answers) <- reference$items

print(vss(answers, n = 12, rotate = "none", plot = FALSE)$map, digits = 15)
set.seed(11)
parallel <- fa.parallel(answers, n.iter = 50, quant = .95, plot = FALSE)
print(parallel$pc.values, digits = 15)
print(parallel$ncomp)

turned <- answers
for (item in c("mp3", "ps2", "cc4", "bm3")) turned[[item]] <- 6 - turned[[item]]
model <- "INNOV =~ ic1 + ic2 + ic3 + ic4
          BMI =~ bm1 + bm2 + bm3 + bm4
          PERF =~ pf1 + pf2 + pf3 + pf4"
used <- reference$items[25:36]
fit <- lavaan::cfa(model, turned, ordered = used, estimator = "WLSMV")
print(semTools::compRelSEM(fit, obs.var = TRUE), digits = 15)
print(semTools::AVE(fit, obs.var = TRUE), digits = 15)
print(semTools::compRelSEM(fit, tau.eq = TRUE, ord.scale = FALSE), digits = 15)

method <- paste("CMF =~", paste0("m*", used, collapse = " + "), "; CMF ~~ 0*INNOV + 0*BMI + 0*PERF")
ulmc <- lavaan::cfa(c(model, method), answers, std.lv = TRUE)
print(lavaan::fitMeasures(ulmc, c("chisq", "df", "cfi")), digits = 15)
