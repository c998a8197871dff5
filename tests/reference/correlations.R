# Makes correlations.json: correlations of satact.csv (sat.act of psych) by pairs of answers, as psych has them.
# Run in this folder:
#   Rscript correlations.R
suppressPackageStartupMessages(library(psych))
students <- read.csv("satact.csv")
found <- lapply(c(pearson = "pearson", spearman = "spearman", kendall = "kendall"), function(m) corr.test(students, method = m))
matrices <- function(of) lapply(found, function(f) unname(of(f)))
reference <- list(
  provenance = "psych's corr.test() on satact.csv; made by correlations.R; p_holm: above the diagonal, of 15 pairs",
  versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych"))),
  correlation = matrices(function(f) f$r),
  p_holm = matrices(function(f) t(f$p))
)
writeLines(jsonlite::toJSON(reference, digits = NA, auto_unbox = TRUE, pretty = TRUE), "correlations.json")
