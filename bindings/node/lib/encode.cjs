'use strict';
/*
 * Fields as bytes, for one call into the addon a record; src/node_decode.c has the grammar.
 *
 * Reading a value may run anybody's code: getters, toJSON(), proxies. They may throw, log
 * themselves, change or detach what is being read. So everything is copied as it is met, what
 * throws becomes the formatter's own mark, and a record begun inside another stands behind it in
 * the same buffer.
 */
const { types } = require('node:util');

/* Deeper than any formatter goes (64): what is cut off here has been marked there. */
const DEPTH_MAX = 70;
/* Values of one record. A line holds far fewer; objects that are shared again and again would give
 * exponentially many. */
const VALUES_MAX = 65536;
/* The buffer is given back after a record that made it grow beyond this. */
const KEEP_BYTES = 1 << 20;
/* Up to here a loop is faster than a call. */
const SHORT = 24;

const INT64_MAX = (1n << 63n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;

let buffer;
let view;
let at = 0;
let values = 0;
let pathStart = 0;
const path = [];

function setBuffer(bytes) {
  buffer = bytes;
  view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

setBuffer(Buffer.allocUnsafeSlow(16384));

function reserve(size) {
  if (at + size <= buffer.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, at + size));
  buffer.copy(larger, 0, 0, at);
  setBuffer(larger);
}

function putTag(tag) {
  reserve(1);
  buffer[at++] = tag;
}

function putCount(count) {
  reserve(4);
  view.setUint32(at, count, true);
  at += 4;
}

function putDouble(tag, number) {
  reserve(9);
  buffer[at] = tag;
  view.setFloat64(at + 1, number, true);
  at += 9;
}

function putInt64(tag, bigint) {
  reserve(9);
  buffer[at] = tag;
  view.setBigInt64(at + 1, BigInt.asIntN(64, bigint), true);
  at += 9;
}

/* @return the end of the text, which is not ASCII or not short. */
function writeLong(text, start) {
  return start + buffer.write(text, start);
}

function writeShort(text, start) {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 128) return writeLong(text, start);
    buffer[start + i] = unit;
  }
  return start + text.length;
}

/* Half a surrogate pair becomes U+FFFD. */
function putText(text) {
  reserve(4 + (text.length <= KEEP_BYTES ? 3 * text.length : Buffer.byteLength(text)));
  const start = at + 4;
  const end = text.length <= SHORT ? writeShort(text, start) : writeLong(text, start);
  view.setUint32(at, end - start, true);
  at = end;
}

function putBytes(tag, bytes) {
  reserve(5 + bytes.length);
  buffer[at++] = tag;
  putCount(bytes.length);
  buffer.set(bytes, at);
  at += bytes.length;
}

const TAG = {};
for (const letter of 'ntfidIUhDTsbroacx*0') TAG[letter] = letter.charCodeAt(0);
const { n: NULL, t: TRUE, f: FALSE, i: INTEGER, d: DOUBLE, s: STRING, x: FAILED } = TAG;
const { o: OBJECT, a: ARRAY, c: CAUSES, b: BYTES, r: RAW } = TAG;

/** A value that says how it is written; made by the functions of values.cjs. */
class Special {
  constructor(put) {
    this.put = put;
  }
}

