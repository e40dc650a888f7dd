'use strict';
/* Captures and expectations: the library judges and writes the reports. */
const native = require('./native.cjs');
const { Handle, ID } = require('./handle.cjs');
const { Formatter, MemoryHandler } = require('./handler.cjs');
const { Filter } = require('./filter.cjs');
const { checkOptions, wordOf, typeError } = require('./errors.cjs');
const { levelOf } = require('./levels.cjs');

/** As jsonlog_expect_kind. */
const KINDS = { match: 0, count: 1, none: 2, order: 3, only: 4, quiet: 5 };

const CAPTURE_OPTIONS = ['scope', 'level', 'formatter', 'passesThrough', 'limitBytes'];

function start(options) {
  const { scope = 'thread', level = 'TRACE', formatter, ...rest } =
    checkOptions(options, CAPTURE_OPTIONS, 'Capture');
  const own = formatter === undefined || formatter instanceof Formatter
    ? formatter : new Formatter(formatter);
  return native.captureStart({ ...rest, level: levelOf(level), formatter: own?.[ID],
    process: wordOf({ thread: false, process: true }, scope, 'scope') });
}

function patternsOf(patterns) {
  return patterns.map((pattern) => (pattern instanceof Filter ? pattern.pattern : pattern));
}

/** What is logged from now on, until stop(): by default by this thread, from TRACE up. */
class Capture extends Handle {
  constructor(options) {
    super(start(options));
  }

  /** A capture that sees no records, only what is fed to it. */
  static of(...texts) {
    const capture = Object.setPrototypeOf(new Handle(native.captureNew()), Capture.prototype);
    for (const text of texts) capture.feed(text);
    return capture;
  }

  feed(text) {
    native.captureFeed(this[ID], text);
  }

  lines() {
    return native.captureLines(this[ID]);
  }

  clear() {
    native.captureClear(this[ID]);
  }

  stop() {
    this.close();
  }

  /** @return null if it holds, else the report. */
  expect(kind, patterns, { count = 0 } = {}) {
    const number = wordOf(KINDS, kind, 'kind');
    return native.captureExpect(this[ID], number, patternsOf(patterns), count, 0);
  }

  /** A promise of the same: 'match' and 'order' wait so long for it to become true, the others
   * watch for so long. The event loop runs on. */
  expectWithin(withinMs, kind, patterns, { count = 0 } = {}) {
    const number = wordOf(KINDS, kind, 'kind');
    return native.captureExpectLater(this[ID], number, patternsOf(patterns), count, withinMs);
  }
}

function isBytes(value) {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function feedAll(capture, lines) {
  if (typeof lines === 'string' || isBytes(lines)) {
    capture.feed(lines);
  } else if (lines instanceof MemoryHandler) {
    capture.feed(lines.text());
  } else if (typeof lines?.[Symbol.iterator] === 'function') {
    for (const line of lines) capture.feed(line);
  } else if (lines !== null && typeof lines === 'object' && 'stdout' in lines) {
    feedAll(capture, lines.stdout);
  } else {
    throw typeError('lines are expected: a string, bytes, an array of these, a Capture, a ' +
      'MemoryHandler, or a result with stdout');
  }
}

/** Judge lines, wherever they come from. */
function expectLines(lines, kind, patterns, options) {
  if (lines instanceof Capture) return lines.expect(kind, patterns, options);
  const capture = Capture.of();
  try {
    feedAll(capture, lines);
    return capture.expect(kind, patterns, options);
  } finally {
    capture.stop();
  }
}

module.exports = { Capture, expectLines };
