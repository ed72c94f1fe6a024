-- juncho.lua - asks Juncho whether a request may pass: txn.juncho_verdict becomes "pass" or "wait"; without one Juncho is away.
--
-- With "wait", txn.juncho_waiting is the address of the waiting page; with "pass", txn.juncho_pass may be a cookie for the
-- visitor, who got in on the way because nobody waits. Nothing but the named headers goes to Juncho,
-- and the body stays where it is.

local address = os.getenv("JUNCHO_CHECK")

local PASSED_ON = { "host", "cookie", "x-forwarded-for", "x-forwarded-proto", "x-original-uri" }
local ANSWER_MS_MAX = 5000

core.register_action("juncho_check", { "http-req" }, function(txn)
    local sent, given = {}, txn.http:req_get_headers()
    for _, name in ipairs(PASSED_ON) do
        if given[name] then
            sent[name] = { given[name][0] }
        end
    end
    local answer = core.httpclient():get { url = address, headers = sent, timeout = ANSWER_MS_MAX }
    if answer.status == 204 then
        txn:set_var("txn.juncho_verdict", "pass")
        if answer.headers["set-cookie"] then
            txn:set_var("txn.juncho_pass", answer.headers["set-cookie"][0])
        end
    elseif answer.status == 401 and answer.headers["x-juncho-waiting"] then
        txn:set_var("txn.juncho_verdict", "wait")
        txn:set_var("txn.juncho_waiting", answer.headers["x-juncho-waiting"][0])
    end
end, 0)
