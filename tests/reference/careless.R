# Indices of careless answering on the answers of careless.json, four scales of four items on 1 to 5, the fourth item of
# each worded in reverse.  The stored values: functions of careless as in its sources of 1.1.3 (longstring) to 1.2.2, without
# their messages and splits (mahad stands on psych::outlier), R 4.2.2, psych 2.2.9.
library(careless)
reference <- jsonlite::fromJSON("careless.json")
answers <- as.data.frame(reference$answers)
turned <- answers
turned[, seq(4, 16, 4)] <- 6 - turned[, seq(4, 16, 4)]
strings <- longstring(answers, avg = TRUE)
reference$long_string <- strings$longstr
reference$average_string <- strings$avgstr
reference$irv <- as.numeric(irv(answers))
reference$even_odd <- suppressWarnings(evenodd(turned, rep(4, 4)))
reference$even_odd_pairs <- suppressWarnings(as.integer(evenodd(turned, rep(4, 4), diag = TRUE)[1, -1]))
reference$synonyms <- psychsyn(answers, .6, resample_na = FALSE)
reference$antonyms <- psychsyn(answers, .6, anto = TRUE, resample_na = FALSE)
reference$pairs <- head(psychsyn_critval(answers)$cor, 20)
reference$opposite_pairs <- head(psychsyn_critval(answers, anto = TRUE)$cor, 20)
reference$mahalanobis <- mahad(answers, plot = FALSE)
cat(jsonlite::toJSON(reference, digits = NA, na = "null"), file = "careless.json")
