-- apply.lua - each request is another verified resident's application; wrk gives every thread its own share.
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  cookies = {}
  local share = tonumber(args[2])
  local line_number = 0
  for line in io.lines(args[1]) do
    if line_number % share == number then cookies[#cookies + 1] = line end
    line_number = line_number + 1
  end
  at = 0
  answered = {}
end
function request()
  at = at + 1
  local cookie = cookies[at]
  if cookie == nil then wrk.thread:stop() cookie = cookies[#cookies] end
  return wrk.format("POST", "/api/v1/me/application", {
    ["Content-Type"] = "application/json", ["Origin"] = wrk.scheme .. "://" .. wrk.headers["Host"],
    ["Host"] = wrk.headers["Host"], ["Cookie"] = "juncho-session=" .. cookie,
    ["Idempotency-Key"] = "bench-" .. number .. "-" .. at }, '{"campaign":"sample"}')
end
created, repeated, refused = 0, 0, 0
function response(status)
  if status == 201 then created = created + 1 elseif status == 200 then repeated = repeated + 1 else refused = refused + 1 end
end
local all = {}
local plain_setup = setup
function setup(thread) plain_setup(thread) all[#all + 1] = thread end
function done(summary, latency)
  local created, repeated, refused = 0, 0, 0
  for _, thread in ipairs(all) do
    created = created + thread:get("created")
    repeated = repeated + thread:get("repeated")
    refused = refused + thread:get("refused")
  end
  print(string.format("RESULT %.0f/s created=%d repeated=%d refused=%d seconds=%.3f p50_ms=%.1f p99_ms=%.1f max_ms=%.1f errors=%d",
    created * 1e6 / summary.duration, created, repeated, refused, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
