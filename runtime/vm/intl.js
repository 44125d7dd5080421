// The little of Intl that libraries need so as to run without it: one locale, en-US, and one time zone, UTC. What asks for another zone gets an error, as for one that does not exist.
(function () {
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  const two = (n) => String(n).padStart(2, "0");
  const inUTC = /^(utc|gmt|etc\/utc|etc\/gmt|[+-]00:?00)$/i;
  const number = (n, style) => (style === "2-digit" ? two(n % 100) : String(n));
  const name = (names, at, style) => (style === "long" ? names[at] : style === "narrow" ? names[at][0] : names[at].slice(0, 3));

  class Formatter {
    static supportedLocalesOf(locales) {
      return [locales ?? []].flat().filter((l) => /^en(-|$)/i.test(l));
    }
    resolvedOptions() {
      return { locale: "en-US", numberingSystem: "latn", ...this.options };
    }
  }

  class DateTimeFormat extends Formatter {
    constructor(_, options = {}) {
      super();
      const { timeZone = "UTC" } = options;
      if (!inUTC.test(timeZone)) throw new RangeError(`Invalid time zone specified: ${timeZone}; actions know UTC only`);
      const asked = ["weekday", "era", "year", "month", "day", "hour", "minute", "second", "timeZoneName"].some((k) => options[k] !== undefined);
      const defaults = asked || options.dateStyle || options.timeStyle ? {} : { year: "numeric", month: "numeric", day: "numeric" };
      const date = options.dateStyle ? { year: "numeric", month: options.dateStyle === "short" ? "numeric" : options.dateStyle === "medium" ? "short" : "long", day: "numeric" } : {};
      const time = options.timeStyle ? { hour: "numeric", minute: "2-digit", ...(options.timeStyle !== "short" && { second: "2-digit" }) } : {};
      this.options = { calendar: "gregory", ...defaults, ...date, ...time, ...options, timeZone: "UTC" };
    }
    formatToParts(value = Date.now()) {
      const d = new Date(value);
      if (Number.isNaN(d.getTime())) throw new RangeError("Invalid time value");
      const { weekday, era, year, month, day, hour, minute, second, hour12, hourCycle, timeZoneName } = this.options;
      const parts = [];
      const add = (between, type, text) => parts.push(...(parts.length > 0 && between ? [{ type: "literal", value: between }] : []), { type, value: text });
      const words = month !== undefined && !/numeric|digit/.test(month);
      if (weekday) add("", "weekday", name(days, d.getUTCDay(), weekday));
      if (month) add(", ", "month", words ? name(months, d.getUTCMonth(), month) : number(d.getUTCMonth() + 1, month));
      if (day) add(month ? (words ? " " : "/") : ", ", "day", number(d.getUTCDate(), day));
      if (year) add(words ? (day ? ", " : " ") : "/", "year", number(d.getUTCFullYear(), year));
      if (era) add(" ", "era", d.getUTCFullYear() > 0 ? "AD" : "BC");
      const half = hour12 ?? (hourCycle ? hourCycle === "h12" || hourCycle === "h11" : true);
      const h = d.getUTCHours();
      if (hour) add(", ", "hour", half ? number(h % 12 || 12, hour) : two(h));
      if (minute) add(hour ? ":" : ", ", "minute", two(d.getUTCMinutes()));
      if (second) add(minute ? ":" : ", ", "second", two(d.getUTCSeconds()));
      if (hour && half) add(" ", "dayPeriod", h < 12 ? "AM" : "PM");
      if (timeZoneName) add(parts.length > 0 && !hour ? ", " : " ", "timeZoneName", "UTC");
      return parts;
    }
    format(value) {
      return this.formatToParts(value).map((p) => p.value).join("");
    }
  }

  class NumberFormat extends Formatter {
    constructor(_, options = {}) {
      super();
      this.options = { style: "decimal", useGrouping: true, minimumIntegerDigits: 1, minimumFractionDigits: 0, maximumFractionDigits: Math.max(3, options.minimumFractionDigits ?? 0), ...options };
    }
    format(value) {
      const { minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits, useGrouping } = this.options;
      const [whole, fraction = ""] = Math.abs(Number(value)).toFixed(maximumFractionDigits).split(".");
      let kept = fraction;
      while (kept.length > minimumFractionDigits && kept.endsWith("0")) kept = kept.slice(0, -1);
      const padded = whole.padStart(minimumIntegerDigits, "0");
      return (value < 0 ? "-" : "") + (useGrouping ? padded.replace(/\B(?=(\d{3})+$)/g, ",") : padded) + (kept ? "." + kept : "");
    }
  }

  class Collator extends Formatter {
    constructor() {
      super();
      this.options = {};
      this.compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    }
  }

  class PluralRules extends Formatter {
    constructor(_, options = {}) {
      super();
      this.options = { type: "cardinal", ...options };
    }
    select(n) {
      if (this.options.type === "cardinal") return n === 1 ? "one" : "other";
      return { 1: n % 100 === 11 ? "other" : "one", 2: n % 100 === 12 ? "other" : "two", 3: n % 100 === 13 ? "other" : "few" }[n % 10] ?? "other";
    }
  }

  class ListFormat extends Formatter {
    constructor(_, options = {}) {
      super();
      this.options = { style: "long", type: "conjunction", ...options };
    }
    format(items) {
      const all = [...items];
      const word = { conjunction: "and ", disjunction: "or ", unit: "" }[this.options.type];
      if (all.length < 3) return all.join(word ? ` ${word}` : ", ");
      return `${all.slice(0, -1).join(", ")}, ${word}${all[all.length - 1]}`;
    }
  }

  const getCanonicalLocales = (locales) => [locales ?? []].flat();
  return Object.defineProperty({ DateTimeFormat, NumberFormat, Collator, PluralRules, ListFormat, getCanonicalLocales }, Symbol.toStringTag, { value: "Intl" });
})
