//// nested repetition
//= {"match":false}
return { kind: "continue", state: { match: /^(a+)+$/.test("a".repeat(40) + "!") } };

//// nested repetition, with a back-reference
//? time_limit memory_limit
/^(a+)+\1$/.test("a".repeat(60) + "!");

//// two that take the same
//? time_limit memory_limit continue
/^(a|a)*\1$/.test("a".repeat(40) + "!");

//// with look-behind
//? time_limit memory_limit continue
/(?<=^(a+)+)b/.test("a".repeat(100) + "!b");

//// with look-ahead
//? time_limit memory_limit continue
/^(?=(a+)+$)a/.test("a".repeat(40) + "!");

//// five wild cards
//? time_limit memory_limit continue
/^(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5x$/.test("ab".repeat(200));

//// a huge input
//? time_limit memory_limit continue
/(x+x+)+y\1/.test("x".repeat(1e6));

//// a deny-list that must not give up
//= {"denied":true}
const text = "a".repeat(30_000) + "<script>";
return { kind: "continue", state: { denied: /^(?:a|b)*(?=<script>)/.test(text) } };

//// the same with a back-reference
//= {"denied":true}
const text = "a".repeat(30_000) + "xx";
return { kind: "continue", state: { denied: /^(?:a|b)*(x)\1$/.test(text) } };

//// letters of a script
//? refused
return /\p{L}+/u.test("é");

//// modifiers
//? refused
return /(?i:abc)/.test("ABC");

//// a pattern as long as it gets
//? continue time_limit memory_limit thrown
new RegExp("x".repeat(1e7));

//// a hundred thousand groups
//? thrown continue time_limit stack_limit memory_limit
new RegExp("(".repeat(1e5) + ")".repeat(1e5)).test("");

//// repeats of repeats
//? thrown continue time_limit memory_limit
new RegExp("(?=((a{1000}){1000}){1000})").test("a");

//// a matcher that lies
//= {"right":true}
class Liar extends RegExp {
  exec() { return this.done ? null : (this.done = true, { index: -1e9, length: 1, 0: "abc" }); }
}
try { "aaa".replace(new Liar("a", "g"), "$`$'$&"); } catch {}
return { kind: "continue", state: { right: true } };

//// a split that stands still
//? time_limit memory_limit
class Still extends RegExp {
  exec() { this.lastIndex = 0; return { 0: "", index: 0, length: 1 }; }
}
for (;;) "abc".replace(new Still("x", "g"), "");

//// a search from the far end
//= {"right":true}
const r = /a/gy;
for (const at of [2 ** 53, -1, Infinity, NaN, { valueOf: () => 1e300 }]) { r.lastIndex = at; r.exec("a"); }
return { kind: "continue", state: { right: true } };

//// many at once, each for itself
//? time_limit memory_limit
for (;;) "a".repeat(1000).match(/(a*)*b/);
