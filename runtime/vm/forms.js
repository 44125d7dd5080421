(function (host, { isObject, iterators, need }) {
  // File API, sections 3 and 4.
  let isBlob;
  let dataOf;
  let makeBlob;
  class Blob {
    #data = host.blob();
    constructor(parts = undefined, options = undefined) {
      if (options !== undefined && options !== null && !isObject(options)) throw host.typeError("the options must be an object");
      if (parts !== undefined) {
        if (!isObject(parts) || typeof parts[host.iterator] !== "function") throw host.typeError("the parts must be a list");
        const native = options?.endings === "native";
        for (const part of parts) {
          if (isBlob(part)) host.blobAdd(this.#data, part.#data);
          else if (host.isBytes(part)) host.blobAdd(this.#data, part);
          else host.blobAdd(this.#data, `${part}`, native);
        }
      }
      const type = options?.type;
      if (type !== undefined) host.blobType(this.#data, `${type}`);
    }
    get size() {
      return host.blobSize(this.#data);
    }
    get type() {
      return host.blobTypeOf(this.#data);
    }
    slice(start = undefined, end = undefined, type = "") {
      return makeBlob(host.blobSlice(this.#data, start, end, `${type}`));
    }
    stream() {
      return host.makeStream(host.bodyOfBlob(this.#data));
    }
    text() {
      return host.read(host.bodyOfBlob(this.#data), "text");
    }
    arrayBuffer() {
      return host.read(host.bodyOfBlob(this.#data), "arrayBuffer");
    }
    bytes() {
      return host.read(host.bodyOfBlob(this.#data), "bytes");
    }
    static {
      isBlob = (value) => isObject(value) && #data in value;
      dataOf = (blob) => blob.#data;
      makeBlob = (data, blob = new Blob()) => {
        blob.#data = data;
        return blob;
      };
    }
  }
  host.tag(Blob, "Blob");

  let isFile;
  class File extends Blob {
    #name;
    #lastModified;
    constructor(parts, name, options = undefined) {
      need(2, arguments.length);
      super(parts, options);
      this.#name = `${name}`;
      const modified = options?.lastModified;
      this.#lastModified = modified === undefined ? host.today() : host.integer(modified);
    }
    get name() {
      return this.#name;
    }
    get lastModified() {
      return this.#lastModified;
    }
    static {
      isFile = (value) => isObject(value) && #name in value;
    }
  }
  host.tag(File, "File");
  const makeFile = (data, name) => makeBlob(data, new File([], name));

  // XMLHttpRequest Standard, section 5: FormData without the forms of a page.
  const walk = iterators("FormData", (list, i) => host.formAt(list, i));
  let isForm;
  let listOf;
  let makeForm;
  class FormData {
    #list = host.form();
    constructor(form = undefined) {
      if (form !== undefined) throw host.typeError("FormData takes no form: there is no page");
    }
    append(name, value, filename = undefined) {
      need(2, arguments.length);
      write(host.formAppend, this.#list, name, value, filename, arguments.length);
    }
    delete(name) {
      need(1, arguments.length);
      host.formDelete(this.#list, `${name}`);
    }
    get(name) {
      need(1, arguments.length);
      return host.formGet(this.#list, `${name}`);
    }
    getAll(name) {
      need(1, arguments.length);
      return host.formGetAll(this.#list, `${name}`);
    }
    has(name) {
      need(1, arguments.length);
      return host.formHas(this.#list, `${name}`);
    }
    set(name, value, filename = undefined) {
      need(2, arguments.length);
      write(host.formSet, this.#list, name, value, filename, arguments.length);
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
      isForm = (value) => isObject(value) && #list in value;
      listOf = (form) => form.#list;
      makeForm = (list) => {
        const form = new FormData();
        form.#list = list;
        return form;
      };
    }
  }
  host.tag(FormData, "FormData");
  host.alias(FormData, "entries");

  const write = (into, list, name, value, filename, given) => {
    if (!isBlob(value)) {
      if (given > 2) throw host.typeError("only a Blob can have a file name");
      into(list, `${name}`, `${value}`);
      return;
    }
    const file = isFile(value) && filename === undefined ? value : makeFile(dataOf(value), filename === undefined ? "blob" : `${filename}`);
    into(list, `${name}`, file, dataOf(file), file.name);
  };

  return { globals: { Blob, File, FormData }, isBlob, dataOf, makeBlob, makeFile, isForm, listOf, makeForm };
})
