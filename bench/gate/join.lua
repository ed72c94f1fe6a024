-- join.lua - each request is another registered resident who joins; every thread and every round has its own share.
--
-- Arguments: the file of cookies, threads, the round, rounds.
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  cookies = {}
  local share, round, line_number = tonumber(args[2]), tonumber(args[3]), 0
  for line in io.lines(args[1]) do
    if line_number % (share * tonumber(args[4])) == number + share * round then cookies[#cookies + 1] = line end
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
