'use strict';
/* Matchers: one table for node:test, Jest and Vitest. The library judges and writes the reports. */
const { expectLines, Capture } = require('./capture.cjs');
const { typeError } = require('./errors.cjs');

/* What is judged, and what of `.not`; a report for the opposite exists where the library has it. */
const MATCHERS = {
  toHaveLogged: { kind: 'match', opposite: 'none' },
  toHaveLoggedTimes: { kind: 'count', counts: true },
  toHaveLoggedInOrder: { kind: 'order' },
  toHaveLoggedOnly: { kind: 'only' },
  toHaveLoggedNoErrors: { kind: 'quiet' },
};

/* toHaveLoggedTimes(pattern, 3); the others take patterns. */
function argumentsOf({ counts }, args) {
  if (!counts) return { patterns: args, count: 0 };
  const [pattern, count] = args;
  if (!Number.isInteger(count) || count < 0) throw typeError('toHaveLoggedTimes(pattern, times)');
  return { patterns: [pattern], count };
}

function withoutReport(name, args) {
  return `expected not ${name}(${args.map(String).join(', ')}), but it holds\n`;
}

/** @return {pass, message}, as Jest and Vitest want it: pass is what holds without `.not`. */
function check(name, isNot, lines, args) {
  const matcher = MATCHERS[name];
  const { patterns, count } = argumentsOf(matcher, args);
  if (isNot && matcher.opposite !== undefined) {
    const report = expectLines(lines, matcher.opposite, patterns);
    return { pass: report !== null, message: () => report ?? '' };
  }
  const report = expectLines(lines, matcher.kind, patterns, { count });
  return { pass: report === null, message: () => report ?? withoutReport(name, args) };
}

/** toHaveLoggedWithin(ms, pattern, …): waits for a capture while the event loop runs on. */
async function checkWithin(isNot, capture, [ms, ...patterns]) {
  if (!(capture instanceof Capture) || typeof ms !== 'number') {
    throw typeError('expect(capture).toHaveLoggedWithin(ms, pattern)');
  }
  const report = await capture.expectWithin(ms, isNot ? 'none' : 'match', patterns);
  const pass = isNot ? report !== null : report === null;
  return { pass, message: () => report ?? '' };
}

/** For expect.extend() of Jest and Vitest. */
const matchers = {};
for (const name of Object.keys(MATCHERS)) {
  matchers[name] = function (lines, ...args) {
    return check(name, this.isNot === true, lines, args);
  };
}
matchers.toHaveLoggedWithin = function (capture, ...args) {
  return checkWithin(this.isNot === true, capture, args);
};

module.exports = { matchers };
