-- The median of what promises came out at is not learnt any more: gate/promise.h says why.
ALTER TABLE gate_promise DROP COLUMN median;
