//// the time zone is not the server's
//= {"offset":0}
return { kind: "continue", state: { offset: new Date().getTimezoneOffset() } };

//// dates that are none
//= {"right":true}
for (const bad of [NaN, 8.64e15 + 1, 1e308, -1e308, "x", "-".repeat(1e5), "+999999-01-01", "2026-13-45T99:99:99Z", null, {}, []]) {
  try { new Date(bad).toISOString(); } catch {}
  try { String(new Date(bad)); new Date(bad).toLocaleString(); Date.parse(bad); } catch {}
}
return { kind: "continue", state: { right: true } };

//// dates at the ends of time
//= {"right":true}
new Date(8.64e15).toString();
new Date(-8.64e15).toLocaleString();
new Date(2 ** 53, 2 ** 53, 2 ** 53).getTime();
new Date(0).setFullYear(1e300);
Date.UTC(1e308, 1e308, -1e308);
return { kind: "continue", state: { right: true } };

//// a clock for spies
//= {"right":true}
let best = Infinity;
for (let i = 0; i < 1000; i++) { const t = Date.now(); let u; while ((u = Date.now()) === t && i < 3); best = Math.min(best, u - t || Infinity); }
return { kind: "continue", state: { right: best >= 1 } };
