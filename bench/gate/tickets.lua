-- tickets.lua - each request is somebody new, from an address of their own.
local count = math.random(1, 1000000)
function request()
  count = count + 1
  local address = string.format("10.%d.%d.%d", count / 65536 % 256, count / 256 % 256, count % 256)
  return wrk.format("POST", "/api/v1/gate/tickets", {
    ["Content-Type"] = "application/json", ["Origin"] = wrk.scheme .. "://" .. wrk.headers["Host"],
    ["Host"] = wrk.headers["Host"], ["X-Forwarded-For"] = address }, "{}")
end
