-- What wrk sends: the body in BODY, as the asker of TOKEN, with COOKIE; NEW_EACH_TIME makes each document one never seen before.
-- Or else the pages at the paths in the file PATHS, one after the other.
local body, token, new = os.getenv("BODY"), os.getenv("TOKEN"), os.getenv("NEW_EACH_TIME") ~= ""
local seed, count = os.time(), 0

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
if token ~= "" then wrk.headers["Authorization"] = "Bearer " .. token end
if os.getenv("COOKIE") ~= "" then wrk.headers["Cookie"] = os.getenv("COOKIE") end
if not new then wrk.body = body end

if new then
  request = function()
    count = count + 1
    local sent = body:gsub('"query": "', '"query": "# ' .. seed .. "." .. count .. '\\n', 1)
    return wrk.format(nil, nil, nil, sent)
  end
end

if os.getenv("PATHS") then
  local paths = {}
  for path in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = path end
  request = function()
    count = count + 1
    return wrk.format("GET", paths[count % #paths + 1], { Accept = "text/html" })
  end
end
