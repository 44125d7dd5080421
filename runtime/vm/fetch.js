(function (host, { isObject, need }, { Headers, headersOf, makeHeaders }) {
  // Fetch Standard, section 5: the body that a value gives.
  const extract = (value) => {
    const stream = host.streamBody(value);
    if (stream !== undefined) {
      if (host.locked(stream) || host.used(stream)) throw host.typeError("the stream has been read or is locked to a reader");
      return host.take(stream);
    }
    const form = host.formBody(value);
    if (form !== undefined) return form;
    if (host.isBytes(value)) return host.bodyOfBytes(value);
    return host.bodyOfText(`${value}`, host.isParams(value) ? "application/x-www-form-urlencoded;charset=UTF-8" : "text/plain;charset=UTF-8");
  };
  const withType = (headers, body) => {
    const type = host.kind(body);
    if (type !== "" && !host.has(headers, "content-type")) host.append(headers, "content-type", type);
  };
  const dictionary = (init) => {
    if (init !== undefined && init !== null && !isObject(init)) throw host.typeError("the options must be an object");
    return init ?? {};
  };
  const consume = (body, kind, headers) => host.read(body ?? host.bodyOfText("", ""), kind, headers);

  let isRequest;
  let send;
  class Request {
    #method = "GET";
    #url;
    #headers;
    #body = null;
    #stream;
    #redirect = "follow";
    #signal;
    #state;
    constructor(input, init = undefined) {
      need(1, arguments.length);
      init = dictionary(init);
      const from = isRequest(input) ? input : undefined;
      this.#url = from ? from.#url : host.url(`${input}`);
      const { method, headers, body, redirect, signal } = init;
      if (method !== undefined) this.#method = host.method(`${method}`);
      else if (from) this.#method = from.#method;
      if (redirect !== undefined) this.#redirect = host.redirect(`${redirect}`);
      else if (from) this.#redirect = from.#redirect;
      if (signal !== undefined) this.#state = signal === null ? undefined : host.signalOf(signal);
      else if (from) this.#state = from.#state;
      this.#headers = headers === undefined && from ? makeHeaders(host.copy(headersOf(from.#headers))) : new Headers(headers);
      if (body !== undefined && body !== null) {
        this.#body = extract(body);
        withType(headersOf(this.#headers), this.#body);
      } else if (body === undefined && from && from.#body !== null) {
        if (this.#method === "GET" || this.#method === "HEAD") throw host.typeError(`a request with method ${this.#method} cannot have a body`);
        if (host.used(from.#body) || host.locked(from.#body)) throw host.typeError("the request's body has been read already");
        this.#body = host.take(from.#body);
      }
      if (this.#body !== null && (this.#method === "GET" || this.#method === "HEAD")) {
        throw host.typeError(`a request with method ${this.#method} cannot have a body`);
      }
    }
    get method() {
      return this.#method;
    }
    get url() {
      return this.#url;
    }
    get headers() {
      return this.#headers;
    }
    get redirect() {
      return this.#redirect;
    }
    get signal() {
      return (this.#signal ??= host.signalFor(this.#state, (state) => (this.#state = state)));
    }
    get body() {
      return this.#body === null ? null : (this.#stream ??= host.makeStream(this.#body));
    }
    get bodyUsed() {
      return this.#body !== null && host.used(this.#body);
    }
    clone() {
      if (this.#body !== null && (host.used(this.#body) || host.locked(this.#body))) throw host.typeError("the request's body has been read already");
      const clone = new Request(this.#url);
      clone.#method = this.#method;
      clone.#headers = makeHeaders(host.copy(headersOf(this.#headers)));
      clone.#redirect = this.#redirect;
      clone.#state = this.#state;
      if (this.#body !== null) clone.#body = host.split(this.#body);
      return clone;
    }
    text() {
      return consume(this.#body, "text");
    }
    json() {
      return consume(this.#body, "json");
    }
    arrayBuffer() {
      return consume(this.#body, "arrayBuffer");
    }
    bytes() {
      return consume(this.#body, "bytes");
    }
    blob() {
      return consume(this.#body, "blob", headersOf(this.#headers));
    }
    formData() {
      return consume(this.#body, "formData", headersOf(this.#headers));
    }
    static {
      isRequest = (value) => isObject(value) && #method in value;
      send = (request, finish) =>
        host.fetch(request.#method, request.#url, headersOf(request.#headers), request.#redirect, request.#body, request.#state, finish);
    }
  }
  host.tag(Request, "Request");

  let makeResponse;
  class Response {
    #type = "default";
    #url = "";
    #redirected = false;
    #status = 200;
    #statusText = "";
    #headers;
    #body = null;
    #stream;
    constructor(body = null, init = undefined) {
      init = dictionary(init);
      const { status, statusText, headers } = init;
      if (status !== undefined) this.#status = host.status(status);
      if (statusText !== undefined) this.#statusText = host.reason(`${statusText}`);
      this.#headers = new Headers(headers);
      if (body !== null) this.#fill(extract(body));
    }
    #fill(body) {
      if (this.#status === 204 || this.#status === 205 || this.#status === 304) {
        throw host.typeError(`a response with status ${this.#status} cannot have a body`);
      }
      this.#body = body;
      withType(headersOf(this.#headers), body);
    }
    static error() {
      return makeResponse("error", 0, "", "", false, host.immutable(), null);
    }
    static redirect(url, status = 302) {
      need(1, arguments.length);
      const location = host.url(`${url}`, true);
      const response = new Response();
      response.#status = host.redirectStatus(status);
      host.append(headersOf(response.#headers), "location", location);
      host.freeze(headersOf(response.#headers));
      return response;
    }
    static json(data, init = undefined) {
      need(1, arguments.length);
      const body = host.bodyOfText(host.stringify(data), "application/json");
      const response = new Response(null, init);
      response.#fill(body);
      return response;
    }
    get type() {
      return this.#type;
    }
    get url() {
      return this.#url;
    }
    get redirected() {
      return this.#redirected;
    }
    get status() {
      return this.#status;
    }
    get ok() {
      return this.#status >= 200 && this.#status <= 299;
    }
    get statusText() {
      return this.#statusText;
    }
    get headers() {
      return this.#headers;
    }
    get body() {
      return this.#body === null ? null : (this.#stream ??= host.makeStream(this.#body));
    }
    get bodyUsed() {
      return this.#body !== null && host.used(this.#body);
    }
    clone() {
      if (this.#body !== null && (host.used(this.#body) || host.locked(this.#body))) throw host.typeError("the response's body has been read already");
      return makeResponse(this.#type, this.#status, this.#statusText, this.#url, this.#redirected, host.copy(headersOf(this.#headers)),
        this.#body === null ? null : host.split(this.#body));
    }
    text() {
      return consume(this.#body, "text");
    }
    json() {
      return consume(this.#body, "json");
    }
    arrayBuffer() {
      return consume(this.#body, "arrayBuffer");
    }
    bytes() {
      return consume(this.#body, "bytes");
    }
    blob() {
      return consume(this.#body, "blob", headersOf(this.#headers));
    }
    formData() {
      return consume(this.#body, "formData", headersOf(this.#headers));
    }
    static {
      makeResponse = (type, status, statusText, url, redirected, headers, body) => {
        const response = new Response();
        response.#type = type;
        response.#status = status;
        response.#statusText = statusText;
        response.#url = url;
        response.#redirected = redirected;
        response.#headers = makeHeaders(headers);
        response.#body = body;
        return response;
      };
    }
  }
  host.tag(Response, "Response");

  // An async method would do, but its promises could be watched by who has replaced Promise.prototype.constructor.
  const { fetch } = {
    fetch(input, init = undefined) {
      try {
        need(1, arguments.length);
        return send(new Request(input, init), makeResponse);
      } catch (reason) {
        return host.rejected(reason);
      }
    },
  };

  return { globals: { fetch, Request, Response } };
})
