-- join.lua - each request is another registered resident who joins; wrk gives every thread its own share.
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  cookies = {}
  local share, line_number = tonumber(args[2]), 0
  for line in io.lines(args[1]) do
    if line_number % share == number then cookies[#cookies + 1] = line end
    line_number = line_number + 1
  end
  at = 0
end
function request()
  at = at + 1
  if at > #cookies then wrk.thread:stop() end
  return wrk.format("POST", "/api/v1/gate/tickets", {
    ["Content-Type"] = "application/json", ["Origin"] = wrk.scheme .. "://" .. wrk.headers["Host"],
    ["Host"] = wrk.headers["Host"], ["Cookie"] = "juncho-session=" .. cookies[math.min(at, #cookies)] }, "{}")
end
