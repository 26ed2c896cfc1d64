# Reference numbers of tests/analytics/test_against_r.py. Needs R with MASS (both in Debian):
#   R --vanilla --slave < tests/golden/change_and_drivers.R > tests/golden/change_and_drivers.json
suppressMessages(library(MASS))
options(warn = 2)
num <- function(x) ifelse(is.na(x), "null", sprintf("%.17g", x))
vec <- function(x) paste0("[", paste(num(as.numeric(x)), collapse = ", "), "]")
mat <- function(m) paste0("[", paste(apply(m, 1, vec), collapse = ",\n    "), "]")
wilson <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int
newcombe <- function(x1, n1, x2, n2) {
  p1 <- x1 / n1; p2 <- x2 / n2; a <- wilson(x1, n1); b <- wilson(x2, n2); d <- p2 - p1
  c(d, d - sqrt((p2 - b[1])^2 + (a[2] - p1)^2), d + sqrt((b[2] - p2)^2 + (p1 - a[1])^2))
}
pairs <- rbind(c(48, 80, 56, 70), c(9, 10, 3, 10), c(5, 56, 0, 29), c(0, 10, 10, 10), c(881, 1000, 917, 1020), c(29, 30, 30, 30))
changes <- t(apply(pairs, 1, function(r) c(r, newcombe(r[1], r[2], r[3], r[4]),
  suppressWarnings(prop.test(r[c(3, 1)], r[c(4, 2)], correct = FALSE))$p.value)))
p <- c(0.001, 0.2, 0.013, 0.04, 0.04, 0.9, 0.0004, 0.051, 0.33)
x <- c(85, 90, 88, 70, 93, 79); n <- c(100, 101, 97, 88, 104, 90)
trend <- suppressWarnings(prop.trend.test(x, n))

set.seed(20250701)
N <- 160
common <- rnorm(N)
X <- sapply(c(0.9, 0.6, 0.3), function(w) round(pmin(5, pmax(1, 3.6 + w * common + rnorm(N) * 0.8)) * 2) / 2)
colnames(X) <- c("a", "b", "c")
latent <- 0.8 * X[, 1] + 0.5 * X[, 2] + rlogis(N) * 0.7
y <- as.integer(cut(latent, c(-Inf, 2.6, 3.4, 4.6, 5.6, Inf)))
fit <- polr(ordered(y) ~ a + b + c, data = as.data.frame(X), Hess = TRUE, control = list(reltol = 1e-16, maxit = 5000))
r2 <- function(cols) if (length(cols) == 0) 0 else summary(lm(y ~ X[, cols]))$r.squared
orders <- rbind(c(1, 2, 3), c(1, 3, 2), c(2, 1, 3), c(2, 3, 1), c(3, 1, 2), c(3, 2, 1))
lmg <- colMeans(t(apply(orders, 1, function(o) { g <- numeric(3); for (i in 1:3) g[o[i]] <- r2(o[1:i]) - r2(o[seq_len(i - 1)]); g })))

items <- sapply(1:4, function(i) pmin(5, pmax(1, round(3.5 + 0.8 * common[1:40] + rnorm(40)))))
items[cbind(c(1, 5, 9, 9, 20, 33), c(2, 1, 3, 4, 4, 1))] <- NA
alpha <- function(V) { k <- ncol(V); k / (k - 1) * (1 - sum(diag(V)) / sum(V)) }

cat("{\n")
cat(sprintf('  "source": "%s, MASS %s",\n', R.version.string, packageVersion("MASS")))
cat('  "command": "R --vanilla --slave < tests/golden/change_and_drivers.R",\n')
cat('  "changes": {"how": "x1, n1, x2, n2; Newcombe difference, low, high from prop.test(correct = FALSE)$conf.int; p of prop.test(correct = FALSE)",\n   "rows": ', mat(changes), "},\n", sep = "")
cat('  "p_adjust": {"p": ', vec(p), ', "BH": ', vec(p.adjust(p, "BH")), ', "holm": ', vec(p.adjust(p, "holm")), "},\n", sep = "")
cat('  "trend": {"how": "prop.trend.test(x, n)", "x": ', vec(x), ', "n": ', vec(n), ', "chi2": ', num(trend$statistic), ', "p": ', num(trend$p.value), "},\n", sep = "")
cat('  "drivers": {"how": "polr(ordered(y) ~ a + b + c, reltol = 1e-16); LMG by lm() over all orders",\n   "x": ', mat(X), ',\n   "y": ', vec(y),
    ',\n   "r2": ', num(r2(1:3)), ', "lmg": ', vec(lmg), ',\n   "estimates": ', vec(coef(fit)), ', "se": ', vec(sqrt(diag(vcov(fit)))[1:3]),
    ',\n   "thresholds": ', vec(fit$zeta), ', "log_likelihood": ', num(as.numeric(logLik(fit))), "},\n", sep = "")
cat('  "alpha": {"how": "k / (k - 1) * (1 - sum(diag(V)) / sum(V)), V = cov(items, use = pairwise.complete.obs or complete.obs)",\n   "items": ', mat(items),
    ',\n   "pairwise": ', num(alpha(cov(items, use = "pairwise.complete.obs"))), ', "listwise": ', num(alpha(cov(items, use = "complete.obs"))), "}\n", sep = "")
cat("}\n")
