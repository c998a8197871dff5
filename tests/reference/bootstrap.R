# Writes bootstrap.json: lavaan's estimates in given bootstrap samples of hs.csv (hs_miss.csv and joint.csv
# for answers with gaps and ordered ones), and the intervals that R's package boot
# makes of them.  Rows come from the generator x <- 16807 x mod 2147483647 (Park and Miller), which any program can repeat.
# Run in this folder: Rscript bootstrap.R
suppressMessages({library(lavaan); library(boot); library(jsonlite)})
hs <- read.csv("hs.csv")
model <- "visual =~ x1 + x2 + x3
          textual =~ x4 + x5 + x6
          speed =~ x7 + x8 + x9
          textual ~ a*visual
          speed ~ b*textual + c*visual
          indirect := a*b
          total := a*b + c"
rows <- function(draws, n, x = 42) {
  found <- matrix(0, draws, n)
  for (d in 1:draws) for (i in 1:n) { x <- (16807 * x) %% 2147483647; found[d, i] <- x %% n }
  found
}
options(digits = 17)
tight <- list(rel.tol = 1e-14)
n <- nrow(hs); R <- 80
index <- rows(R, n)
values <- function(fit) {
  e <- parameterEstimates(fit, standardized = TRUE, rsquare = TRUE)
  plain <- e[e$op != "r2", ]
  s <- standardizedSolution(fit)
  out <- c(setNames(plain$est, paste0(plain$lhs, plain$op, gsub(" ", "", plain$rhs))),
           setNames(s$est.std, paste0("std(", s$lhs, s$op, gsub(" ", "", s$rhs), ")")),
           setNames(e$est[e$op == "r2"], paste0("r2(", e$lhs[e$op == "r2"], ")")))
  out
}
full <- values(sem(model, hs, control = tight))
draws <- t(apply(index, 1, function(i) values(sem(model, hs[i + 1, ], control = tight))))
fixed <- names(full) %in% c("visual=~x1", "textual=~x4", "speed=~x7")
interval <- function(name) {
  t <- draws[, name]; t0 <- full[[name]]
  a <- c(.025, .975)
  w <- qnorm(sum(t < t0) / length(t))
  perc <- suppressWarnings(boot:::norm.inter(t, a)[, 2])
  bc <- suppressWarnings(boot:::norm.inter(t, pnorm(2 * w + qnorm(a)))[, 2])
  list(est = t0, se = sd(t), bias = mean(t) - t0, perc_lower = perc[1], perc_upper = perc[2], bc_lower = bc[1],
       bc_upper = bc[2], basic_lower = 2 * t0 - perc[2], basic_upper = 2 * t0 - perc[1],
       norm_lower = t0 - (mean(t) - t0) - 1.959963984540054 * sd(t), norm_upper = t0 - (mean(t) - t0) + 1.959963984540054 * sd(t))
}
table <- sapply(names(full)[!fixed], interval, simplify = FALSE)
three <- "visual =~ x1 + x2 + x3
          textual =~ x4 + x5 + x6
          textual ~ visual"
other <- function(...) {
  found <- t(apply(index[1:3, ], 1, function(i) coef(sem(three, hs[i + 1, ], control = tight, ...))))
  as.list(as.data.frame(found, check.names = FALSE))
}
estimators <- list(GLS = other(estimator = "GLS"), ULS = other(estimator = "ULS"), WLSM = other(estimator = "DWLS", se = "robust.sem"), WLS = other(estimator = "WLS"))
miss <- read.csv("hs_miss.csv"); joint <- read.csv("joint.csv")
path <- "z2 ~ z1
         z5 ~ z1 + z2
         z3 ~ z2"
one <- "f =~ z1 + z2 + z3 + z4 + z5"
drawn <- function(model, data, ...) {
  index <- rows(4, nrow(data))
  found <- t(apply(index, 1, function(i) {
    lost <- FALSE  # a polyserial correlation whose search ended at 1, far below the largest likelihood
    fit <- withCallingHandlers(sem(model, data[i + 1, ], control = tight, ...), warning = function(w) {
      lost <<- lost || grepl("(nearly) 1.0", conditionMessage(w), fixed = TRUE)
      invokeRestart("muffleWarning")
    })
    if (lost) coef(fit) * NA else coef(fit)
  }))
  as.list(as.data.frame(found, check.names = FALSE))
}
one_by_one <- list(
  fiml = drawn(three, miss, missing = "fiml"),
  mixed = drawn(one, joint, ordered = c("z2", "z4", "z5"), estimator = "WLSMV"),
  mixed_covariate = drawn(path, joint, ordered = c("z2", "z5"), estimator = "WLSMV"))
write_json(list(program = paste0("lavaan ", packageVersion("lavaan"), ", boot ", packageVersion("boot"), ", R ", getRversion()),
                data = "hs.csv", model = model, three = three, draws = R, table = table, estimators = estimators, one = one,
                path = path, one_by_one = one_by_one),
           "bootstrap.json", auto_unbox = TRUE, digits = 15, pretty = FALSE)