function isBytes(value) {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/* The bytes of a view or buffer as they are now. */
function bytesOf(value) {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(memory, value.byteOffset, value.byteLength)
    : new Uint8Array(memory);
  return bytes; /* of a detached buffer both constructors throw */
}

function putNumber(number) {
  const isInteger = Number.isSafeInteger(number) && !Object.is(number, -0);
  putDouble(isInteger ? INTEGER : DOUBLE, number);
}

function putBigInt(number) {
  if (number >= -INT64_MAX - 1n && number <= INT64_MAX) putInt64(TAG.I, number);
  else if (number > 0n && number <= UINT64_MAX) putInt64(TAG.U, number);
  else putString(RAW, String(number));
}

function putString(tag, text) {
  putTag(tag);
  putText(text);
}

function putPrimitive(value) {
  switch (typeof value) {
    case 'string': return putString(STRING, value);
    case 'number': return putNumber(value);
    case 'boolean': return putTag(value ? TRUE : FALSE);
    case 'bigint': return putBigInt(value);
    case 'undefined': return putTag(NULL);
    default: return putTag(FAILED); /* functions and symbols have no JSON form */
  }
}

/* What cannot be read is marked, and the record goes on. */
function putGuarded(put, argument, key) {
  const start = at;
  const depth = path.length;
  try {
    put(argument, key);
  } catch {
    at = start;
    path.length = depth;
    putTag(FAILED);
  }
}

/* One mark stands for all that is beyond the limit. */
function putRest() {
  if (values < VALUES_MAX) return false;
  putTag(FAILED);
  return true;
}

function putMember(object, key) {
  putValue(object[key], key);
}

/* @return how many there are; those that are undefined are left out. */
function putMembers(object) {
  let count = 0;
  for (const key of Object.keys(object)) {
    const before = at;
    putText(key);
    const valueStart = at;
    if (putRest()) return count + 1;
    putGuarded(putOwn, object, key);
    if (at === valueStart) at = before;
    else count++;
  }
  return count;
}

function putPlain(object) {
  const start = at;
  putTag(OBJECT);
  putCount(0);
  const count = putMembers(object);
  view.setUint32(start + 1, count, true);
}

/* A member that is undefined is left out, as JSON.stringify() does. */
function putOwn(object, key) {
  const value = object[key];
  if (value !== undefined) putValue(value, key);
}

function putEntries(entries) {
  const start = at;
  let count = 0;
  putTag(OBJECT);
  putCount(0);
  for (const entry of entries) {
    const key = entry[0];
    if (key instanceof Special) putKeyBytes(key);
    else putText(String(key));
    count++;
    if (putRest()) break;
    putGuarded(putMember, entry, 1);
  }
  view.setUint32(start + 1, count, true);
}

/* A key of bytes(): its tag is taken off again. */
function putKeyBytes(key) {
  const start = at;
  key.put();
  if (buffer[start] !== STRING) throw new TypeError('a key is a text');
  buffer.copyWithin(start, start + 1, at);
  at--;
}

function putItems(tag, items) {
  const start = at;
  let count = 0;
  putTag(tag);
  putCount(0);
  for (const item of items) {
    count++;
    if (putRest()) break;
    putGuarded(putValue, item, '');
  }
  view.setUint32(start + 1, count, true);
}

/* By index, so that an element that throws costs itself only. */
function putArray(array) {
  const start = at;
  const length = array.length;
  let count = 0;
  putTag(ARRAY);
  putCount(0);
  while (count < length) {
    const index = count++;
    if (putRest()) break;
    putGuarded(putMember, array, index);
  }
  view.setUint32(start + 1, count, true);
}

/* An error is the chain of its messages, the outermost first: what the library calls causes. */
function putError(error) {
  const seen = [];
  const texts = [];
  for (let cause = error; cause !== undefined && cause !== null; cause = cause.cause) {
    if (seen.includes(cause) || seen.length === DEPTH_MAX) break;
    seen.push(cause);
    texts.push(String(types.isNativeError(cause) ? cause.message : cause));
    if (typeof cause !== 'object') break;
  }
  putItems(CAUSES, texts);
}

/* @return whether it was one of those that are no plain objects. */
function putExotic(value) {
  if (value instanceof Special) value.put();
  else if (Array.isArray(value)) putNested(putArray, value);
  else if (isBytes(value)) putBytes(BYTES, bytesOf(value));
  else if (types.isDate(value)) putDate(value);
  else if (types.isNativeError(value)) putError(value);
  else if (types.isMap(value)) putNested(putEntries, value);
  else if (types.isSet(value)) putNested(putSet, value);
  else if (types.isBoxedPrimitive(value)) putPrimitive(value.valueOf());
  else return false;
  return true;
}

function putSet(set) {
  putItems(ARRAY, set);
}

function putDate(date) {
  const ms = Date.prototype.getTime.call(date);
  const ns = BigInt(ms) * 1000000n; /* throws for a date that is none */
  if (ns > INT64_MAX || ns < -INT64_MAX) throw new RangeError('beyond the library\'s time');
  putInt64(TAG.T, ns);
}

/* An object that stands inside itself, and one too deep, are marked. */
function putNested(put, object) {
  const depth = path.length;
  if (depth - pathStart >= DEPTH_MAX || path.indexOf(object, pathStart) >= 0) {
    putTag(FAILED);
    return;
  }
  path.push(object);
  put(object);
  path.length = depth;
}

function putObject(object, key) {
  if (putExotic(object)) return;
  if (typeof object.toJSON !== 'function') {
    putNested(putPlain, object);
    return;
  }
  const json = object.toJSON(key);
  if (typeof json !== 'object' || json === null) putPrimitiveOrNull(json);
  else if (!putExotic(json)) putNested(putPlain, json);
}

function putPrimitiveOrNull(value) {
  if (value === null) putTag(NULL);
  else putPrimitive(value);
}

function putValue(value, key) {
  if (++values > VALUES_MAX) putTag(FAILED);
  else if (typeof value === 'object' && value !== null) putObject(value, key);
  else putPrimitiveOrNull(value);
}

const NO_FIELDS = Object.freeze({});

/* What stands where fields are expected and is no object becomes one. */
function fieldsOf(fields) {
  if (fields === undefined || fields === null) return NO_FIELDS;
  if (typeof fields !== 'object') return { value: fields };
  if (types.isNativeError(fields)) return { error: fields };
  if (Array.isArray(fields) || ArrayBuffer.isView(fields)) return { value: fields };
  return fields;
}

/* What an error as the message brings along; equal keys of the call come later, and win. */
function putErrorFields(error) {
  putText('error');
  putGuarded(putValue, error, '');
  putText('stackTrace');
  putGuarded(putMember, error, 'stack');
  if (!hasCode(error)) return 2;
  putText('errorCode');
  putGuarded(putMember, error, 'code');
  return 3;
}

function hasCode(error) {
  try {
    return typeof error.code === 'string';
  } catch {
    return false;
  }
}

function putErrorAnd(error, fields) {
  const isPlain = !(fields instanceof Special) && !types.isMap(fields);
  const start = at;
  putTag(OBJECT);
  putCount(0);
  const count = putErrorFields(error) + putMembers(isPlain ? fields : { fields });
  view.setUint32(start + 1, count, true);
}

function putFields(fields, error) {
  const object = fieldsOf(fields);
  if (error !== null) putErrorAnd(error, object);
  else if (object instanceof Special) object.put();
  else if (types.isMap(object)) putNested(putEntries, object);
  else putNested(putPlain, object);
}

/* Fields that cannot be listed at all: the record says so. */
function putSafely(fields, error) {
  const start = at;
  const depth = path.length;
  try {
    putFields(fields, error);
    if (buffer[start] === OBJECT) return;
  } catch { /* marked below */ }
  at = start;
  path.length = depth;
  putTag(OBJECT);
  putCount(1);
  putText('fields');
  putTag(FAILED);
}

function messageOf(message) {
  return types.isNativeError(message) ? String(message.message) : String(message);
}

function putSpecialMessage(message) {
  const start = at;
  message.put();
  if (buffer[start] !== STRING) throw new TypeError('a message is a text');
}

/* A message is a text, so the formatter's mark is written as one. */
function putMessage(message) {
  const start = at;
  try {
    if (typeof message === 'string') putString(STRING, message);
    else if (message === undefined || message === null) putTag(TAG[0]);
    else if (message instanceof Special) putSpecialMessage(message);
    else putString(STRING, messageOf(message));
  } catch {
    at = start;
    putString(STRING, '__could_not_encode__');
  }
}

/**
 * Encode a record and hand it over.
 *
 * @param use  called with the buffer, start and end; what it needs lasts until it returns.
 */
function withRecord(message, fields, use) {
  const start = at;
  const valuesBefore = values;
  const pathBefore = pathStart;
  values = 0;
  pathStart = path.length;
  try {
    putMessage(message);
    putSafely(fields, types.isNativeError(message) ? message : null);
    return use(buffer, start, at);
  } finally {
    path.length = pathStart;
    pathStart = pathBefore;
    values = valuesBefore;
    at = start;
    if (start === 0 && buffer.length > KEEP_BYTES) setBuffer(Buffer.allocUnsafeSlow(16384));
  }
}

module.exports = { Special, TAG, withRecord, putTag, putText, putBytes, putDouble, putInt64,
  putString, putItems, putEntries, putNested, bytesOf };
