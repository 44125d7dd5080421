(function (host, { iterators, pairsOf, need }) {
  let headersOf;
  let makeHeaders;
  const walk = iterators("Headers", (list, i) => host.at(list, i));

  class Headers {
    #list = host.create();
    constructor(init = undefined) {
      if (init !== undefined) pairsOf(init, "the headers", (name, value) => host.append(this.#list, name, value));
    }
    append(name, value) {
      need(2, arguments.length);
      host.append(this.#list, `${name}`, `${value}`);
    }
    delete(name) {
      need(1, arguments.length);
      host.delete(this.#list, `${name}`);
    }
    get(name) {
      need(1, arguments.length);
      return host.get(this.#list, `${name}`);
    }
    getSetCookie() {
      return host.cookies(this.#list);
    }
    has(name) {
      need(1, arguments.length);
      return host.has(this.#list, `${name}`);
    }
    set(name, value) {
      need(2, arguments.length);
      host.set(this.#list, `${name}`, `${value}`);
    }
    forEach(callback, self = undefined) {
      walk.forEach(this.#list, this, callback, self);
    }
    keys() {
      return walk.keys(this.#list);
    }
    values() {
      return walk.values(this.#list);
    }
    entries() {
      return walk.entries(this.#list);
    }
    static {
      headersOf = (headers) => headers.#list;
      makeHeaders = (list) => {
        const headers = new Headers();
        headers.#list = list;
        return headers;
      };
    }
  }
  host.tag(Headers, "Headers");
  host.alias(Headers, "entries");

  return { globals: { Headers }, Headers, headersOf, makeHeaders };
})
