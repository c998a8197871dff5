# A factor model fitted to five completed copies of hs_miss.csv.  lavaan 0.6-14.  In copy k a gap takes the answer found
# 17 k rows further on (round and round; the next row down if that one is open too), so that no random numbers are needed.
library(lavaan)
d <- read.csv("hs_miss.csv")[paste0("x", 1:9)]
n <- nrow(d)
completed <- function(k) {
  for (v in names(d)) for (i in which(is.na(d[[v]]))) {
    j <- i + 17 * k
    while (is.na(d[[v]][(j - 1) %% n + 1])) j <- j + 1
    filled[i, v] <- d[[v]][(j - 1) %% n + 1]
  }
  filled
}
filled <- d
copies <- lapply(1:5, completed)
model <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
tight <- list(optim.method = "BFGS", control = list(reltol = 1e-16, maxit = 20000), check.gradient = FALSE)
fitted <- function(data, ...) do.call("cfa", c(list(model, data, meanstructure = TRUE, ...), tight))
fits <- lapply(copies, fitted)
Q <- sapply(fits, coef)
U <- lapply(fits, function(f) vcov(f))
m <- 5
W <- Reduce(`+`, U) / m
T <- W + (1 + 1 / m) * cov(t(Q))
own <- sapply(fits, fitMeasures, "chisq")
k <- fitMeasures(fits[[1]], "df")

# every copy at the mean estimates, model and saturated model
free <- parTable(fits[[1]])
free$start <- free$est <- free$ustart <- ifelse(free$free > 0, rowMeans(Q)[pmax(free$free, 1)], free$ustart)
free$free <- 0
S <- lapply(copies, function(x) cov(x) * (n - 1) / n)
sigma <- Reduce(`+`, S) / m
mu <- rowMeans(sapply(copies, colMeans))
loglik <- function(x, sigma, mu) sum(lavaan:::lav_mvnorm_loglik_data(as.matrix(x), Mu = mu, Sigma = sigma))
at_mean <- sapply(copies, function(x) {
  fixed <- lavaan(free, x, do.fit = FALSE, start = free)
  implied <- lavInspect(fixed, "implied")
  2 * (loglik(x, sigma, mu) - loglik(x, implied$cov, implied$mean))
})
stacked <- fitMeasures(fitted(do.call(rbind, copies)), "chisq") / m
r <- (m + 1) / (k * (m - 1)) * (mean(own) - c(mean(at_mean), stacked))
cat(jsonlite::toJSON(list(
  provenance = paste("imputation.R: lavaan", packageVersion("lavaan"), "on five completed copies of hs_miss.csv"),
  names = rownames(Q), est = rowMeans(Q), se = sqrt(diag(T)), own = own, at_mean = at_mean, stacked = unname(stacked),
  D3 = mean(at_mean) / (k * (1 + r[1])), D4 = unname(stacked / (k * (1 + r[2]))), means = colMeans(copies[[5]])
), digits = NA, auto_unbox = TRUE, pretty = 1), file = "imputation.json")
