-- wrk asks for the addresses of a file in turn, with the session's cookie, and prints what it saw as JSON.
local paths, n, cookie = {}, 0, ""

function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  cookie = args[2]
  math.randomseed(os.time())
  n = math.random(#paths)  -- so that a short go does not always ask for the same few
end

function request()
  n = n + 1
  return wrk.format("GET", paths[(n - 1) % #paths + 1], { ["Cookie"] = cookie, ["Accept-Encoding"] = "identity" })
end

function done(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
  io.write(string.format(
    '\n{"requests": %d, "took_us": %d, "wrong": %d, "p50_us": %d, "p95_us": %d}\n',
    summary.requests, summary.duration, wrong + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95)))
end
