/** Colours are named for what they mean, so that each theme is one list of them. */
const light = `
--page:#f4f6f9;--card:#fff;--line:#dfe4ec;--faint:#eef1f6;--text:#18202f;--quiet:#525e74;--link:#1d4ed8;
--bad:#b42318;--bad-soft:#fef1ef;--good:#067647;--good-soft:#e9f9f0;--busy:#8a5200;--busy-soft:#fff6e5;
--ink:#18202f;--queue:#94a3b8;--dns:#0891b2;--tcp:#d97706;--tls:#9333ea;--send:#2563eb;--wait:#15a05a;--receive:#76b82a;--work:#6d7ff2;`
const dark = `
--page:#0c111b;--card:#141b28;--line:#2a3446;--faint:#1b2434;--text:#e7ecf5;--quiet:#a3b0c6;--link:#8db4ff;
--bad:#ff9d92;--bad-soft:#2c181b;--good:#62d6a0;--good-soft:#10271d;--busy:#f5bd5b;--busy-soft:#2a2112;
--ink:#0c111b;--queue:#7c8ba3;--dns:#22b8d6;--tcp:#f0a13a;--tls:#b57bff;--send:#5b93ff;--wait:#2fbf78;--receive:#a3d95b;--work:#8f9dff;`

const patterned = (kind: string) =>
  `.${kind}{fill:url(#pattern-${kind}) var(--${kind})}.ground-${kind}{fill:var(--${kind})}`

