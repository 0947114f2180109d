/** Style of the page: light and dark, for screens of any width and for paper. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b2430; --soft: #5b6775; --line: #dfe4ea;
  --good: #1a7f4b; --mapped: #2f6fbf; --warn: #b26a00; --bad: #c0312b; --busy: #6b4fbb; --plain: #7a8695;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --ink: #e4e9ef; --soft: #98a4b3; --line: #2c3541;
    --good: #3fb67c; --mapped: #69a3ec; --warn: #e0a13d; --bad: #f0716a; --busy: #a68df0; --plain: #8693a3;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 76rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: .1rem 0 .4rem; font-size: 1.8rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 .2rem; font-size: 1.1rem; }
p { margin: 0 0 .8rem; color: var(--soft); overflow-wrap: anywhere; }
.subtitle { margin: 0; }
.summary { font-size: 1.05rem; color: var(--ink); max-width: 60rem; }
.state {
  display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .9rem; font-weight: 600;
  vertical-align: middle; white-space: nowrap; color: var(--card); background: var(--plain);
}
.state.good { background: var(--good); } .state.warn { background: var(--warn); }
.state.bad { background: var(--bad); } .state.busy { background: var(--busy); }
section, .tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
section { margin-top: 1rem; padding: 1rem 1.25rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.tiles li { flex: 1 1 8rem; padding: .5rem .9rem; color: var(--soft); font-size: .9rem; border-top: 3px solid var(--plain); }
.tiles b { display: block; color: var(--ink); font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .good { border-top-color: var(--good); } .tiles .warn { border-top-color: var(--warn); }
.tiles .bad { border-top-color: var(--bad); } .tiles .busy { border-top-color: var(--busy); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 0 2rem; margin: .4rem 0 0; }
dl div { display: flex; gap: 1rem; padding: .3rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 9.5rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
dd, td, summary { unicode-bidi: isolate; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th { text-align: left; color: var(--soft); font-weight: 600; white-space: nowrap; }
th, td { padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; }
td { overflow-wrap: break-word; max-width: 30rem; }
td:first-child { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; min-width: 3.5rem; }
.zero { color: var(--line); }
.drawn { min-width: 11rem; width: 30%; vertical-align: middle; }
.bar { display: flex; gap: 2px; overflow: hidden; border-radius: .4rem; background: var(--line); }
.bar.wide { height: .9rem; } .bar.small { height: .6rem; }
.bar i { min-width: 3px; background: var(--plain); }
.span { height: .6rem; border-radius: .3rem; background: color-mix(in srgb, var(--line) 55%, transparent); overflow: hidden; }
.span i { display: block; height: 100%; min-width: 3px; border-radius: .3rem; background: var(--mapped); }
.outcome { white-space: nowrap; font-weight: 600; color: var(--plain); }
.bar .kept { background: var(--good); } .outcome.kept { color: var(--good); }
.bar .mapped { background: var(--mapped); } .outcome.mapped { color: var(--mapped); }
.bar .dropped, .bar .omitted { background: var(--warn); } .outcome.dropped, .outcome.omitted { color: var(--warn); }
.bar .different, .bar .failed, .bar .skipped { background: var(--bad); }
.outcome.different, .outcome.failed, .outcome.skipped { color: var(--bad); }
.bar .open { background: var(--busy); } .outcome.open { color: var(--busy); }
details { border-top: 1px solid var(--line); }
summary { padding: .45rem 0; cursor: pointer; }
summary:hover { color: var(--mapped); }
details table { margin-bottom: .8rem; font-size: .85rem; }
details td:first-child { white-space: normal; min-width: 9rem; }
@media (max-width: 40rem) {
  body { padding: 1rem .7rem 3rem; }
  dl { grid-template-columns: 1fr; }
  dt { flex-basis: 7rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  section { padding: .6rem 0; border-width: 1px 0 0; border-radius: 0; }
  .scroll { overflow: visible; }
  tr, dl div, .tiles li { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  .bar, .span, .state { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`.trim()
