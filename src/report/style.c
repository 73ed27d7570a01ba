/* The page's style: calm, one accent colour, large type; light and dark by the reader's setting, one
 * column on a phone, everything visible in print.  Contrast of text on its ground is at least 4.5:1. */
#include "report/sections.h"

const char *const th_report_style[] = {
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#56606b;--line:#d7dde3;--pale:#f2f5f8;"
    "--accent:#0b5cad;--a:11 92 173;--warn:#a8440a;--w:222 98 24;--heat:.55;--hot:.9}\n",
    "@media(prefers-color-scheme:dark){:root{--bg:#13171b;--fg:#e9edf1;--soft:#a6b0bb;--line:#363e47;--pale:#1d2329;"
    "--accent:#7fbcff;--a:88 166 255;--warn:#ffab66;--w:240 130 60;--heat:.48;--hot:.6}}\n",
    "*{box-sizing:border-box}\n",
    "html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}\n",
    "body{margin:0 auto;padding:2rem 1.25rem 5rem;max-width:60rem;background:var(--bg);color:var(--fg);"
    "font:1.125rem/1.6 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Noto Naskh "
    "Arabic\",sans-serif;overflow-wrap:anywhere}\n",
    "h1{font-size:clamp(2rem,7vw,3.2rem);line-height:1.1;margin:1rem 0 .75rem;letter-spacing:-.02em}\n",
    "h2{font-size:clamp(1.5rem,5vw,2.1rem);line-height:1.2;margin:0 0 .75rem;letter-spacing:-.01em}\n",
    "h3{font-size:1.25rem;line-height:1.3;margin:2rem 0 .5rem}\n",
    "p{margin:.5rem 0 1rem;max-width:42rem}\n",
    "section{border-top:1px solid var(--line);margin-top:3.5rem;padding-top:2.25rem}\n",
    "a{color:var(--accent)}\n",
    "code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;background:var(--pale);"
    "padding:.1em .35em;border-radius:.3em}\n",
    ".lead{font-size:1.3rem;line-height:1.5}\n",
    ".soft,figcaption,caption{color:var(--soft);font-size:1rem}\n",
    ".see{border-left:.25rem solid var(--accent);padding:.1rem 0 .1rem 1rem;margin:0 0 1.5rem}\n",
    ".todo{background:var(--pale);border-radius:.6rem;padding:1rem 1.25rem;max-width:none}\n",
    ".warn{color:var(--warn)}\n",
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;padding:0;margin:1.5rem 0 0}\n",
    ".skip{position:absolute;left:-99rem}.skip:focus{position:static}\n",
    ":focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:.2rem}\n",
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:1rem;margin:2rem "
    "0;padding:0;list-style:none}\n",
    ".tiles li{background:var(--pale);border-radius:.8rem;padding:1.1rem 1.25rem}\n",
    ".tiles "
    "b{display:block;font-size:2.3rem;line-height:1.15;font-weight:650;letter-spacing:-.02em;font-variant-numeric:"
    "tabular-nums}\n",
    ".tiles small{font-size:1.1rem;font-weight:400;letter-spacing:0}\n",
    ".tiles .first b{color:var(--accent)}.tiles .over b{color:var(--warn)}\n",
    ".tiles span{display:block;color:var(--soft);font-size:1rem;line-height:1.4}\n",
    ".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1.5rem 2.5rem}\n",
    ".rows{gap:.25rem 2.5rem}\n",
    "figure{margin:0 0 1rem}\n",
    "figcaption{margin-bottom:.4rem}\n",
    "svg{display:block;width:100%;max-width:34rem;height:auto;overflow:visible}\n",
    "svg text{font-size:12px;fill:var(--soft)}\n",
    ".axis{stroke:var(--line);stroke-width:1}.mark{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}\n",
    ".main,.other{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}\n",
    ".main{stroke:var(--accent)}.other{stroke:var(--soft);stroke-dasharray:5 5;stroke-width:1.75}\n",
    ".run{fill:none;stroke-width:2;stroke-linejoin:round}\n",
    ".r1{stroke:var(--accent);border-color:var(--accent)}.r2{stroke:#d9480f;border-color:#d9480f}\n",
    ".r3{stroke:#2f9e44;border-color:#2f9e44;stroke-dasharray:7 3}\n",
    ".r4{stroke:#9c36b5;border-color:#9c36b5;stroke-dasharray:2 3}\n",
    ".r5{stroke:#1098ad;border-color:#1098ad;stroke-dasharray:10 3 2 3}\n",
    ".r6{stroke:#e03131;border-color:#e03131;stroke-dasharray:5 5}\n",
    ".key .k-run{width:2.2em;height:0;border-top-width:.2em;border-top-style:solid;vertical-align:.25em}\n",
    ".key .k-run.r3,.key .k-run.r6{border-top-style:dashed}.key .k-run.r4,.key .k-run.r5{border-top-style:dotted}\n",
    ".dot,.good{fill:var(--accent)}.bad{fill:var(--warn)}.quiet{fill:rgb(var(--a)/.16)}\n",
    ".half{fill:rgb(var(--a)/.5)}.full{fill:var(--accent)}.scratch{fill:rgb(var(--w)/.55)}\n",
    ".miss{fill:none;stroke:var(--warn);stroke-width:1.5;stroke-dasharray:3 2}\n",
    ".key{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;list-style:none;padding:0;margin:.25rem 0 "
    "1rem;color:var(--soft);font-size:1rem}\n",
    ".key i{display:inline-block;width:1.4em;height:.8em;margin-right:.45em;border-radius:.15em}\n",
    ".key .k-main,.key .k-other{width:2.2em}.key .k-main{height:0;border-top:.2em solid "
    "var(--accent);vertical-align:.25em}\n",
    ".key .k-other{height:0;border-top:.17em dashed var(--soft);vertical-align:.25em}\n",
    ".key .k-good{background:var(--accent)}.key .k-bad{background:var(--warn)}\n",
    ".key .k-half{background:rgb(var(--a)/.5)}\n",
    ".key .k-scratch{background:rgb(var(--w)/.55)}.key .k-miss{border:2px dashed var(--warn)}\n",
    ".scroll{overflow-x:auto;margin:1rem 0}\n",
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:1rem;overflow-wrap:normal}\n",
    "caption{text-align:start;padding-bottom:.4rem}\n",
    "th,td{padding:.4rem .75rem .4rem 0;text-align:end;border-bottom:1px solid var(--line);vertical-align:baseline}\n",
    "th{font-weight:600}thead th{color:var(--soft);font-weight:500}\n",
    "th:first-child,td:first-child,.words td{text-align:start}\n",
    "td.bar{width:60%;min-width:8rem;text-align:start}td.bar div{display:flex;align-items:center;gap:.6rem}\n",
    "td.bar i{flex:none;height:.85rem;min-width:2px;border-radius:.15rem;background:var(--accent);"
    "width:calc(var(--p)*(100% - 6.5rem))}td.bar span{white-space:nowrap}\n",
    "table:has(td.bar){width:100%;max-width:46rem}table:has(td.bar) :is(th,td){text-align:start}\n",
    ".heat{border-collapse:separate;border-spacing:2px;width:100%;table-layout:fixed;max-width:52rem}\n",
    ".heat th,.heat td{border:0;padding:.35em .1em;text-align:center;border-radius:.25rem;line-height:1.3}\n",
    ".heat tr>:first-child{width:6.5em;text-align:end;padding-inline-end:.6em;overflow-wrap:anywhere}\n",
    ".heat thead th{vertical-align:bottom;overflow:hidden}.heat.many thead th:not(:first-child) "
    "bdi{writing-mode:vertical-rl;transform:rotate(180deg);max-height:9em}\n",
    ".heat td{background:rgb(var(--w)/calc(var(--v)*var(--hot)))}.heat "
    "td.r{background:rgb(var(--a)/calc(var(--v)*var(--heat)));font-weight:600}\n",
    ".heat .z{color:var(--soft)}\n",
    ".heat.wide{min-width:52rem}.heat.many{font-size:clamp(.62rem,2.35vw,1rem);border-spacing:1px}\n",
    ".clips{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:1.5rem}\n",
    ".clips figure{margin:0}.clips img{display:block;width:100%;height:8rem;border-radius:.5rem;object-fit:fill}\n",
    ".clips figcaption{color:var(--fg);margin:.5rem 0;line-height:1.4}\n",
    "audio{display:block;width:100%;height:2.5rem}\n",
    ".stack{display:flex;height:2.2rem;border-radius:.4rem;overflow:hidden;background:var(--pale);border:1px solid "
    "var(--line)}\n",
    ".stack i{display:block;border-inline-end:2px solid var(--bg)}.stack .k-good{background:var(--accent)}"
    ".stack .k-half{background:rgb(var(--a)/.5)}.stack .k-quiet,.key .k-quiet{background:rgb(var(--a)/.25)}\n",
    "details{margin:1rem 0}summary{color:var(--accent);cursor:pointer;padding:.3rem 0}\n",
    "dt{font-weight:600;margin-top:1rem}dd{margin:0;max-width:42rem}\n",
    "footer{margin-top:4rem;color:var(--soft);font-size:1rem}\n",
    "@media(max-width:30rem){body{font-size:1.0625rem;padding:1rem 1rem "
    "3rem}section{margin-top:2.5rem;padding-top:1.75rem}"
    ".tiles{grid-template-columns:1fr 1fr;gap:.6rem}.tiles li{padding:.8rem .9rem}.tiles b{font-size:1.6rem}.tiles "
    "small{font-size:.95rem}"
    ".tiles span{font-size:.92rem}td.bar "
    "div{flex-direction:column;align-items:flex-start;gap:.15rem}td.bar{width:50%}td.bar "
    "i{width:calc(var(--p)*100%)}.clips{grid-template-columns:1fr 1fr;gap:1.25rem .75rem}.clips img{height:6rem}.tiles "
    ".first{grid-column:1/-1}.tiles .first b{font-size:2.3rem}th,td{padding-inline-end:.5rem}td.bar{min-width:7rem}"
    ".heat thead th{font-size:.85em}.heat thead th:not(:first-child) "
    "bdi{writing-mode:vertical-rl;transform:rotate(180deg);max-height:9em}}\n",
    "@media print{:root{--bg:#fff;--fg:#000;--soft:#444;--accent:#0b5cad;--a:11 92 173;--w:222 98 "
    "24;--warn:#a8440a;--pale:#f2f5f8;--line:#ccc;--heat:.55;--hot:.9}"
    "body{font-size:11pt;max-width:none;padding:0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    "nav,audio,.skip{display:none}section{break-inside:auto;margin-top:1.5rem}figure,tr,.tiles li{break-inside:avoid}"
    "details::details-content{content-visibility:visible;block-size:auto}}\n",
    "@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}\n",
    NULL,
};
