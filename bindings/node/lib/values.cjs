'use strict';
/* Values that a JavaScript type cannot say. */
const encode = require('./encode.cjs');
const { typeError } = require('./errors.cjs');

const { Special, TAG } = encode;

function integer(value, what) {
  if (typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw typeError(`${what}: a bigint or an integer is expected`);
}

/** A number that always looks like a double: 20 is written 20.0. */
function double(number) {
  if (typeof number !== 'number') throw typeError('double: a number is expected');
  return new Special(() => encode.putDouble(TAG.d, number));
}

/** A string of these bytes, which may be no UTF-8. */
function text(bytes) {
  if (typeof bytes === 'string') return new Special(() => encode.putString(TAG.s, bytes));
  if (!ArrayBuffer.isView(bytes) && !(bytes instanceof ArrayBuffer)) {
    throw typeError('text: bytes are expected');
  }
  return new Special(() => encode.putBytes(TAG.s, encode.bytesOf(bytes)));
}

/** JSON as it is; the library checks it. */
function raw(json) {
  if (typeof json !== 'string') throw typeError('raw: a string is expected');
  return new Special(() => encode.putString(TAG.r, json));
}

/** Written as "***"; nothing of it is read. */
function secret() {
  return new Special(() => encode.putTag(TAG['*']));
}

/** Nanoseconds, written as seconds. */
function duration(ns) {
  const exact = integer(ns, 'duration');
  return new Special(() => encode.putInt64(TAG.D, exact));
}

/** Nanoseconds since 1970 UTC, written as RFC 3339 text. */
function time(ns) {
  const exact = integer(ns, 'time');
  return new Special(() => encode.putInt64(TAG.T, exact));
}

/** Hexadecimal text. */
function hex(number) {
  const exact = integer(number, 'hex');
  return new Special(() => encode.putInt64(TAG.h, exact));
}

/** A chain of errors, the outermost first. */
function causes(list) {
  if (!Array.isArray(list)) throw typeError('causes: an array is expected');
  return new Special(() => encode.putNested((items) => encode.putItems(TAG.c, items), list));
}

/** An object of [key, value] pairs; keys may be repeated, and may be text(bytes). */
function entries(pairs) {
  if (!Array.isArray(pairs)) throw typeError('entries: an array of pairs is expected');
  return new Special(() => encode.putNested(encode.putEntries, pairs));
}

module.exports = { double, text, raw, secret, duration, time, hex, causes, entries };
