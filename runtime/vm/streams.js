(function (host, { isObject }) {
  // Streams Standard, section 4, as far as the bodies of requests and responses need it: the bytes come from the host.
  let bodyOf;
  let isStream;
  let makeStream;
  let making = false;

  class ReadableStream {
    #body;
    // Libraries make one without a source to see what fetch does with it. It is empty, where the standard has it never end.
    constructor(source = undefined) {
      if (making) return;
      if (source !== undefined) throw host.typeError("a ReadableStream cannot be made here: only bodies are streams");
      this.#body = host.nothing();
    }
    get locked() {
      return host.locked(this.#body);
    }
    cancel(reason = undefined) {
      if (host.locked(this.#body)) return host.rejected(host.typeError("the stream is locked to a reader"));
      return host.discard(this.#body, reason);
    }
    getReader(options = undefined) {
      if (options?.mode !== undefined) throw host.typeError("only default readers are available");
      return new ReadableStreamDefaultReader(this);
    }
    tee() {
      if (host.locked(this.#body)) throw host.typeError("the stream is locked to a reader");
      const body = host.take(this.#body);
      host.lock(this.#body, true);
      return [makeStream(host.split(body)), makeStream(body)];
    }
    values(options = undefined) {
      return new StreamIterator(this.getReader(), !!options?.preventCancel);
    }
    static {
      isStream = (value) => isObject(value) && #body in value;
      bodyOf = (stream) => stream.#body;
      makeStream = (body) => {
        making = true;
        try {
          const stream = new ReadableStream();
          stream.#body = body;
          return stream;
        } finally {
          making = false;
        }
      };
    }
  }
  host.tag(ReadableStream, "ReadableStream");
  host.iteratesLater(ReadableStream, "values");

  class ReadableStreamDefaultReader {
    #body;
    #ends = host.ends();
    constructor(stream) {
      if (!isStream(stream)) throw host.typeError("a reader needs a ReadableStream");
      const body = bodyOf(stream);
      if (host.locked(body)) throw host.typeError("the stream is locked to a reader");
      host.lock(body, true);
      this.#body = body;
    }
    get closed() {
      return host.closed(this.#ends);
    }
    read() {
      if (this.#body === undefined) return host.rejected(host.typeError("the reader has been released"));
      return host.readSome(this.#body, this.#ends);
    }
    cancel(reason = undefined) {
      if (this.#body === undefined) return host.rejected(host.typeError("the reader has been released"));
      return host.discard(this.#body, reason, this.#ends);
    }
    releaseLock() {
      if (this.#body === undefined) return;
      host.lock(this.#body, false);
      this.#body = undefined;
    }
  }
  host.tag(ReadableStreamDefaultReader, "ReadableStreamDefaultReader");

  // What a for await loop needs. Bundles have such loops as calls of next and return.
  class StreamIterator {
    #reader;
    #keep;
    constructor(reader, keep) {
      this.#reader = reader;
      this.#keep = keep;
    }
    next() {
      return this.#reader.read();
    }
    return(value = undefined) {
      const reader = this.#reader;
      if (!this.#keep) reader.cancel();
      reader.releaseLock();
      return host.resolved({ value, done: true });
    }
  }

  return { globals: { ReadableStream, ReadableStreamDefaultReader }, bodyOf, isStream, makeStream };
})
