# R's forecast package and prophet from the same origins as juncho forecast --backtest: WAPE and time by method.
# usage: Rscript rivals.R FILE TIME_COLUMN COUNT_COLUMN MINUTES HELD_OUT_DAYS HORIZON_DAYS [gaps-are-zero]
# All work on log(1 + count), as ours does. Slots without a count are given to them as missing; what cannot take
# that gets them filled in by na.interp. They know neither events nor deadlines.
suppressMessages({
  library(forecast)
  library(prophet)
})
arguments <- commandArgs(TRUE)
table <- read.csv(arguments[1], check.names = FALSE)
minutes <- as.integer(arguments[4])
per_day <- 1440 / minutes
held <- as.integer(arguments[5]) * per_day
horizon <- as.integer(arguments[6]) * per_day
text <- sub("T", " ", table[[arguments[2]]])
format <- if (minutes == 1440) "%d %b %Y" else "%Y-%m-%d %H:%M"
invisible(Sys.setlocale("LC_TIME", "C"))
times <- as.POSIXct(text, format = format, tz = "UTC")
first <- as.POSIXct(trunc(min(times), "days"), tz = "UTC")
grid <- seq(first, max(times), by = minutes * 60)
counts <- as.numeric(table[[arguments[3]]])[match(as.numeric(grid), as.numeric(times))]
if (length(arguments) > 6) counts[is.na(counts)] <- 0
n <- length(counts)
begin <- (ceiling(n / per_day)) * per_day - held

run <- function(name, method) {
  error <- total <- longest <- 0
  for (origin in seq(begin, n - 1, by = horizon)) {
    ahead <- counts[seq(origin + 1, min(origin + horizon, n))]
    spent <- system.time(
      guess <- tryCatch(pmax(expm1(as.numeric(method(log1p(counts[seq_len(origin)]), length(ahead)))), 0),
                        error = function(e) { message(name, ": ", conditionMessage(e)); NA * ahead })
    )
    longest <- max(longest, sum(spent[c("user.self", "user.child")], na.rm = TRUE))
    error <- error + sum(abs(ahead - guess)[!is.na(ahead)])
    total <- total + sum(ahead, na.rm = TRUE)
  }
  cat(sprintf("%-16s %8.3f %45.2f s\n", name, error / total, longest))
}

many <- function(x) msts(x, c(per_day, 7 * per_day))
one <- function(x) ts(x, frequency = if (per_day == 1) 7 else per_day)
run("R stlf", function(x, h) stlf(na.interp(if (per_day == 1) one(x) else many(x)), h = h)$mean)
run("R arima", function(x, h) {
  if (per_day == 1) return(forecast(auto.arima(one(x)), h = h)$mean)
  waves <- c(min(per_day / 4, 6), 6)
  fit <- auto.arima(x, xreg = fourier(many(x), waves), seasonal = FALSE, max.p = 3, max.q = 3)
  forecast(fit, xreg = fourier(many(x), waves, h = h))$mean
})
if (per_day <= 24) # its seasons have at most 24 slots
  run("R ets", function(x, h) forecast(ets(na.interp(one(x))), h = h)$mean)
run("R prophet", function(x, h) {
  known <- data.frame(ds = grid[seq_along(x)], y = x)
  model <- suppressMessages(prophet(known, daily.seasonality = per_day > 1, weekly.seasonality = TRUE,
                                    yearly.seasonality = FALSE, uncertainty.samples = 0))
  ahead <- data.frame(ds = grid[length(x)] + minutes * 60 * seq_len(h))
  predict(model, ahead)$yhat
})
