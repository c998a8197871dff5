# Makes target.json: loadings turned towards a target by lavaan.  Run in this folder:  Rscript target.R
suppressPackageStartupMessages(library(lavaan))
pupils <- read.csv("hs.csv")
items <- paste0("x", 1:9)
model <- paste('efa("f")*f1 + efa("f")*f2 + efa("f")*f3 =~', paste(items, collapse = " + "))
zeros <- matrix(0, 9, 3)
zeros[1:3, 1] <- zeros[4:6, 2] <- zeros[7:9, 3] <- NA
values <- zeros
values[1:3, 1] <- c(0.8, 0.6, NA)
values[9, 1] <- 0.3

turned <- function(target, orthogonal) {
  fit <- sem(model, pupils, rotation = "target", rotation.args = list(target = target, orthogonal = orthogonal,
    algorithm = "pairwise", rstarts = 30, tol = 1e-12))
  table <- parameterEstimates(fit)
  own <- table[table$op == "=~", ]
  pair <- table[table$op == "~~" & table$lhs != table$rhs, ]
  list(loadings = matrix(own$est, 9), errors = matrix(own$se, 9), covariances = pair$est)
}
found <- list(
  provenance = paste("lavaan", packageVersion("lavaan"), "sem(rotation = 'target'); made by target.R"),
  cases = list(oblique = turned(zeros, FALSE), orthogonal = turned(zeros, TRUE), values = turned(values, FALSE))
)
writeLines(jsonlite::toJSON(found, digits = NA, auto_unbox = TRUE), "target.json")
