// RegExp with a guard before it, which has patterns repaired: goja would match other things than they say.
(function (repair) {
  const standard = /(?:)/.constructor;
  const { prototype } = standard;
  const { apply, construct, defineProperty, deleteProperty } = Reflect;

  // guard returns the arguments of RegExp as goja needs them.
  const guard = (pattern, flags) => {
    if (pattern === undefined || (flags === undefined && pattern instanceof standard)) return [pattern, flags];
    const text = `${pattern instanceof standard ? pattern.source : pattern}`;
    return repair(text, flags === undefined ? "" : `${flags}`);
  };

  function RegExp(pattern, flags) {
    if (new.target !== undefined) return construct(standard, guard(pattern, flags), new.target);
    if (flags === undefined && pattern instanceof standard && pattern.constructor === RegExp) return pattern;
    return apply(standard, undefined, guard(pattern, flags));
  }
  defineProperty(RegExp, "prototype", { value: prototype, writable: false });
  defineProperty(RegExp, Symbol.species, { get() { return this; }, configurable: true });
  defineProperty(prototype, "constructor", { value: RegExp });
  deleteProperty(prototype, "compile"); // it is outdated, and one more way to make a pattern
  return RegExp;
})
