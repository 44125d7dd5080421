(function (host) {
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // The one or two parts that a class needs to iterate over pairs: at(list, index) returns [name, value], or undefined after the last.
  const iterators = (tag, at) => {
    class Iterator {
      #list;
      #kind;
      #index = 0;
      constructor(list, kind) {
        this.#list = list;
        this.#kind = kind;
      }
      next() {
        const entry = at(this.#list, this.#index);
        if (entry === undefined) return { value: undefined, done: true };
        this.#index++;
        return { value: this.#kind === 2 ? entry : entry[this.#kind], done: false };
      }
    }
    host.iterates(Iterator, function* () {}, `${tag} Iterator`);
    return {
      keys: (list) => new Iterator(list, 0),
      values: (list) => new Iterator(list, 1),
      entries: (list) => new Iterator(list, 2),
      forEach: (list, owner, callback, self) => {
        if (typeof callback !== "function") throw host.typeError("the callback must be a function");
        for (let i = 0, entry; (entry = at(list, i)) !== undefined; i++) host.call(callback, self, entry[1], entry[0], owner);
      },
    };
  };

  // pairsOf calls add for each pair of a sequence of pairs or of a record.
  const pairsOf = (init, what, add) => {
    if (!isObject(init)) throw host.typeError(`${what} must be a list of pairs or an object`);
    const iterate = init[host.iterator];
    if (iterate === undefined || iterate === null) {
      const keys = host.keys(init);
      for (let i = 0; i < keys.length; i++) add(keys[i], `${init[keys[i]]}`);
      return;
    }
    for (const item of init) {
      if (!isObject(item)) throw host.typeError(`${what} must be a list of pairs or an object`);
      let count = 0;
      let name;
      let value;
      for (const part of item) {
        if (count === 0) name = `${part}`;
        else value = `${part}`;
        if (++count > 2) break;
      }
      if (count !== 2) throw host.typeError(`${what}: each pair must have a name and a value`);
      add(name, value);
    }
  };

  const need = (count, given) => {
    if (given < count) throw host.typeError(`${count} argument${count > 1 ? "s are" : " is"} needed, but only ${given} given`);
  };

  return { isObject, iterators, pairsOf, need };
})