/** All there is; its hash stands in the page's policy, so no byte of it comes from a flight. */
export const style = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}--page:#fff}}
*{box-sizing:border-box}
html{background:var(--page);-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;font-variant-numeric:tabular-nums}
code,pre,.address{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Noto Sans Mono","DejaVu Sans Mono",monospace;font-size:.9em}
:lang(zh-Hans){line-break:strict}
#en:checked~.page [lang=zh-Hans],#zh:checked~.page [lang=en]{display:none}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;border:0}
.skip{position:absolute;left:-99em}
.skip:focus{left:1em;top:.5em;background:var(--card);padding:.3em .8em;border-radius:6px}
.page{max-width:1120px;margin:0 auto;padding:1.2rem 1.2rem 3rem}
.top{display:flex;align-items:center;justify-content:space-between;margin:0 .2rem 1rem;color:var(--quiet)}
.brand{margin:0}
.brand b{color:var(--text);letter-spacing:.01em}
.languages{display:flex;border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--card)}
.languages label{padding:.2rem .8rem;cursor:pointer;font-size:.87rem}
#en:checked~.page label[for=en],#zh:checked~.page label[for=zh]{background:var(--text);color:var(--card)}
#en:focus-visible~.page label[for=en],#zh:focus-visible~.page label[for=zh]{outline:3px solid var(--link);outline-offset:-3px}
h1,h2,h3,h4,h5,p{margin:0}
h3{font-size:.82rem;font-weight:650;color:var(--quiet);letter-spacing:.03em;margin:1.9rem 0 .6rem}
h5{font-size:.8rem;font-weight:600;color:var(--quiet);margin:.9rem 0 .3rem}
a{color:var(--link)}
small{font-size:.86em;color:var(--quiet)}
.note{color:var(--quiet);font-size:.87rem;margin:.2rem 0 .5rem}
.count{font-size:1.5rem;font-weight:650;line-height:1.3;margin:0 .2rem 1rem;letter-spacing:-.01em}
.call,.overview,footer{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.4rem 1.6rem 1.5rem;margin-bottom:1.2rem;overflow:clip}
.overview h2,footer h2{font-size:1rem;margin-bottom:.5rem}
.call{border-top:4px solid var(--good)}
.call.failed{border-top-color:var(--bad)}
.call.running{border-top-color:var(--busy)}
.call:target{outline:3px solid var(--link);outline-offset:2px}
.badges{display:flex;flex-wrap:wrap;gap:.45rem;align-items:center;margin-bottom:.7rem;font-size:.85rem}
.badge,.tag{border-radius:99px;padding:.1rem .75rem;overflow-wrap:anywhere}
.badge{font-weight:650;color:var(--good);background:var(--good-soft)}
.failed>header .badge{color:var(--bad);background:var(--bad-soft)}
.running>header .badge{color:var(--busy);background:var(--busy-soft)}
.tag{background:var(--faint);color:var(--quiet)}
.call h2,.title{font-size:1.5rem;font-weight:650;line-height:1.35;letter-spacing:-.01em;color:var(--text);margin:0;overflow-wrap:anywhere;text-wrap:pretty}
.title{font-size:1.15rem}
.fix{margin-top:.9rem;padding:.7rem 1rem;border-left:4px solid var(--link);background:var(--faint);border-radius:0 8px 8px 0;overflow-wrap:anywhere}
.fix>b{display:block;font-size:.8rem;color:var(--link);font-weight:650}
.address{margin-top:1rem;color:var(--quiet);overflow-wrap:anywhere}
.address b{color:var(--text)}
dl{display:flex;flex-wrap:wrap;gap:.7rem 2.2rem;margin:.9rem 0 0}
dl div{min-width:0;max-width:100%}
dt{font-size:.78rem;color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th{text-align:start;font-weight:400}
thead th{color:var(--quiet);font-size:.78rem;padding:.25rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:bottom;white-space:nowrap}
td,tbody th{padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--faint);vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:end;padding-right:0;padding-left:.9rem;white-space:nowrap}
.facts{font-size:.9em;color:var(--quiet)}
.facts b{color:var(--text);font-weight:600}
.fact{white-space:nowrap;margin-left:.5rem}
.decisions tbody th{font-weight:600;white-space:nowrap}
.decisions .number{padding:.4rem .9rem .4rem 0;text-align:end}
.chart{min-width:600px;table-layout:fixed}
.chart th:first-child{width:36%}
.chart .number{width:5.2rem}
.overview .chart th:nth-child(2){width:24%}
.overview .chart th:first-child{width:38%}
.chart tbody th,.chart tbody td{padding-top:.2rem;padding-bottom:.2rem;border:0;vertical-align:middle;overflow-wrap:anywhere;line-height:1.4}
.chart tbody tr:hover{background:var(--faint)}
.chart tbody b{font-weight:600}
.chart .quiet th{color:var(--quiet);font-size:.93em}
.bad,.chart .bad th,.overview .failed .end,summary.failed b,.bad .end{color:var(--bad)}
.fine .end,summary.fine b{color:var(--good)}
.running .end,summary.running b{color:var(--busy)}
.chart small{display:block}
.chart .layers small,.layers .chart small{display:inline}
.chart .bad .socket{color:var(--quiet)}
.socket{color:var(--quiet);font-size:.92em;margin-left:.3rem}
.deep1 th:first-child{padding-left:1.2rem}
.deep2 th:first-child{padding-left:2.4rem}
.deep3 th:first-child{padding-left:3.6rem}
.deep4 th:first-child{padding-left:4.8rem}
.deep5 th:first-child{padding-left:6rem}
.deep6 th:first-child{padding-left:7.2rem}
.chart .time{position:relative}
.bar{position:absolute;inset:0 .9rem 0 0;width:calc(100% - .9rem);height:100%}
.bar rect:not(.shade){transform:translateY(-6px)}
.moment{fill:var(--card);stroke:var(--quiet);stroke-width:2}
.bad .moment{stroke:var(--bad)}
svg{display:block;overflow:visible}
.axis text{fill:var(--quiet);font-size:11px;text-anchor:middle}
.axis .first{text-anchor:start}
.axis .last{text-anchor:end}
.tick{stroke:var(--line);stroke-width:1}
.shade{fill:var(--bad);opacity:.1}
.shade,.tick{shape-rendering:crispEdges}
${['queue', 'dns', 'tcp', 'tls', 'send', 'receive', 'work'].map(patterned).join('')}
.wait,.request{fill:var(--wait)}
.ink{fill:none;stroke:var(--ink);stroke-width:1}
.bar .layer,.legend .layer{fill:var(--faint);stroke:var(--queue);stroke-dasharray:3 2}
.stall{fill:var(--bad)}
.gap{fill:none;stroke:var(--bad);stroke-dasharray:2 2}
.failed .request{fill:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.2rem;list-style:none;margin:.8rem 0 0;padding:.7rem 0 0;border-top:1px solid var(--faint);font-size:.85rem;color:var(--quiet)}
.legend b{color:var(--text);font-weight:600}
.legend svg{display:inline-block;margin-right:.4rem;vertical-align:-1px}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--link);font-size:.9rem;overflow-wrap:anywhere}
summary:focus-visible,a:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
details .wide{margin-top:.5rem}
.requests td:last-child,.requests th:last-child{padding-left:.9rem}
.connection{border:1px solid var(--line);border-radius:10px;padding:.8rem 1.1rem 1rem;margin-bottom:.7rem}
.connection h4{font-size:.95rem}
.connection dl{margin-top:.4rem;font-size:.9rem}
.connection ul,.connection ol,.stalls ul{margin:0;padding-left:1.3rem;font-size:.9rem}
.connection li dl{margin:.1rem 0 .5rem;color:var(--text)}
.bad strong{font-weight:650;color:var(--bad)}
pre{margin:.4rem 0 0;padding:.9rem 1.1rem;background:var(--faint);border-radius:8px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all;-webkit-user-select:all}
.child{margin:.3rem 0}
.child .call{margin:.6rem 0 0}
footer dl{font-size:.9rem}
footer .note{margin:.9rem 0 0}
@media (max-width:640px){.page{padding:.7rem .6rem 2rem}.call,.overview,footer{padding:1rem 1rem 1.1rem}.call h2{font-size:1.2rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{
@page{margin:14mm}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
html{font-size:13px}
body{font-size:13px}
.page{max-width:none;padding:0}
.languages,.skip{display:none}
.call,.overview,footer{border:0;border-top:2px solid var(--line);border-radius:0;padding:.8rem 0}
.call{break-before:page}
.call:first-of-type,.child .call{break-before:auto}
tr,li,dl div,.connection,.fix,header{break-inside:avoid}
h3,h4,h5,summary{break-after:avoid}
.wide{overflow:visible}
.chart{min-width:0}
.requests table,.requests thead th{font-size:7.2pt}
.requests td,.requests th,.requests .number{padding-left:0;padding-right:.5rem}
.requests tbody th,.requests td:last-child{overflow-wrap:anywhere}
details::details-content{content-visibility:visible;display:block;block-size:auto}
summary{list-style:none;color:var(--quiet)}
a{color:inherit;text-decoration:none}
}
`
