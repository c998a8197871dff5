# Times lavaan inside R.  Rscript lavaan_jobs.R FOLDER reads FOLDER/jobs.csv (job, model, answers, task, arguments, draws)
# and writes FOLDER/times.csv, estimates.csv and versions.csv.
suppressPackageStartupMessages(library(lavaan))
folder <- commandArgs(trailingOnly = TRUE)[1]
inside <- function(name) file.path(folder, name)
jobs <- read.csv(inside("jobs.csv"))
FEW <- 20 # resampled fits that are timed

seconds <- function(job) {
  started <- proc.time()
  job()
  sum((proc.time() - started)[c("user.self", "sys.self")])
}

# The same clock and rule as timing.py.
fastest <- function(job) {
  first <- seconds(job)
  if (first > 3) return(first)
  taken <- seconds(job)
  while (sum(taken) < 0.5 && length(taken) < 50) taken <- c(taken, seconds(job))
  min(taken)
}

for_job <- function(job) {
  model <- paste(readLines(inside(job$model)), collapse = "\n")
  answers <- read.csv(inside(job$answers))
  arguments <- eval(parse(text = paste0("list(", job$arguments, ")")))
  fitted <- function(...) do.call("sem", c(list(model, answers), arguments, list(...)))
  whole <- function() summary(fitted(), fit.measures = TRUE, standardized = TRUE)
  fit <- NULL
  first <- seconds(function() fit <<- fitted())
  printed <- function() capture.output(print(whole()))
  taken <- switch(job$task,
    summary = if (job$heavy) list(printed = seconds(printed)) else
      list(printed = fastest(printed), silent = fastest(whole)),
    fit = list(silent = if (job$heavy) first else fastest(fitted)),
    indices = list(silent = fastest(function() modificationIndices(fit))),
    many = , bootstrap = list(silent = job$draws / FEW * seconds(function() bootstrapLavaan(fit, R = FEW, FUN = coef)))
  )
  found <- parameterEstimates(fit)[c("lhs", "op", "rhs", "est", "se")]
  groups <- lavInspect(fit, "group.label")
  group <- parTable(fit)$group[seq_len(nrow(found))]
  found$group <- if (length(groups)) groups[group] else ""
  list(
    times = data.frame(job = job$job, how = names(taken), seconds = unlist(taken)),
    estimates = cbind(job = job$job, found)
  )
}

done <- lapply(seq_len(nrow(jobs)), function(i) for_job(jobs[i, ]))
estimates <- do.call(rbind, lapply(done, `[[`, "estimates"))
estimates[c("est", "se")] <- lapply(estimates[c("est", "se")], format, digits = 17)
blas <- if (grepl("openblas", sessionInfo()$BLAS, ignore.case = TRUE)) "OpenBLAS" else "not OpenBLAS"
versions <- data.frame(
  name = c("R", "lavaan", "R runs on"),
  version = c(as.character(getRversion()), as.character(packageVersion("lavaan")), blas)
)
write.csv(do.call(rbind, lapply(done, `[[`, "times")), inside("times.csv"), row.names = FALSE)
write.csv(estimates, inside("estimates.csv"), row.names = FALSE)
write.csv(versions, inside("versions.csv"), row.names = FALSE)
