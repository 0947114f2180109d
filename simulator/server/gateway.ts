/**
 * Limits the rate of calls like nginx's limit_req with `rate=20r/s burst=20 nodelay`: "excess" grows by one with each
 * call and decreases with time, and calls beyond the burst are refused. After a pause a whole burst is admitted at once.
 * https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
 * @returns a function that decides whether a call at a time in milliseconds is admitted
 */
export function gateway(requestsPerSecond: number | undefined): (now: number) => boolean {
  if (requestsPerSecond === undefined) return () => true
  let excess = 0
  let last = Number.NEGATIVE_INFINITY
  return (now) => {
    const grown = Math.max(0, excess - ((now - last) * requestsPerSecond) / 1_000 + 1)
    if (grown > requestsPerSecond) return false
    excess = grown
    last = now
    return true
  }
}

/** The body of nginx's response with `limit_req_status 429`. */
export const tooManyRequests = `<html>
<head><title>429 Too Many Requests</title></head>
<body>
<center><h1>429 Too Many Requests</h1></center>
<hr><center>nginx</center>
</body>
</html>
`
