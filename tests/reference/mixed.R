# Mixed models that evaluate.json does not hold: a varying programme, variances at their limit, weights.
# usage, in this folder: Rscript mixed.R    (writes mixed.json)
suppressPackageStartupMessages({library(jsonlite); library(lme4); library(lmerTest); library(pbkrtest)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), stringsAsFactors = FALSE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 1e-2, rhoend = 1e-11, maxfun = 1e6), check.conv.singular = "ignore")
fit <- function(f, d, w = NULL, kr = TRUE) {
  d$w_ <- if (is.null(w)) 1 else w
  m <- if (is.null(w)) lmer(f, d, control = tight) else lmer(f, d, weights = w_, control = tight)
  sm <- function(ddf) unname(lapply(as.data.frame(t(as.data.frame(summary(m, ddf = ddf)$coefficients))), as.list))
  o <- list(criterion = REMLcrit(m), theta = unname(getME(m, "theta")), residual = sigma(m)^2,
            between = unname(as.matrix(VarCorr(m)[[1]])), satterthwaite = sm("Satterthwaite"))
  if (kr) o$kenward_roger <- sm("Kenward-Roger")
  o
}
w <- rd("within_sites"); b <- rd("between_sites"); t <- rd("three_programmes")
w$flat <- w$post - ave(w$post, w$site) + mean(w$post)
w$one <- ifelse(w$programme == 1, w$post, w$flat)
w$weight <- 1 + (seq_len(nrow(w)) %% 4)
R <- list(
  R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")),
  lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")),
  slope = fit(post ~ pre + age + programme + (1 + programme | site), w),
  slope_of_pre = fit(post ~ pre + age + programme + (1 + pre | site), w),
  three = fit(post ~ pre + programme + (1 | site), t),
  nothing_between = fit(flat ~ pre + age + programme + (1 | site), w),
  slope_at_limit = fit(one ~ pre + age + programme + (1 + programme | site), w),
  weighted = fit(post ~ pre + age + programme + (1 | site), w, w$weight, kr = FALSE),  # pbkrtest takes no notice of weights
  one_person_sites = fit(post ~ pre + programme + (1 | site), b[c(1:15, 16, 66, 93, 134:185, 201:230), ]))
write_json(R, "mixed.json", auto_unbox = TRUE, digits = 15, pretty = FALSE, na = "null")
