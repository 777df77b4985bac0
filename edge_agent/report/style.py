"""How the page looks: on a telephone, on a screen, and printed on A4."""

STYLE = """
:root{--ink:#1b2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--accent:#b3261e;--signal:#1f3a5f}
*{box-sizing:border-box}
body{margin:0 auto;max-width:50rem;padding:1rem;background:var(--paper);color:var(--ink);
 font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
header{border-left:.5rem solid var(--soft);padding:.2rem 0 .2rem 1rem;margin-bottom:1.5rem}
header.ok{border-color:#2a7a3b}header.watch{border-color:#9a6700}
header.alarm,header.danger{border-color:var(--accent)}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:0 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
p{margin:.5rem 0;overflow-wrap:anywhere}
.kicker{color:var(--soft);margin:0;font-size:.9rem}
.severity{display:inline-block;margin:.3rem 0 0;padding:.1rem .7rem;border:1px solid var(--soft);
 border-radius:1rem;font-weight:600}
.alarm .severity,.danger .severity{color:#fff;background:var(--accent);border-color:var(--accent)}
section{margin:0 0 1.6rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.22rem .8rem .22rem 0;border-bottom:1px solid #eef1f4;
 overflow-wrap:anywhere}
th{font-weight:400;color:var(--soft);width:38%}
td{font-variant-numeric:tabular-nums}
.do{font-size:1.1rem;font-weight:600}
.events{list-style:none;padding:0;margin:.5rem 0}.events time{color:var(--soft);margin-right:.5rem}
dl{margin:0}dt{font-weight:600;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}
.legend{color:var(--soft);font-size:.9rem;margin-top:0}
svg{display:block;width:100%;height:auto;margin:.3rem 0}
svg text{font-size:12px;fill:var(--ink)}
svg .tick{fill:var(--soft)}svg .axis{fill:var(--soft)}
svg .grid{stroke:#e8ecf0}
svg .curve{fill:none;stroke:var(--signal);stroke-width:1.2}
svg line.expected{stroke:var(--accent);stroke-width:1.2;stroke-dasharray:5 4}
svg text.expected{fill:var(--accent);font-weight:600}
svg line.further{stroke:var(--accent);stroke-width:1;stroke-dasharray:1 4}
svg line.line{stroke:none}
svg line.limit{stroke:var(--soft);stroke-width:1;stroke-dasharray:7 4}svg text.limit{fill:var(--soft)}
svg .range{stroke:var(--signal);stroke-width:2;opacity:.35}
svg .found{fill:var(--accent);stroke:#fff}
svg .note{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
@media (max-width:32rem){
 body{padding:.7rem}h1{font-size:1.3rem}
 svg text{font-size:21px}svg .limit.note,svg .line.note,svg .axis{display:none}
 th{width:42%}}
@media print{
 @page{size:A4;margin:14mm}
 body{max-width:none;padding:0;font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
 section{break-inside:avoid;margin-bottom:1rem}h1{font-size:17pt}}
"""
"""The style sheet. Judgement throughout: quiet colours, red for what was found; both readable in grey."""
