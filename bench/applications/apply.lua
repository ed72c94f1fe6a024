-- apply.lua - each request is another verified resident's application; wrk gives every thread its own share.
--
-- The load shares the cores with what it measures, so it is cheap: a request is four strings put together, and
-- answers are only counted (the script compares their number with the ledger's).
local threads = {}
function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  local share = tonumber(args[2])
  cookies = {}
  local line_number = 0
  for line in io.lines(args[1]) do
    if line_number % share == number then cookies[#cookies + 1] = line end
    line_number = line_number + 1
  end
  at = 0
  local body = '{"campaign":"sample"}'
  local host = wrk.headers["Host"]
  head = "POST /api/v1/me/application HTTP/1.1\r\nHost: " .. host .. "\r\nOrigin: " .. wrk.scheme .. "://" .. host ..
    "\r\nContent-Type: application/json\r\nContent-Length: " .. #body ..
    "\r\nIdempotency-Key: bench-" .. number .. "-"
  cookie_name = "\r\nCookie: juncho-session="
  tail = "\r\n\r\n" .. body
end

-- Each resident applies once; when all of a thread's have, the thread stops.
function request()
  at = at + 1
  local cookie = cookies[at]
  if cookie == nil then
    ran_out = true
    wrk.thread:stop()
    cookie = cookies[#cookies]
  end
  return head .. at .. cookie_name .. cookie .. tail
end

function done(summary, latency)
  local seconds = summary.duration / 1e6
  local answered = summary.requests - summary.errors.status
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format(
    "RESULT %.0f/s answered=%d refused=%d lost=%d seconds=%.3f p50_ms=%.1f p99_ms=%.1f max_ms=%.1f",
    answered / seconds, answered, summary.errors.status, lost, seconds, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000))
  for _, thread in ipairs(threads) do
    if thread:get("ran_out") then
      print("RESULT at least: everybody had applied before the time was over; take a larger COUNT")
      return
    end
  end
end
