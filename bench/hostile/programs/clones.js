//// a shared tree
//= {"right":true}
let a = ["leaf"];
for (let i = 0; i < 60; i++) a = [a, a];
const b = structuredClone(a);
return { kind: "continue", state: { right: b[0] === b[1] } };

//// deep
//? stack_limit thrown time_limit memory_limit
let a = [];
for (let i = 0; i < 1e5; i++) a = [a];
structuredClone(a);

//// again and again, all kept
//? memory_limit time_limit
const all = [new Array(1e5).fill(1)];
for (;;) all.push(structuredClone(all[0]));

//// the clone of all clones
//? memory_limit time_limit
let a = [1];
for (;;) a = [structuredClone(a), a];

//// an array that claims to be long
//? continue memory_limit time_limit thrown
structuredClone(new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 32 - 1 : t[k]) }));

//// getters without end
//? time_limit
structuredClone({ get x() { for (;;) {} } });

//// getters that grow
//? stack_limit thrown time_limit memory_limit
const make = () => ({ get next() { return make(); } });
structuredClone(make());

//// what cannot be cloned
//= {"thrown":5}
let thrown = 0;
for (const bad of [() => {}, Symbol(), new WeakMap(), { f() {} }, [Symbol()]]) {
  try { structuredClone(bad); } catch { thrown++; }
}
return { kind: "continue", state: { thrown } };
