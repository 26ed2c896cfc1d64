# Standard errors of R's `survey`, the numbers the core is held against. Run once, the tests read only what it wrote:
#   Rscript survey_reference.R          (R 4.2.2, survey 4.1-1: Debian 12's r-base-core and r-cran-survey)
# Writes survey_reference_rows.csv (the responses) and survey_reference.csv (name, value to 17 digits).
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 17)

# Respondents by a small congruential generator, so that nothing depends on R's own.
state <- 20250715
draw <- function() { state <<- (state * 16807) %% 2147483647; state / 2147483647 }
sizes <- c(af = 14, ag = 9, bf = 17, bg = 1, cf = 11)
dossiers <- c(af = 300, ag = 40, bf = 120, bg = 9, cf = 55)
rows <- do.call(rbind, lapply(names(sizes), function(h) do.call(rbind, lapply(seq_len(sizes[[h]]), function(i) {
  mood <- draw()
  q <- sapply(1:6, function(j) { if (draw() < 0.15) NA else if (draw() < 0.35 + 0.6 * mood) 4 + (draw() < 0.4) else 1 + floor(3 * draw()) })
  if (all(is.na(q))) q[1] <- 4
  data.frame(unit = substr(h, 1, 1), field = substr(h, 2, 2), sex = if (draw() < 0.55) "f" else "m",
             age = c("young", "middle", "old")[1 + floor(3 * draw())], t(setNames(q, paste0("q", 1:6))))
}))))
rows$start <- round(1 + 2 * sapply(seq_len(nrow(rows)), function(i) draw()), 3)
write.csv(rows, "survey_reference_rows.csv", row.names = FALSE, na = "", quote = FALSE)

q <- as.matrix(rows[paste0("q", 1:6)])
a <- !is.na(q); s <- a & q >= 4
rows$x <- rowSums(s); rows$m <- rowSums(a)
for (j in 1:6) { rows[[paste0("s", j)]] <- as.numeric(s[, j]); rows[[paste0("a", j)]] <- as.numeric(a[, j]) }
parts <- list(A = 1:2, B = 3:5, C = 6)
for (f in names(parts)) { rows[[paste0("x", f)]] <- rowSums(s[, parts[[f]], drop = FALSE]); rows[[paste0("m", f)]] <- rowSums(a[, parts[[f]], drop = FALSE]) }
rows$h <- paste0(rows$unit, rows$field)
rows$N <- dossiers[rows$h]; rows$w <- rows$N / sizes[rows$h]
rows$one <- 1; rows$all <- sum(dossiers)

plain <- svydesign(ids = ~1, weights = ~one, data = rows)
plainfpc <- svydesign(ids = ~1, weights = ~one, fpc = ~all, data = rows)
strata <- svydesign(ids = ~1, strata = ~h, weights = ~w, data = rows)
stratafpc <- svydesign(ids = ~1, strata = ~h, weights = ~w, fpc = ~N, data = rows)

out <- data.frame(name = character(), value = numeric())
note <- function(name, value) out <<- rbind(out, data.frame(name = name, value = as.numeric(value)))
ratio <- function(name, design, x = ~x, m = ~m) { r <- svyratio(x, m, design); note(paste0(name, ".share"), coef(r)); note(paste0(name, ".se"), SE(r)) }
mean_of <- function(name, design, tops, bottoms) {
  totals <- svytotal(as.formula(paste("~", paste(c(tops, bottoms), collapse = "+"))), design)
  expression <- parse(text = paste0("(", paste(paste0(tops, "/", bottoms), collapse = "+"), ")/", length(tops)))[[1]]
  contrast <- eval(bquote(svycontrast(totals, quote(.(expression)))))
  note(paste0(name, ".share"), coef(contrast)); note(paste0(name, ".se"), SE(contrast))
}
designs <- list(plain = plain, plain_fpc = plainfpc, strata = strata, strata_fpc = stratafpc)
for (name in names(designs)) {
  design <- designs[[name]]
  ratio(paste0(name, ".pooled"), design)
  mean_of(paste0(name, ".factor_mean"), design, paste0("x", names(parts)), paste0("m", names(parts)))
  mean_of(paste0(name, ".criteria_mean"), design, paste0("s", 1:6), paste0("a", 1:6))
  for (wanted in c("f", "m")) ratio(paste0(name, ".sex_", wanted), subset(design, sex == wanted))
}
for (j in 1:6) ratio(paste0("plain.q", j), plain, as.formula(paste0("~s", j)), as.formula(paste0("~a", j)))

sexes <- data.frame(sex = c("f", "m"), Freq = c(900, 1100))
ages <- data.frame(age = c("young", "middle", "old"), Freq = c(500, 800, 700))
margins <- c("(Intercept)" = 2000, sexm = 1100, ageold = 700, ageyoung = 500)
weighed <- svydesign(ids = ~1, weights = ~start, data = rows)
for (name in c("one", "start")) {
  design <- if (name == "one") plain else weighed
  calibrated <- calibrate(design, ~ sex + age, margins, calfun = "raking", epsilon = 1e-14, maxit = 500)
  ratio(paste0("rake_", name), calibrated)
  for (i in seq_len(nrow(rows))) note(paste0("rake_", name, ".weight", i), weights(calibrated)[i])
}
raked <- rake(plain, list(~sex, ~age), list(sexes, ages), control = list(maxit = 500, epsilon = 1e-12))
ratio("rake_by_rake", raked)
out$value <- sprintf("%.17g", out$value)
write.csv(out, "survey_reference.csv", row.names = FALSE, quote = FALSE)
