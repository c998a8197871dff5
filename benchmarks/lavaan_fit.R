# Times lavaan inside R.  Rscript lavaan_fit.R MODEL ANSWERS FOLDER writes FOLDER/times.csv, estimates.csv and versions.csv.
suppressPackageStartupMessages(library(lavaan))
paths <- commandArgs(trailingOnly = TRUE)
model <- paste(readLines(paths[1]), collapse = "\n")
answers <- read.csv(paths[2])

fastest <- function(job, repeats = 7) {
  job()
  job()
  min(replicate(repeats, {
    started <- Sys.time()
    job()
    as.numeric(Sys.time() - started, units = "secs")
  }))
}

jobs <- list(
  measures = function() fitMeasures(sem(model, answers)),
  everything = function() {
    fit <- sem(model, answers)
    list(fitMeasures(fit), parameterEstimates(fit, standardized = TRUE), standardizedSolution(fit))
  }
)
times <- data.frame(job = names(jobs), seconds = vapply(jobs, fastest, 0))

# Polished by Fisher scoring, so that what differs is not the stopping rule.
first <- sem(model, answers)
fit <- suppressWarnings(sem(model, answers, start = first, optim.method = "GN", optim.gn.tol.x = 1e-13,
                            optim.gn.iter.max = 500L, optim.force.converged = TRUE))
estimates <- parameterEstimates(fit, standardized = TRUE)[c("lhs", "op", "rhs", "est", "se", "std.all")]
estimates[c("est", "se", "std.all")] <- lapply(estimates[c("est", "se", "std.all")], format, digits = 17)

blas <- if (grepl("openblas", sessionInfo()$BLAS, ignore.case = TRUE)) "OpenBLAS" else "not OpenBLAS"
versions <- data.frame(
  name = c("R", "lavaan", "R runs on"),
  version = c(as.character(getRversion()), as.character(packageVersion("lavaan")), blas)
)
write.csv(times, file.path(paths[3], "times.csv"), row.names = FALSE)
write.csv(estimates, file.path(paths[3], "estimates.csv"), row.names = FALSE)
write.csv(versions, file.path(paths[3], "versions.csv"), row.names = FALSE)
