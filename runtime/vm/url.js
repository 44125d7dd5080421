(function (host, { isObject, iterators, pairsOf, need }) {
  // URL Standard, sections 6.1 and 6.2. The host parses and writes.
  const walk = iterators("URLSearchParams", (list, i) => host.at(list, i));
  let isParams;
  let makeParams;
  class URLSearchParams {
    #list = host.params();
    constructor(init = "") {
      if (isObject(init)) pairsOf(init, "the parameters", (name, value) => host.append(this.#list, name, value));
      else host.parse(this.#list, `${init}`);
    }
    get size() {
      return host.size(this.#list);
    }
    append(name, value) {
      need(2, arguments.length);
      host.append(this.#list, `${name}`, `${value}`);
    }
    delete(name, value = undefined) {
      need(1, arguments.length);
      host.delete(this.#list, `${name}`, value === undefined ? undefined : `${value}`);
    }
    get(name) {
      need(1, arguments.length);
      return host.get(this.#list, `${name}`);
    }
    getAll(name) {
      need(1, arguments.length);
      return host.getAll(this.#list, `${name}`);
    }
    has(name, value = undefined) {
      need(1, arguments.length);
      return host.has(this.#list, `${name}`, value === undefined ? undefined : `${value}`);
    }
    set(name, value) {
      need(2, arguments.length);
      host.set(this.#list, `${name}`, `${value}`);
    }
    sort() {
      host.sort(this.#list);
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
    toString() {
      return host.text(this.#list);
    }
    static {
      isParams = (value) => isObject(value) && #list in value;
      makeParams = (list) => {
        const params = new URLSearchParams();
        params.#list = list;
        return params;
      };
    }
  }
  host.tag(URLSearchParams, "URLSearchParams");
  host.alias(URLSearchParams, "entries");

  const parse = (url, base) => host.url(`${url}`, base === undefined ? undefined : `${base}`);
  class URL {
    #url;
    #params;
    constructor(url, base = undefined) {
      need(1, arguments.length);
      const parsed = parse(url, base);
      if (parsed === undefined) throw host.invalid(`${url}`);
      this.#url = parsed;
    }
    static canParse(url, base = undefined) {
      need(1, arguments.length);
      return parse(url, base) !== undefined;
    }
    static parse(url, base = undefined) {
      need(1, arguments.length);
      return parse(url, base) === undefined ? null : new URL(url, base);
    }
    get href() {
      return host.part(this.#url, "href");
    }
    set href(value) {
      host.setPart(this.#url, "href", `${value}`);
    }
    get origin() {
      return host.part(this.#url, "origin");
    }
    get protocol() {
      return host.part(this.#url, "protocol");
    }
    set protocol(value) {
      host.setPart(this.#url, "protocol", `${value}`);
    }
    get username() {
      return host.part(this.#url, "username");
    }
    set username(value) {
      host.setPart(this.#url, "username", `${value}`);
    }
    get password() {
      return host.part(this.#url, "password");
    }
    set password(value) {
      host.setPart(this.#url, "password", `${value}`);
    }
    get host() {
      return host.part(this.#url, "host");
    }
    set host(value) {
      host.setPart(this.#url, "host", `${value}`);
    }
    get hostname() {
      return host.part(this.#url, "hostname");
    }
    set hostname(value) {
      host.setPart(this.#url, "hostname", `${value}`);
    }
    get port() {
      return host.part(this.#url, "port");
    }
    set port(value) {
      host.setPart(this.#url, "port", `${value}`);
    }
    get pathname() {
      return host.part(this.#url, "pathname");
    }
    set pathname(value) {
      host.setPart(this.#url, "pathname", `${value}`);
    }
    get search() {
      return host.part(this.#url, "search");
    }
    set search(value) {
      host.setPart(this.#url, "search", `${value}`);
    }
    get searchParams() {
      return (this.#params ??= makeParams(host.paramsOf(this.#url)));
    }
    get hash() {
      return host.part(this.#url, "hash");
    }
    set hash(value) {
      host.setPart(this.#url, "hash", `${value}`);
    }
    toString() {
      return host.part(this.#url, "href");
    }
    toJSON() {
      return host.part(this.#url, "href");
    }
  }
  host.tag(URL, "URL");

  return { globals: { URL, URLSearchParams }, isParams };
})
