# Intraclass correlations of six targets by four judges (Shrout & Fleiss, 1979, table 2).  psych 2.2.9.
library(psych)
ratings <- matrix(c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7), ncol = 4, byrow = TRUE)
found <- ICC(ratings, lmer = FALSE)$results
names(found) <- c("type", "icc", "F", "df1", "df2", "pvalue", "ci_lower", "ci_upper")
cat(jsonlite::toJSON(list(
  provenance = paste("intraclass.R: psych", packageVersion("psych"), "on table 2 of Shrout & Fleiss (1979)"),
  ratings = ratings, results = found
), digits = NA, pretty = 1), file = "intraclass.json")
