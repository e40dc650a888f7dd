'use strict';
/* Filters, sets of them, metric filters, lint, and patterns written from parts. */
const native = require('./native.cjs');
const { Handle, ID } = require('./handle.cjs');
const { checkOptions, typeError } = require('./errors.cjs');

/* A number that JavaScript cannot hold exactly stays exact: as a bigint, or as it is spelled. */
function numberOf(text) {
  const number = Number(text);
  if (!/^-?\d+$/.test(text) || Number.isSafeInteger(number)) return number;
  return BigInt(text);
}

function valueOf(found) {
  switch (found.type) {
    case 'number': return numberOf(found.text);
    case 'boolean': return found.text === 'true';
    case 'null': return null;
    case 'object':
    case 'array': return JSON.parse(found.text);
    default: return found.text;
  }
}

function listOf(lines) {
  if (lines === undefined) return [];
  if (typeof lines === 'string' || ArrayBuffer.isView(lines)) return [lines];
  if (typeof lines?.[Symbol.iterator] !== 'function') throw typeError('lines are expected');
  return Array.from(lines);
}

/** A compiled CloudWatch filter pattern. */
class Filter extends Handle {
  #about;

  constructor(pattern) {
    super(native.filterCompile(pattern));
    this.#about = native.filterDescribe(this[ID]);
  }

  get pattern() {
    return this.#about.pattern;
  }

  get kind() {
    return this.#about.kind;
  }

  match(line) {
    return native.filterMatch(this[ID], line);
  }

  /** The lines of a chunk that match, without what ends them. */
  lines(chunk, { invert = false } = {}) {
    return native.selectLines(this[ID], chunk, !invert);
  }

  /** The same as bytes, each with what ends it. */
  select(chunk, { invert = false } = {}) {
    return native.selectBytes(this[ID], chunk, !invert);
  }

  explain(line) {
    const { matches, text, json, conditions } = native.filterExplain(this[ID], line);
    return { matches, text, conditions, toString: () => text, toJSON: () => JSON.parse(json) };
  }

  extract(reference, line) {
    const found = native.filterExtract(this[ID], reference, line);
    return found === null ? undefined : valueOf(found);
  }

  /** As it stands in the line: {type, text}. */
  extractText(reference, line) {
    return native.filterExtract(this[ID], reference, line) ?? undefined;
  }

  extractAll(line) {
    const told = native.filterExtractAll(this[ID], line);
    if (told === null) return null;
    const values = {};
    for (let i = 0; i < told.length; i += 2) values[told[i]] = told[i + 1];
    return values;
  }

  lint(lines) {
    return native.lint(this.pattern, listOf(lines));
  }

  /** Also for patterns that do not compile. */
  static lint(pattern, lines) {
    return native.lint(pattern, listOf(lines));
  }

  /** A Transform that lets matching lines through; see stream.cjs. */
  stream(options) {
    const { FilterStream } = require('./stream.cjs');
    return new FilterStream(this, options);
  }

  toString() {
    return this.pattern;
  }
}

function patternOf(pattern) {
  return pattern instanceof Filter ? pattern.pattern : pattern;
}

/** Many patterns, asked in one pass over the line. */
class FilterSet extends Handle {
  constructor(patterns) {
    const list = listOf(patterns).map(patternOf);
    super(native.setCompile(list));
    this.patterns = Object.freeze(list.map(String));
  }

  /** @return the numbers of the patterns that match, rising. */
  match(line) {
    return native.setMatch(this[ID], line);
  }
}

const METRIC_OPTIONS = ['pattern', 'name', 'namespace', 'value', 'unit', 'defaultValue',
  'dimensions'];

/** What PutMetricFilter makes: a datapoint of a line. */
class MetricFilter extends Handle {
  constructor(options) {
    const { dimensions, pattern, ...rest } = checkOptions(options, METRIC_OPTIONS, 'MetricFilter');
    const names = Object.keys(dimensions ?? {});
    super(native.metricNew({ ...rest, pattern: patternOf(pattern), dimensionNames: names,
      dimensionValues: names.map((name) => dimensions[name]) }));
  }

  /** @return {value, dimensions, isDefault}, or null if the line gives no datapoint. */
  apply(line) {
    return native.metricApply(this[ID], line);
  }
}

function flagsOf({ prefix = false, suffix = false } = {}) {
  return (prefix ? 1 : 0) + (suffix ? 2 : 0);
}

/** Text from outside as a literal that means exactly that text. */
const quote = (text, options) => native.quote(text, 0, flagsOf(options));
const quotePhrase = (text) => native.quote(text, 1, 0);
const quoteRegex = (text, options) => native.quote(text, 2, flagsOf(options));
const selector = (...keys) => native.selector({ keys: keys.map(String) });

module.exports = { Filter, FilterSet, MetricFilter, quote, quotePhrase, quoteRegex, selector };
