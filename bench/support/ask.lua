-- What wrk sends: the body in BODY, as the asker of TOKEN, with COOKIE; NEW_EACH_TIME makes each document one never seen before.
-- Or else what the lines of the file REQUESTS name, one after the other: the path of a page, or a body to post.
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

if os.getenv("REQUESTS") then
  local lines = {}
  for line in io.lines(os.getenv("REQUESTS")) do lines[#lines + 1] = line end
  request = function()
    count = count + 1
    local line = lines[count % #lines + 1]
    if line:sub(1, 1) == "{" then return wrk.format("POST", nil, nil, line) end
    return wrk.format("GET", line, { Accept = "text/html" })
  end
end
