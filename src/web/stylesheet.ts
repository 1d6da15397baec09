const light = `--paper:#F5F6F2;--sheet:#FFF;--line:#C9CFC6;--edge:#7E8881;--ink:#1B2320;--soft:#4E5A54;--prussian:#134A78;
--ochre:#7A5000;--ochre-bg:#F8EBCD;--madder:#A1232B;--madder-bg:#FAE3E1;--verdigris:#1B6247;--verdigris-bg:#DDEEE5;--on-fill:#FFF`
const dark = `--paper:#121716;--sheet:#1A2120;--line:#36413D;--edge:#75817B;--ink:#E6EAE4;--soft:#A5B0A9;--prussian:#8FC1EA;
--ochre:#E4BA62;--ochre-bg:#2E240E;--madder:#F2938C;--madder-bg:#3A1B1A;--verdigris:#7CCBA5;--verdigris-bg:#12291F;--on-fill:#0C1A26`

/** Colours are named after inks and pigments, each with one meaning; every text has a contrast of 5.9 or more. */
export const stylesheet = `:root{color-scheme:light dark;${light}}
@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
:focus-visible{outline:3px solid var(--prussian);outline-offset:2px;border-radius:3px}
.wrap{max-width:74rem;margin:0 auto;padding:0 24px}.narrow{max-width:34rem;padding-block:40px}.wide{max-width:56rem;padding-block:40px}
.mast{background:var(--sheet)}.mast .wrap{display:flex;align-items:center;min-height:60px}
.brand{display:flex;gap:10px;align-items:center;font-weight:650;font-size:1.125rem;letter-spacing:-.01em}
.mark{width:22px;height:26px}.mark .fill{fill:var(--prussian)}.mark .lines{stroke:var(--sheet);stroke-width:1.8}
.torn{display:block;width:100%;height:9px;color:var(--sheet)}
h2{font-size:1.1875rem;margin:32px 0 12px}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 12px;text-wrap:balance}
h2{font-size:1.25rem;line-height:1.3;margin:40px 0 12px}h2.small{font-size:1rem;margin:16px 0 4px}
h3{font-size:1.0625rem;margin:24px 0 8px}h4{font-size:.9375rem;margin:16px 0 4px}
a{color:var(--prussian)}ul{margin:0 0 16px;padding-left:24px}
article{padding:0 0 16px;border-bottom:1px solid var(--line)}
pre{overflow:auto;margin:0 0 16px;padding:12px 16px;background:var(--sheet);border:1px solid var(--line);border-radius:3px}
p{margin:0 0 16px}.soft{color:var(--soft)}.way,form+form{margin-top:24px}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:5px 16px;margin:0 0 24px;padding:16px;background:var(--sheet);border:1px solid var(--line);border-radius:3px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
label{display:block;font-weight:600;margin:0 0 4px}
input,select{display:block;width:100%;font:inherit;color:inherit;background:var(--sheet);border:1px solid var(--edge);border-radius:3px;padding:7px 10px;height:40px;margin:0 0 16px}
.row{display:flex;flex-wrap:wrap;gap:12px;margin-top:8px}
button{font:inherit;font-weight:550;min-height:40px;padding:0 18px;border:1px solid var(--edge);border-radius:3px;background:var(--sheet);color:var(--ink);cursor:pointer}
button.primary{background:var(--prussian);border-color:var(--prussian);color:var(--on-fill)}
.note{padding:11px 14px;border-left:4px solid var(--madder);background:var(--madder-bg);margin:0 0 24px;border-radius:0 3px 3px 0}
.note.ok{border-color:var(--verdigris);background:var(--verdigris-bg)}.note.warn{border-color:var(--ochre);background:var(--ochre-bg)}
footer{border-top:1px solid var(--line);padding:16px 0 40px;font-size:.875rem;color:var(--soft)}footer .wrap{display:flex;gap:2px 16px;flex-wrap:wrap}
[aria-invalid]{border-color:var(--madder);border-width:2px}
@media(max-width:40rem){.wrap{padding-inline:16px}.narrow{padding-block:24px}h1{font-size:1.5rem;overflow-wrap:anywhere}.row button{flex:1}}
@media(max-width:24rem){dl{grid-template-columns:minmax(0,1fr);gap:0}dd:not(:last-child){margin-bottom:8px}}
`
