//// queueMicrotask that queues itself
//? time_limit memory_limit
const again = () => queueMicrotask(again);
again();
await new Promise(() => {});

//// then that goes on for ever
//? time_limit memory_limit
const step = () => Promise.resolve().then(step);
await step();

//// two for each
//? time_limit memory_limit
const split = () => { queueMicrotask(split); queueMicrotask(split); };
split();
await new Promise(() => {});

//// await without end
//? time_limit memory_limit
for (;;) await null;

//// a million at once
//? continue time_limit memory_limit
for (let i = 0; i < 1e6; i++) queueMicrotask(() => {});

//// one that throws
//? thrown
queueMicrotask(() => { throw new Error("in a microtask"); });
await new Promise((done) => setTimeout(done, 10));

//// an async function that calls itself
//? time_limit memory_limit stack_limit thrown
async function descend() { await null; return descend(); }
await descend();
