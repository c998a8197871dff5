# Makes ordered_scores.json: scores of ordered answers, from the first 400 complete rows of the 15 items in bfi.csv.
# Run in this folder: Rscript ordered_scores.R
suppressPackageStartupMessages(library(lavaan))

persons <- read.csv("bfi.csv")
persons <- head(persons[complete.cases(persons[, 1:15]), ], 400)
reference <- jsonlite::fromJSON("ordered_scores.json", simplifyVector = FALSE)
reference$cases <- lapply(reference$cases, function(case) {
  model <- paste0(reference$model, case$more)
  ordered <- setdiff(grep("^[AE]", names(persons), value = TRUE), unlist(case$continuous))
  scores <- lavPredict(sem(model, persons, ordered = ordered, estimator = "WLSMV"), method = "EBM")
  case[c("agree", "extra")] <- lapply(c("agree", "extra"), function(name) scores[unlist(reference$rows), name])
  case
})
json <- jsonlite::toJSON(reference, auto_unbox = TRUE, digits = NA)
writeLines(gsub("([,{])(\"[a-z]+\":[[{])", "\\1\n\\2", json), "ordered_scores.json")
