//// repeat with a length that no slice has
//? thrown
"x".repeat(2 ** 53 - 1);

//// padEnd with a length that no slice has
//? thrown
"x".padEnd(2 ** 53 - 1);

//// padStart, beyond it
//? thrown
"x".padStart(2 ** 62, "ab");

//// asUintN with a width that no slice has
//? thrown
BigInt.asUintN(2 ** 53 - 1, -1n);

//// keys of a proxy that are not there
//? thrown
Reflect.ownKeys(new Proxy({}, { ownKeys: () => ({ length: 2 ** 31 }) }));

//// a set that is emptied while it is intersected
//? thrown continue
const s = new Set([1, 2, 3]);
s.intersection({ size: 5, has() { s.clear(); return true; }, keys() {} });

//// an array that is emptied while it is sorted
//? thrown continue
const a = [1, 2, 3];
a.sort(() => { a.length = 0; return 1; });

//// an iterator that has no next
//? thrown
for (const x of { [Symbol.iterator]: () => ({}) }) void x;

//// the last character that there is
//? continue thrown refused
return { kind: "continue", state: { s: "\u{10ffff}" } };

//// caught, and gone on
//? thrown continue
try { "x".repeat(2 ** 53 - 1); } catch {}
try { Reflect.ownKeys(new Proxy({}, { ownKeys: () => ({ length: 1 }) })); } catch {}
return { kind: "continue", state: { went_on: true } };

//// in a promise
//? thrown continue
await Promise.resolve().then(() => "x".repeat(2 ** 53 - 1)).catch(() => {});

//// in a timer
//? thrown
await new Promise((done) => setTimeout(() => { "x".repeat(2 ** 53 - 1); done(); }));

//// in a getter of the outcome
//? thrown bad_outcome
return { kind: "continue", get state() { return "x".repeat(2 ** 53 - 1); } };

//// in the text of an error
//? thrown
throw { get message() { return "x".repeat(2 ** 53 - 1); } };

//// in a line for the log
//? thrown continue
console.log({ toString() { return "x".repeat(2 ** 53 - 1); } }, { get x() { return "x".repeat(2 ** 53 - 1); } });

//// in a conversion that the host makes
//? thrown
setTimeout(() => {}, { valueOf() { return BigInt.asUintN(2 ** 53 - 1, -1n); } });
new URL({ toString() { return "x".repeat(2 ** 53 - 1); } });

//// while it is loaded
//! module
//? refused
"x".repeat(2 ** 53 - 1);
export function execute() {}
