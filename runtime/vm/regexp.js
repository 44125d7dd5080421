// RegExp with a guard before it. goja runs a pattern in one of two ways, and the one that it prefers reads \p{…} as the letter p, with flag u too. A pattern with (?=) in it, which always matches
// and so means nothing, goes the other way, which knows the property or throws.
(function (compiled) {
  const standard = /(?:)/.constructor;
  const { prototype } = standard;
  const { apply, construct, defineProperty, deleteProperty } = Reflect;
  const { includes } = String.prototype;
  const has = (text, part) => apply(includes, text, [part]);

  // guard returns the arguments of RegExp as goja needs them.
  const guard = (pattern, flags) => {
    if (pattern === undefined || flags === undefined) return [pattern, flags];
    const text = `${pattern instanceof standard ? pattern.source : pattern}`;
    const letters = `${flags}`;
    const property = has(letters, "u") && (has(text, "\\p") || has(text, "\\P"));
    return [property ? "(?=)" + text : text, letters];
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
