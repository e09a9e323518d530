-- A load for wrk: every request brings another body, and the tokens in turn.
-- Arguments: file with one credential on each line, file with one key on each line, number of the first key, file with the body
-- in which the key stands as a line break.
local credentials, keys, before, after
local n

local function lines(path)
  local read = {}
  for line in io.lines(path) do read[#read + 1] = line end
  return read
end

function init(args)
  credentials, keys, n = lines(args[1]), lines(args[2]), tonumber(args[3])
  local body = lines(args[4])
  local bytes = #body[1] + #keys[1] + #body[2]
  before, after = {}, body[2]
  for i, credential in ipairs(credentials) do
    before[i] = "POST /graphql HTTP/1.1\r\nhost: " .. wrk.host .. ":" .. wrk.port
      .. "\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: " .. credential
      .. "\r\ncontent-length: " .. bytes .. "\r\n\r\n" .. body[1]
  end
end

function request()
  n = n + 1
  return before[n % #before + 1] .. keys[n % #keys + 1] .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"bytes":%d,"p50Ms":%.3f,"p99Ms":%.3f,"broken":%d,"refused":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
