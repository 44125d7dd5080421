//// while
//? time_limit
while (true) {}

//// for, with arithmetic
//? time_limit
let x = 1;
for (;;) x = (x * 48271) % 2147483647;

//// catch around the end
//? time_limit
for (;;) {
  try {
    while (true) {}
  } catch {
    continue;
  }
}

//// finally that starts over
//? time_limit
function forever() {
  try {
    for (;;) {}
  } finally {
    forever();
  }
}
forever();

//// labels
//? time_limit
outer: for (;;) {
  for (;;) continue outer;
}

//// before the function is exported
//! module
//? refused
for (;;) {}
export function execute() {}

//// in a static block
//! module
//? refused
class Stuck {
  static { while (true) {} }
}
export function execute() { return new Stuck(); }

//// only when it is not being published
//! module
//? time_limit
const late = Math.random() >= 0;
export function execute() {
  do {} while (late);
}

//// a built-in that takes no interrupt
//? time_limit
Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);

//// fill of an array-like
//? time_limit memory_limit
Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 0);

//// a length that grows while it is walked
//? time_limit memory_limit
const list = [1];
for (const item of list) list.push(item);

//// after the answer was given
//? time_limit continue
Promise.resolve().then(() => { for (;;) {} });
return { kind: "continue" };

//// waiting by computing
//? time_limit
const end = Date.now() + 60_000;
while (Date.now() < end) Math.sqrt(2);
