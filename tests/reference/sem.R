# Makes the numbers of sem.json, sem_more.json, ordered.json, fit_measures.json, two_stage.json and esem.json, whose cases
# hold the model, the options and the data, and name what lavaan is asked for.  Run in this folder:
#   Rscript sem.R
# The files are of lavaan 0.7-2, all but six cases of esem.json.  What the installed version does not give stays as it is.
suppressPackageStartupMessages(library(lavaan))
set.seed(1)

underscored <- function(x) { names(x) <- gsub(".", "_", names(x), fixed = TRUE); x }
arguments <- function(case) {
  options <- lapply(case$options[names(case$options) != "preset"], unlist)
  names(options) <- gsub("_", ".", names(options), fixed = TRUE)
  # the rotation's own optimum: from thirty starts, until its slope is 1e-6
  if (!is.null(options$rotation)) options$rotation.args <- list(gpa.tol = 1e-6, rstarts = 30L, max.iter = 1500L)
  if (!is.null(options$missing)) options <- c(options, em.h1.tol = 1e-13, em.h1.iter.max = 20000L)
  data <- if (!is.null(case$data)) list(data = read.csv(case$data)) else {
    S <- diag(length(case$names)); dimnames(S) <- list(case$names, case$names)
    S[upper.tri(S, diag = TRUE)] <- unlist(case$covariance)
    S[lower.tri(S)] <- t(S)[lower.tri(S)]
    list(sample.cov = S, sample.nobs = case$n, sample.mean = unlist(case$mean))
  }
  modifyList(c(list(paste(unlist(case$model), collapse = "\n"), fixed.x = TRUE), Filter(Negate(is.null), data)), options)
}

# Newton steps from lavaan's own optimum within its equality constraints, while the gradient falls; where constraints are
# curved or inequalities, or factors are rotated, its own optimizer has the last word.
polished <- function(call, asked) {
  fitted <- function(...) suppressWarnings(do.call(call, modifyList(asked, list(...))))
  along <- function(fit) {
    limits <- fit@Model@con.jac
    if (!nrow(limits)) return(diag(length(lavInspect(fit, "gradient"))))
    qr.Q(qr(t(limits)), complete = TRUE)[, -seq_len(nrow(limits))]
  }
  slope <- function(fit) t(along(fit)) %*% lavInspect(fit, "gradient")
  fit <- fitted()
  curved <- any(c("<", ">") %in% parTable(fit)$op) || length(fit@Model@ceq.nonlinear.idx)
  if (curved || !is.null(asked$rotation)) return(list(fit = fit))
  repeat {
    table <- parTable(fit); free <- table$free > 0; N <- along(fit)
    step <- N %*% solve(t(N) %*% lavInspect(fit, "information.observed") %*% N, slope(fit))
    table$est[free] <- table$est[free] - step[table$free[free]]
    further <- fitted(start = table, optim.method = "none")
    if (max(abs(slope(further))) >= max(abs(slope(fit)))) return(list(fit = fit, gradient = max(abs(slope(fit)))))
    fit <- further
  }
}

# The stored rows with the numbers of lavaan's table, a covariance found under either of its spellings.
again <- function(rows, columns, table, groups) {
  table$group <- if (length(groups)) c("", groups)[table$group + 1] else rep("", nrow(table))
  words <- intersect(columns, c("lhs", "op", "rhs", "group")); numbers <- setdiff(columns, words)
  key <- function(table) do.call(paste, unname(as.list(table)[words]))
  keys <- c(key(table), key(transform(table, lhs = rhs, rhs = lhs)))
  table <- underscored(rbind(table, table)); numbers_at <- match(numbers, columns)
  lapply(rows, function(row) {
    own <- table[match(do.call(paste, row[seq_along(words)]), keys), numbers]
    row[numbers_at] <- Map(function(old, new) if (is.null(old) || is.na(new)) old else new, row[numbers_at], own)
    row
  })
}

remade <- function(case, columns) {
  found <- polished(if (is.null(case[["function"]])) "sem" else case[["function"]], arguments(case))
  fit <- found$fit
  if (length(found$gradient) && !is.null(case$largest_gradient)) case$largest_gradient <- found$gradient
  measures <- underscored(as.list(unclass(fitMeasures(fit))))
  if ("gfi_lisrel" %in% names(measures)) measures[c("gfi", "agfi")] <- measures[c("gfi_lisrel", "agfi_lisrel")]
  known <- intersect(names(case$measures), names(measures))
  case$measures[known] <- measures[known]
  table <- parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE)
  table$se_of_std_all <- standardizedSolution(fit)$se
  for (rows in names(columns)[lengths(case[names(columns)]) > 0]) {
    own <- if (rows == "modification_indices") modindices(fit) else table
    case[[rows]] <- again(case[[rows]], unlist(columns[[rows]]), own, lavInspect(fit, "group.label"))
  }
  if (length(case$r_squared)) case$r_squared <- as.list(lavInspect(fit, "rsquare")[names(case$r_squared)])
  if (length(case$residuals)) {
    residuals <- lavResiduals(fit, type = "cor.bollen")
    if (length(lavInspect(fit, "group.label"))) residuals <- residuals[[1]]
    names <- unlist(case$residuals$names)
    own <- residuals[[intersect(c("cov", "res.cov"), names(residuals))]]  # the latter where covariates are given
    case$residuals$values <- unname(asplit(round(own[names, names], 10), 1))
  }
  case
}

for (file in c("sem.json", "sem_more.json", "ordered.json", "fit_measures.json", "two_stage.json", "esem.json")) {
  reference <- jsonlite::fromJSON(file, simplifyVector = FALSE)
  reference$cases <- lapply(reference$cases, remade, columns = reference$columns)
  json <- jsonlite::toJSON(reference, auto_unbox = TRUE, digits = NA, null = "null", na = "null")
  writeLines(gsub("(\\],|[{,])(\\[|\"[a-z_]+\":[[{])", "\\1\n\\2", json), file)  # a row a line
}
