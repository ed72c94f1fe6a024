-- By how much promises lean away from the guess: the logarithm of a factor.
ALTER TABLE gate_promise ADD COLUMN lean REAL NOT NULL DEFAULT 0;
