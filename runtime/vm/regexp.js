// RegExp with a guard before it, which has patterns repaired, because goja would match other things than they say, and takes from the host what has been compiled before.
(function (repair, compiled) {
  const standard = /(?:)/.constructor;
  const { prototype } = standard;
  const { apply, construct, defineProperty, deleteProperty } = Reflect;

  // guard returns the arguments of RegExp as goja needs them.
  const guard = (pattern, flags) => {
    if (pattern === undefined || (flags === undefined && pattern instanceof standard)) return [pattern, flags];
    const text = `${pattern instanceof standard ? pattern.source : pattern}`;
    return repair(text, flags === undefined ? "" : `${flags}`);
  };

  // known returns an expression that the host has compiled before, for this execution or an earlier one.
  const known = (pattern, flags) => {
    if (typeof pattern !== "string" || (flags !== undefined && typeof flags !== "string")) return undefined;
    const [text, letters] = guard(pattern, flags);
    return compiled(text, letters === undefined ? "" : letters);
  };

  function RegExp(pattern, flags) {
    if (new.target === RegExp || (new.target === undefined && typeof pattern === "string")) {
      const made = known(pattern, flags);
      if (made !== undefined) return made;
    }
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
