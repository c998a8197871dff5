# Makes prediction.json: factor scores of respondents to whom the model was not fitted (lavPredict), and what answers tell
# about others (lavPredictY), by lavaan.  The odd rows are fitted to, the even ones foretold.  Run in this folder:
#   Rscript prediction.R
suppressPackageStartupMessages(library(lavaan))

odd <- function(data) data[seq(1, nrow(data), 2), ]
even <- function(data) data[seq(2, nrow(data), 2), ]
pupils <- read.csv("hs.csv"); gaps <- read.csv("hs_miss.csv"); countries <- read.csv("democracy.csv")
three <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n speed =~ x7 + x8 + x9"
democracy <- "ind60 =~ x1 + x2 + x3\n dem60 =~ y1 + a*y2 + b*y3 + c*y4\n dem65 =~ y5 + a*y6 + b*y7 + c*y8
  dem60 ~ ind60\n dem65 ~ ind60 + dem60\n y1 ~~ y5\n y2 ~~ y4 + y6\n y3 ~~ y7\n y4 ~~ y8\n y6 ~~ y8"
closely <- list(optim.gradient = "analytic", control = list(rel.tol = 1e-15, iter.max = 10000))
fitted <- function(model, data, ...) do.call("sem", c(list(model = model, data = data, ...), closely))
rows <- 1:12
scored <- function(model, data, method, ...) {
  found <- lavPredict(fitted(model, odd(data), ...), newdata = even(data), method = method)
  if (!is.list(found)) found <- list(found)
  lapply(unname(found), function(own) list(columns = I(colnames(own)), scores = unname(unclass(own)[rows, , drop = FALSE])))
}
told <- function(model, data, y, x, ...) {
  found <- lavPredictY(fitted(model, odd(data), ...), newdata = even(data), ynames = y, xnames = x)
  list(outcomes = y, given = x, values = unname(unclass(found)[rows, , drop = FALSE]))
}
later <- paste0("y", 5:8); before <- c(paste0("y", 1:4), paste0("x", 1:3))
paths <- "textual =~ x4 + x5 + x6\n textual ~ x1 + x7\n x9 ~ textual + x7"
cases <- list(
  regression = list(model = three, data = "hs.csv", method = "regression", scores = scored(three, pupils, "regression")),
  means = list(model = three, data = "hs.csv", options = list(meanstructure = TRUE), method = "regression",
    scores = scored(three, pupils, "regression", meanstructure = TRUE)),
  bartlett = list(model = three, data = "hs.csv", method = "bartlett", scores = scored(three, pupils, "Bartlett")),
  gaps = list(model = three, data = "hs_miss.csv", options = list(missing = "fiml"), method = "regression",
    scores = scored(three, gaps, "regression", missing = "fiml")),
  schools = list(model = three, data = "hs.csv", options = list(group = "school", group.equal = "loadings"),
    method = "regression", scores = scored(three, pupils, "regression", group = "school", group.equal = "loadings")),
  covariates = list(model = paths, data = "hs.csv", options = list(meanstructure = TRUE), method = "regression",
    scores = scored(paths, pupils, "regression", meanstructure = TRUE)),
  democracy = list(model = democracy, data = "democracy.csv", options = list(meanstructure = TRUE),
    told = told(democracy, countries, later, before, meanstructure = TRUE)),
  few = list(model = democracy, data = "democracy.csv", options = list(meanstructure = TRUE),
    told = told(democracy, countries, c("y8", "y1"), c("x2", "y5"), meanstructure = TRUE)),
  paths = list(model = paths, data = "hs.csv", options = list(meanstructure = TRUE),
    told = told(paths, pupils, c("x9", "x4"), c("x1", "x7"), meanstructure = TRUE))
)
write(jsonlite::toJSON(list(
  provenance = paste0("lavaan ", packageVersion("lavaan"), ": lavPredict(newdata=) and lavPredictY() on hs.csv, hs_miss.csv and democracy.csv; made by prediction.R"),
  cases = cases), digits = 10, auto_unbox = TRUE, na = "null", pretty = FALSE), "prediction.json")
