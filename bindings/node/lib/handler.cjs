'use strict';
/* Formatters and handlers. */
const native = require('./native.cjs');
const { Handle, ID } = require('./handle.cjs');
const { checkOptions, wordOf, typeError } = require('./errors.cjs');
const { withRecord } = require('./encode.cjs');
const { levelOf } = require('./levels.cjs');

const WORDS = {
  timeStyle: { 'rfc3339': 0, 'rfc3339-offset': 1, 'rfc3339-local': 2, 'epoch-number': 3,
    'epoch-string': 4, 'epoch-seconds': 5 },
  timestampPrecision: { ms: 0, s: 1, us: 2, ns: 3, python: 4 },
  collision: { 'suffix': 0, 'last-wins': 1, 'first-wins': 2 },
  nonfinite: { null: 0, string: 1 },
  bytesStyle: { base64url: 0, base64: 1, hex: 2 },
  style: { '%': 37, '{': 123, '$': 36, ',': 44 },
};

const FORMATTER_OPTIONS = ['preset', 'service', 'version', 'environment', 'host', 'project',
  'labels', 'reportErrors', 'rawUtf8', 'format', 'names', 'rename', 'renameKeepsMissing', 'exclude',
  'skipUnderscored', 'staticFields', 'timestampKey', 'asctimeFormat', 'withSource', 'withThread',
  'messageAlways', 'omitEmpty', 'expandDots', 'causesAsArray', 'asciiOnly', 'escapeSeparators',
  'invalidAsHex', 'spaced', 'indent', 'prefix', 'terminator', 'lineMax', 'depthMax',
  ...Object.keys(WORDS)];

function jsonFormatter(options) {
  const { rename = {}, staticFields, ...rest } = checkOptions(options, FORMATTER_OPTIONS,
    'Formatter');
  for (const name of Object.keys(WORDS)) {
    if (rest[name] !== undefined) rest[name] = wordOf(WORDS[name], rest[name], name);
  }
  const plain = { ...rest, renameFrom: Object.keys(rename), renameTo: Object.values(rename) };
  if (staticFields === undefined) return native.formatterJson(plain, null);
  return withRecord(null, staticFields, (bytes, start, end) =>
    native.formatterJson(plain, bytes, start, end));
}

/** How a record becomes a line. */
class Formatter extends Handle {
  constructor(options, id = jsonFormatter(options)) {
    super(id);
  }

  /** For a terminal. */
  static human(options) {
    const { color, ...rest } = checkOptions(options, ['color', 'utc', 'lineMax', 'descriptor'],
      'Formatter.human');
    return new Formatter(null, native.formatterHuman(
      { ...rest, color: wordOf({ auto: 0, never: 1, always: 2 }, color, 'color') }));
  }
}

function formatterOf(formatter) {
  return formatter instanceof Formatter ? formatter : new Formatter(formatter);
}

const HANDLER_OPTIONS = ['level', 'formatter', 'pattern', 'passes'];

/** Where lines go. A logger keeps a handler alive; close() gives up this reference only. */
class Handler extends Handle {
  get level() {
    return native.handlerGetLevel(this[ID]);
  }

  set level(level) {
    native.handlerSetLevel(this[ID], levelOf(level));
  }

  setFormatter(formatter) {
    native.handlerSetFormatter(this[ID], formatterOf(formatter)[ID]);
  }

  /** Only lines that match a filter pattern, or with passes 'others' all but those; null: all. */
  setPattern(pattern, { passes = 'matching' } = {}) {
    const others = wordOf({ matching: false, others: true }, passes, 'passes');
    native.handlerSetPattern(this[ID], pattern, others);
  }

  flush() {
    native.handlerFlush(this[ID]);
  }

  get stats() {
    return native.handlerStats(this[ID]);
  }
}

/** Keeps the last lines. */
class MemoryHandler extends Handler {
  text() {
    return native.memoryRead(this[ID]);
  }

  lines() {
    return this.text().split('\n').filter((line) => line !== '');
  }

  clear() {
    return native.memoryClear(this[ID]);
  }
}

/* Apart from what every handler can be told. */
function split(options, known, what) {
  const { level, formatter, pattern, passes, ...own } =
    checkOptions(options, [...known, ...HANDLER_OPTIONS], what);
  return { own, common: { level, formatter, pattern, passes } };
}

function finish(handler, { level, formatter, pattern, passes }) {
  try {
    if (level !== undefined) handler.level = level;
    if (formatter !== undefined) handler.setFormatter(formatter);
    if (pattern !== undefined) handler.setPattern(pattern, { passes });
  } catch (error) {
    handler.close();
    throw error;
  }
  return handler;
}

const BUFFERED = ['bufferBytes', 'flushMs'];

/** To a descriptor, each line with one write(2). */
function streamHandler(descriptor, options) {
  const { own, common } = split(options, ['ownsDescriptor', ...BUFFERED], 'streamHandler');
  return finish(new Handler(native.handlerStream(descriptor, own)), common);
}

/** To the end of a file; works with logrotate. */
function fileHandler(path, options) {
  const { own, common } = split(options, ['mode', 'directoryMode', 'makesDirectories',
    'refusesSymlink', 'opensLate', 'checkMs', ...BUFFERED], 'fileHandler');
  return finish(new Handler(native.handlerFile(path, own)), common);
}

function memoryHandler(capacity = 1 << 20, options) {
  const { common } = split(options, [], 'memoryHandler');
  return finish(new MemoryHandler(native.handlerMemory(capacity)), common);
}

/** Accepts everything, writes nothing. */
function nullHandler() {
  return new Handler(native.handlerNull());
}

/** A ring and a thread in front of a handler. */
function asyncHandler(target, options) {
  const { own, common } = split(options, ['whenFull', 'ringBytes', 'blockTimeoutMs',
    'drainTimeoutMs'], 'asyncHandler');
  const whenFull = wordOf({ 'drop-new': 0, 'drop-old': 1, 'block': 2 }, own.whenFull, 'whenFull');
  return finish(new Handler(native.handlerAsync(target?.[ID], { ...own, whenFull })), common);
}

function ruleOf(rule) {
  const { pattern, handler, isFinal } = checkOptions(rule, ['pattern', 'handler', 'isFinal'],
    'rule');
  return { pattern, isFinal, handler: handler?.[ID] };
}

/** Sends each line where the patterns of its rules say. */
function routerHandler(rules, options) {
  const { own, common } = split(options, ['otherwise'], 'routerHandler');
  if (!Array.isArray(rules)) throw typeError('routerHandler: an array of rules is expected');
  const router = native.handlerRouter(rules.map(ruleOf), own.otherwise?.[ID]);
  return finish(new Handler(router), common);
}

/** One of the configuration in force; undefined if it has none of that name. */
function configuredHandler(name) {
  const id = native.handlerConfigured(name);
  return id === null ? undefined : new Handler(id);
}

module.exports = { Formatter, Handler, MemoryHandler, finish, split, streamHandler, fileHandler,
  memoryHandler, nullHandler, asyncHandler, routerHandler, configuredHandler };
