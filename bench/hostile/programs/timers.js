//// ten million timers
//? pending_limit thrown
for (let i = 0; i < 1e7; i++) setTimeout(() => {}, 60_000);

//// each makes two
//? pending_limit time_limit thrown
const split = () => { setTimeout(split); setTimeout(split); };
split();
await new Promise(() => {});

//// an interval without pause
//? time_limit memory_limit
setInterval(() => {}, 0);
await new Promise(() => {});

//// a wait of a month
//? time_limit continue
await new Promise((done) => setTimeout(done, 30 * 24 * 3600 * 1000));

//// a delay that is no number
//? continue
await new Promise((done) => setTimeout(done, { valueOf() { return NaN; } }));

//// a delay beyond all bounds
//? time_limit continue
await new Promise((done) => setTimeout(done, Number.MAX_VALUE));

//// a delay whose conversion does not end
//? time_limit
setTimeout(() => {}, { valueOf() { for (;;) {} } });

//// a loop in a callback
//? time_limit
await new Promise(() => setTimeout(() => { for (;;) {} }));

//// a callback that throws
//? thrown
setTimeout(() => { throw new TypeError("in a timer"); });
await new Promise((done) => setTimeout(done, 50));

//// taken back by the million
//? continue time_limit memory_limit
for (let i = 0; i < 1e6; i++) clearTimeout(setTimeout(() => {}, 1000));

//// numbers that belong to nobody
//= {"right":true}
for (const id of [-1, 0, 2 ** 53, NaN, "x", {}, null, undefined]) clearTimeout(id);
await new Promise((done) => setTimeout(done, 1));
return { kind: "continue", state: { right: true } };
