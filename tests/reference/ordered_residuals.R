# Standardized residuals of polychoric correlations (cov.z of lavResiduals); run in this folder with lavaan 0.6-14.
suppressMessages(library(lavaan)); library(jsonlite)
persons <- read.csv("bfi.csv")
persons <- persons[complete.cases(persons[, 1:15]), ][1:500, ]
model <- "agree =~ A1 + A2 + A3 + A4 + A5; extra =~ E1 + E2 + E3 + E4 + E5"
items <- paste0(rep(c("A", "E"), each = 5), 1:5)
z <- function(...) {
  found <- lavResiduals(cfa(data = persons, ...))$cov.z
  class(found) <- "matrix"
  list(names = rownames(found), z = unname(as.matrix(found)))
}
cases <- list(
  WLSMV = z(model, ordered = items, estimator = "WLSMV"),
  ULSMV = z(model, ordered = items, estimator = "ULSMV"),
  theta = z(model, ordered = items, parameterization = "theta"),
  WLS = z("agree =~ A1 + A2 + A3 + A4 + A5", ordered = items[1:5], estimator = "WLS")
)
write(toJSON(list(made_with = "lavaan 0.6-14", data = "bfi.csv, the first 500 without gaps in the items",
                  cases = cases), digits = 7, auto_unbox = TRUE), "ordered_residuals.json")
