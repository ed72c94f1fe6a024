# R's forecast package from the same origins as juncho forecast --backtest: prints WAPE by method.
# usage: Rscript rivals.R FILE TIME_COLUMN COUNT_COLUMN SEASON HELD_OUT HORIZON
suppressMessages(library(forecast))
arguments <- commandArgs(TRUE)
table <- read.csv(arguments[1], check.names = FALSE)
if (arguments[2] == "Date") table <- table[order(as.Date(table$Date, "%d %b %Y")), ]
counts <- as.numeric(table[[arguments[3]]])
season <- as.integer(arguments[4]); held <- as.integer(arguments[5]); horizon <- as.integer(arguments[6])
n <- length(counts)
run <- function(name, method) {
  error <- total <- 0
  for (origin in seq(n - held, n - 1, by = horizon)) {
    past <- counts[seq_len(origin)]
    past[is.na(past)] <- 0
    ahead <- counts[seq(origin + 1, min(origin + horizon, n))]
    guess <- tryCatch(expm1(as.numeric(method(log1p(past), length(ahead)))), error = function(e) NA * ahead)
    error <- error + sum(abs(ahead - guess), na.rm = FALSE); total <- total + sum(ahead)
  }
  cat(sprintf("%-8s %.3f\n", name, error / total))
}
if (season == 24) {
  run("stlf", function(x, h) stlf(msts(x, c(24, 168)), h = h)$mean)
} else {
  run("stlf", function(x, h) stlf(ts(x, frequency = 7), h = h)$mean)
  run("ets", function(x, h) forecast(ets(ts(x, frequency = 7)), h = h)$mean)
  run("arima", function(x, h) forecast(auto.arima(ts(x, frequency = 7)), h = h)$mean)
}
