//// repeat, a terabyte
//? memory_limit time_limit thrown
"x".repeat(2 ** 40);

//// repeat, beyond what a slice can have
//? thrown
"x".repeat(2 ** 53 - 1);

//// repeat, two gigabytes
//? memory_limit time_limit thrown
"x".repeat(2 ** 31);

//// repeat of two-byte text
//? memory_limit time_limit thrown
"\u0100".repeat(2 ** 32);

//// padStart
//? memory_limit time_limit thrown
"x".padStart(2 ** 31);

//// padEnd with a pattern
//? memory_limit time_limit thrown
"x".padEnd(2 ** 40, "ab");

//// doubling by +
//? memory_limit time_limit thrown
let s = "x";
for (;;) s += s;

//// doubling by concat
//? memory_limit time_limit thrown
let s = "x";
for (;;) s = s.concat(s, s);

//// doubling by template
//? memory_limit time_limit thrown
let s = "x";
for (;;) s = `${s}${s}`;

//// join of holes
//? memory_limit time_limit thrown
new Array(2 ** 32 - 1).join("x");

//// join that amplifies
//? memory_limit time_limit thrown
new Array(1e6).fill("x".repeat(1e6)).join("");

//// replaceAll that amplifies
//? memory_limit time_limit thrown
let s = "a";
for (let i = 0; i < 20; i++) s = s.replaceAll("a", "aaaaaaaa");

//// replace of everything by everything
//? memory_limit time_limit thrown
"x".repeat(1e5).replace(/x/g, "$`$'");

//// replacement that does it itself
//? memory_limit time_limit thrown
const big = "y".repeat(1e6);
"x".repeat(1e5).replace(/x/g, () => big);

//// split into letters
//? memory_limit time_limit thrown
const all = [];
for (;;) all.push("x".repeat(1e6).split(""));

//// one letter at a time
//? continue time_limit memory_limit
let s = "";
for (let i = 0; i < 1e7; i++) s += "x";

//// slices that keep the whole
//? memory_limit time_limit
const parts = [];
for (;;) parts.push(("x".repeat(1e6) + parts.length).slice(0, 10));

//// normalize that grows
//? memory_limit time_limit
let s = "\ufdfa".repeat(1e6);
for (;;) s = s.normalize("NFKD") + s;

//// fromCharCode of too many
//? memory_limit time_limit thrown
String.fromCharCode.apply(null, { length: 2 ** 28 });

//// raw without end
//? time_limit memory_limit thrown
String.raw({ raw: { length: 2 ** 53 - 1 } });

//// raw, two thousand million
//? memory_limit time_limit thrown
String.raw({ raw: { length: 2 ** 31 } }, 1);

//// escape of what is not ASCII
//? continue thrown
escape("\u{1f600}".repeat(1e4));

//// concat of ten million
//? memory_limit time_limit thrown
String.prototype.concat.apply("", Array(1e7).fill("xxxxxxxxxx"));

//// upper case that grows
//? memory_limit time_limit
let s = "\ufb03".repeat(1e6);
for (;;) s = s.toUpperCase().toLowerCase() + s;
