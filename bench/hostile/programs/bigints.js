//// shift
//? memory_limit thrown refused
1n << 2n ** 40n;

//// shift beyond all
//? thrown memory_limit refused
1n << 2n ** 62n;

//// power
//? memory_limit thrown refused
2n ** 2n ** 40n;

//// shift, by an amount that is not known before
//? memory_limit time_limit thrown
1n << BigInt(input.state.canary.length) ** 30n;

//// power, slowly
//? time_limit memory_limit
let x = 3n;
for (;;) x = x ** 3n;

//// product
//? time_limit memory_limit
let x = 12345678901234567890n;
for (;;) x *= x;

//// print
//? time_limit memory_limit
String(1n << 30_000_000n);

//// print in base 3
//? time_limit memory_limit
(1n << 30_000_000n).toString(3);

//// parse
//? time_limit memory_limit
BigInt("1".repeat(3e6));

//// asUintN
//? memory_limit time_limit thrown
BigInt.asUintN(2 ** 40, -1n);

//// asIntN, beyond what a slice can have
//? thrown memory_limit
BigInt.asIntN(2 ** 53 - 1, 1n);

//// remainder
//? time_limit memory_limit
let x = 7n ** 300_000n;
for (;;) x = (x * x) % (x - 1n) + x;

//// as an outcome
//? bad_outcome
return { kind: "continue", state: { n: 1n } };
