'use strict';
/* For node:test, and whatever takes an AssertionError: expect(lines).toHaveLogged('{ … }'). */
const { AssertionError } = require('node:assert');
const { Capture } = require('./capture.cjs');
const { matchers } = require('./matchers.cjs');

/* The report ends in a newline, for a terminal; a message does not. */
function fail({ message }, name, caller) {
  throw new AssertionError({ message: message().trimEnd(), operator: name, stackStartFn: caller });
}

function assertion(name, isNot, lines) {
  return function caller(...args) {
    const settle = (result) => {
      if (result.pass === isNot) fail(result, name, caller);
    };
    const result = matchers[name].call({ isNot }, lines, ...args);
    return result instanceof Promise ? result.then(settle) : settle(result);
  };
}

function assertions(lines, isNot) {
  const all = {};
  for (const name of Object.keys(matchers)) all[name] = assertion(name, isNot, lines);
  return all;
}

/** expect(lines).toHaveLogged(pattern, …) and expect(lines).not.toHaveLogged(pattern, …). */
function expect(lines) {
  return { ...assertions(lines, false), not: assertions(lines, true) };
}

/** A capture that ends with the test. @param t  the context that node:test hands to a test. */
function capture(t, options) {
  const logs = new Capture(options);
  t.after(() => logs.stop());
  return logs;
}

module.exports = { expect, capture };
