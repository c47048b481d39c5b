# Survival after release on published data, and what evaluate.json does not hold: PH tests by site, pseudo-values, units.
# usage, in this folder: Rscript follow_up.R    (writes follow_up.json)
suppressPackageStartupMessages({library(jsonlite); library(survival); library(metafor)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), stringsAsFactors = FALSE)
pub <- function(n) read.csv(file.path("..", "..", "data", "published", paste0(n, ".csv")))
tab <- function(m) {m <- as.data.frame(m); setNames(lapply(seq_len(nrow(m)), function(i) as.list(m[i, , drop = FALSE])), rownames(m))}
coefs <- function(m) tab(data.frame(coef = coef(m), se = sqrt(diag(vcov(m))), row.names = names(coef(m))))
exact <- coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 100)
curve <- function(f, times) {s <- summary(f, times = times, extend = TRUE)
  list(strata = as.character(s$strata), time = s$time, at_risk = s$n.risk, survival = s$surv, se = s$std.err, low = s$lower, high = s$upper)}
rmst <- function(f, horizon) {t <- summary(f, rmean = horizon)$table; list(mean = unname(t[, "rmean"]), se = unname(t[, "se(rmean)"]))}
rossi <- pub("rossi"); recid <- pub("recid"); recid$event <- 1 - recid$cens;
d <- rd("follow_up"); d$ev <- as.integer(d$event == 1)
rossi_km <- survfit(Surv(week, arrest) ~ fin, rossi, conf.type = "log-log")
rossi_cox <- coxph(Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio, rossi, control = exact)
recid_km <- survfit(Surv(durat, event) ~ workprg, recid, conf.type = "log-log")
recid_cox <- coxph(Surv(durat, event) ~ workprg + age + priors + tserved + rules + black + alcohol + drugs + strata(felon), recid, control = exact)
by_site <- coxph(Surv(day, ev) ~ programme + age + strata(site), d, control = exact)
back <- survfit(Surv(day, ev) ~ 1, d[d$programme == 1, ])
aj <- summary(survfit(Surv(day, factor(event, 0:2, c("c", "back", "other"))) ~ programme, d), times = c(90, 365, 540))
three <- survdiff(Surv(week, arrest) ~ cut(prio, c(-1, 0, 3, 99)), rossi)
three_race <- survdiff(Surv(week, arrest) ~ cut(prio, c(-1, 0, 3, 99)) + strata(race), rossi)
s <- rd("site_effects"); u <- rd("unit_rates"); p0 <- sum(u$completed) / sum(u$entrants)
tight <- list(threshold = 1e-14, maxiter = 10000)
shrink <- function(y, v) {b <- blup(rma(y, v, method = "REML", test = "knha", control = tight)); list(pred = b$pred, se = b$se, low = b$pi.lb, high = b$pi.ub)}
R <- list(
  R = as.character(getRversion()), survival = as.character(packageVersion("survival")), metafor = as.character(packageVersion("metafor")),
  rossi = list(km = curve(rossi_km, c(10, 26, 52)), rmst52 = rmst(rossi_km, 52), logrank = survdiff(Surv(week, arrest) ~ fin, rossi)$chisq,
    logrank_by_race = survdiff(Surv(week, arrest) ~ fin + strata(race), rossi)$chisq, cox = coefs(rossi_cox),
    loglik = rossi_cox$loglik, zph_km = tab(cox.zph(rossi_cox)$table), three = list(chisq = three$chisq, observed = three$obs, expected = three$exp),
    three_by_race = three_race$chisq),
  recid = list(km = curve(recid_km, c(12, 36, 60)), rmst60 = rmst(recid_km, 60), logrank = survdiff(Surv(durat, event) ~ workprg, recid)$chisq,
    cox = coefs(recid_cox), zph_km = tab(cox.zph(recid_cox)$table)),
  by_site = list(cox = coefs(by_site), zph_km = tab(cox.zph(by_site)$table)),
  pseudo_rmst365 = as.vector(pseudo(back, times = 365, type = "rmst")),
  aalen_johansen = list(strata = as.character(aj$strata), time = aj$time, back = aj$pstate[, 2], back_se = aj$std.err[, 2], other = aj$pstate[, 3], other_se = aj$std.err[, 3]),
  shrunken_sites = shrink(s$effect, s$variance), shrunken_units = shrink(u$completed / u$entrants, p0 * (1 - p0) / u$entrants))
write_json(R, "follow_up.json", auto_unbox = TRUE, digits = 15, pretty = FALSE, na = "null")
