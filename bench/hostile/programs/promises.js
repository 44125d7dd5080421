//// never settled
//? never_settles
await new Promise(() => {});

//// a chain that waits for itself
//? thrown never_settles
const p = new Promise((done) => setTimeout(() => done(p), 1));
await p;

//// a long chain
//? continue time_limit memory_limit
let p = Promise.resolve();
for (let i = 0; i < 1e6; i++) p = p.then(() => {});
await p;

//// each waits for the one before
//? continue time_limit memory_limit stack_limit
let p = Promise.resolve();
for (let i = 0; i < 1e5; i++) { const last = p; p = new Promise((done) => done(last)); }
await p;

//// all of a million
//? continue time_limit memory_limit
await Promise.all(Array.from({ length: 1e6 }, () => Promise.resolve()));

//// race of an endless list
//? time_limit memory_limit
await Promise.race((function* () { for (;;) yield new Promise(() => {}); })());

//// rejected and never looked at
//? continue thrown time_limit memory_limit
for (let i = 0; i < 1e5; i++) Promise.reject(new Error(String(i)));

//// an executor that is called by hand
//? thrown continue
await Promise.all.call(function (executor) { executor(() => {}, () => {}); }, [1]);

//// a species that lies
//= {"right":true}
const p = Promise.resolve(1);
p.constructor = { [Symbol.species]: function (executor) { executor(() => {}, () => {}); } };
p.then(() => {});
return { kind: "continue", state: { right: true } };

//// finally without end
//? time_limit memory_limit
const again = () => Promise.resolve().finally(again);
await again();
