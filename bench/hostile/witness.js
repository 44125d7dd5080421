// The honest action. It names what an execution before it may have left behind; all of it must be as the language says.
const checks = {
  "members of Object.prototype": () => Object.keys(Object.prototype).length === 0 && {}.admin === undefined && {}.toJSON === undefined,
  "members of Array.prototype": () => Object.keys(Array.prototype).length === 0 && [...[1, 2]].length === 2 && [2, 1].sort().join() === "1,2",
  "globals": () => typeof globalThis.count === "undefined" && typeof globalThis.leaked === "undefined",
  "prototypes of globals": () => Object.getPrototypeOf(globalThis) === Object.prototype && Object.getPrototypeOf(Object.prototype) === null,
  "JSON": () => JSON.stringify(JSON.parse('{"a":[1,"x",null]}')) === '{"a":[1,"x",null]}',
  "regular expressions": () => /^a(b+)$/.exec("abb")[1] === "bb" && "a-b".replace(/-/g, "+") === "a+b",
  "functions": () => Math.max.apply(null, [1, 3, 2]) === 3 && ((a) => a).bind(null, 4)() === 4,
  "errors": () => String(new RangeError("r")) === "RangeError: r",
  "time": () => Date.now() > 1.7e12,
  "chance": () => Math.random() !== 0,
  "symbols": () => Symbol.keyFor(Symbol.for("name1")) === "name1" && typeof "x"[Symbol.iterator] === "function",
};

export async function execute(input) {
  await Promise.resolve();
  const wrong = Object.keys(checks).filter((name) => {
    try {
      return !checks[name]();
    } catch {
      return true;
    }
  });
  const user = input.user.groups.toSorted().join() === "a,b" && input.user.email.endsWith("@example.com") && !input.user.email.includes("poison");
  if (!user) wrong.push("the user");
  return { kind: "continue", claims: { id_token: { sum: 2 * input.state.n + 1, wrong } } };
}
