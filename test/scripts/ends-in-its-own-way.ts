// A program for signals.test.ts: waits for SIGTERM, and ends with an exit code that nothing else gives.
const waiting = setInterval(() => {}, 60_000)
process.once("SIGTERM", () => {
  clearInterval(waiting)
  process.exitCode = 7
})
console.log("ready")
