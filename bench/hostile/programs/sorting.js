//// a comparator that says anything
//= {"length":2000}
const a = Array.from({ length: 2000 }, (_, i) => i);
a.sort(() => Math.random() - 0.5);
return { kind: "continue", state: { length: a.length } };

//// a comparator that empties the array
//? thrown continue
const a = [3, 1, 2, 5, 4];
a.sort(() => { a.length = 0; return 1; });

//// a comparator that lengthens the array
//? time_limit memory_limit continue thrown
const a = [3, 1, 2];
a.sort(() => { a.push(0); return -1; });

//// a comparator without end
//? time_limit
[2, 1].sort(() => { for (;;) {} });

//// a comparator that sorts
//? stack_limit thrown time_limit
const a = [2, 1, 3];
const compare = () => { a.slice().sort(compare); return 0; };
a.sort(compare);

//// a comparator that throws what throws
//? thrown
[2, 1].sort(() => { throw { get message() { throw 1; } }; });

//// a comparator that returns what converts for ever
//? time_limit
[2, 1].sort(() => ({ valueOf() { for (;;) {} } }));

//// five million numbers
//? time_limit memory_limit continue
Array.from({ length: 5e6 }, Math.random).sort((a, b) => a - b);

//// holes
//? memory_limit time_limit thrown continue
const a = [];
a.length = 2 ** 32 - 1;
a.sort();

//// toSorted of an array-like
//? memory_limit time_limit thrown
Array.prototype.toSorted.call({ length: 2 ** 32 - 1 });

//// typed, with a comparator that lies
//= {"right":true}
const a = new Float64Array(5000).map(Math.random);
a.sort(() => NaN);
a.sort((x, y) => (Math.random() < 0.5 ? 1 : -1));
return { kind: "continue", state: { right: a.length === 5000 } };
