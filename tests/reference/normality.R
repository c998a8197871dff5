# The calls behind the values of normality.json (R 4.2.2, psych 2.2.9); run in this folder.
library(psych)
reference <- jsonlite::fromJSON("normality.json")
x <- reference$answers
m <- mardia(x, plot = FALSE)
reference$mardia <- list(b1p = m$b1p, skew = m$skew, p_skew = m$p.skew, b2p = m$b2p, kurtosis = m$kurtosis, p_kurt = m$p.kurt)
reference$skew_type2 <- skew(x, type = 2)
reference$kurtosis_type2 <- kurtosi(x, type = 2)
reference$provenance <- "R 4.2.2, psych 2.2.9; see normality.R"
writeLines(jsonlite::toJSON(reference, auto_unbox = TRUE, digits = NA, pretty = FALSE), "normality.json")
