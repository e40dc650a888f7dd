import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Filter, FilterSet, JsonlogError, MetricFilter, quote, quotePhrase, quoteRegex, selector }
  from 'jsonlog';

const LINE = '{"logType":"ERROR","user":{"age":20,"name":"김"},"id":12345678901234567890,' +
  '"ok":true,"none":null,"list":[1,"a"]}';
const BYTES = new TextEncoder().encode(LINE);

test('a filter matches strings and bytes of every kind', () => {
  const filter = new Filter('{ $.logType = "ERROR" && $.user.age >= 20 }');
  const memory = BYTES.buffer.slice(0);
  assert.equal(filter.match(LINE), true);
  for (const bytes of [BYTES, Buffer.from(LINE), memory, new DataView(memory),
    new Int8Array(memory)]) {
    assert.equal(filter.match(bytes), true, bytes.constructor.name);
  }
  const inside = Buffer.from(`xx${LINE}yy`);
  assert.equal(filter.match(inside.subarray(2, -2)), true);
  assert.equal(filter.match(inside), false);
  assert.equal(filter.match('{"logType":"INFO"}'), false);
});

test('long lines match as short ones, on both sides of the buffer for strings', () => {
  const filter = new Filter('{ $.last = "가" }');
  for (const length of [65_400, 65_500, 65_520, 65_535, 65_536, 65_600, 1_000_000]) {
    assert.equal(filter.match(`{"pad":"${'x'.repeat(length)}","last":"가"}`), true, length);
    assert.equal(filter.match(`{"pad":"${'x'.repeat(length)}","last":"나"}`), false, length);
  }
});

test('a filter says its pattern and its kind', () => {
  const kinds = { '': 'all', 'ERROR -x': 'text', '%a%': 'regex', '{ $.a = 1 }': 'json',
    '[a, b]': 'delimited' };
  for (const [pattern, kind] of Object.entries(kinds)) {
    const filter = new Filter(Buffer.from(pattern));
    assert.equal(filter.kind, kind);
    assert.equal(filter.pattern, pattern);
    assert.equal(String(filter), pattern);
  }
});

test('a pattern at fault has code, offset and caret', () => {
  assert.throws(() => new Filter('{ $.인증 = a:b }'), (error) => {
    assert.ok(error instanceof JsonlogError);
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'JsonlogError');
    assert.equal(error.code, 'JSONLOG_E_SYNTAX');
    assert.equal(error.offset, 10);
    assert.equal(error.byteOffset, 14);
    assert.equal(error.message, "Invalid character(s) in term ':': put a value with such " +
      'characters in double quotes\n  { $.인증 = a:b }\n              ^');
    return true;
  });
  assert.throws(() => new Filter('x'.repeat(1025)), { code: 'JSONLOG_E_LIMIT' });
});

test('offsets count a character beyond the BMP as the two units it has', () => {
  assert.throws(() => new Filter('{ $.😀 = a:b }'), { offset: 10, byteOffset: 12 });
});

test('an explanation names each condition, its value and its reason', () => {
  const filter = new Filter('{ $.user.age >= 21 || $.가 = "x" }');
  const explanation = filter.explain(LINE);
  assert.equal(explanation.matches, false);
  assert.deepEqual(explanation.conditions[0], { text: '$.user.age >= 21', offset: 2,
    byteOffset: 2, isTrue: false, selector: '$.user.age', value: '20',
    reason: '20 is less than 21' });
  assert.equal(explanation.conditions[1].value, null);
  assert.match(String(explanation), /^no match: .*\n {2}no {3}\$\.user\.age >= 21 {3}found 20/);
  assert.equal(explanation.toJSON().tree.or.length, 2);
});

test('extract gives the JavaScript value, exact', () => {
  const filter = new Filter('{ $.logType = * }');
  const extract = (reference) => filter.extract(reference, LINE);
  assert.equal(extract('$.logType'), 'ERROR');
  assert.equal(extract('$.user.age'), 20);
  assert.equal(extract('$.user.name'), '김');
  assert.equal(extract('$.id'), 12345678901234567890n);
  assert.equal(extract('$.ok'), true);
  assert.equal(extract('$.none'), null);
  assert.deepEqual(extract('$.list'), [1, 'a']);
  assert.deepEqual(extract('$.user'), { age: 20, name: '김' });
  assert.equal(extract('$.absent'), undefined);
  assert.deepEqual(filter.extractText('$.id', LINE),
    { type: 'number', text: '12345678901234567890' });
  assert.throws(() => extract('$.a['), { code: 'JSONLOG_E_SYNTAX', offset: 4 });
  assert.throws(() => extract('$.a[*]'), { code: 'JSONLOG_E_UNSUPPORTED' });
});

test('extractAll gives the tokens of a line that matches', () => {
  const filter = new Filter('[ip, ..., status = 4*]');
  assert.equal(filter.extractAll('1.1.1.1 a 200'), null);
  assert.deepEqual(filter.extractAll('1.1.1.1 a b 404'),
    { $ip: '1.1.1.1', $2: 'a', $3: 'b', $status: '404' });
  assert.deepEqual(new Filter('{ $.a = 1 }').extractAll('{"a":1}'), {});
});

test('lint finds traps, heeds samples, and hints at patterns that do not compile', () => {
  const filter = new Filter('{ $.가 = "200" }');
  const [finding] = filter.lint();
  assert.equal(finding.code, 'QUOTED_NUMBER');
  assert.equal(filter.pattern.substr(finding.offset, finding.length), '"200"');
  assert.equal(finding.suggestion, '{ $.가 = 200 }');
  assert.deepEqual(filter.lint(['{"가":"200"}']), []);
  assert.equal(Filter.lint('{ $.a EXISTS }')[0].code, 'EXISTS');
});

test('lines() and select() take a chunk apart', () => {
  const filter = new Filter('{ $.a = 1 }');
  const chunk = '{"a":1}\n{"a":2}\r\nno\n{"a":1}\r\n{"a":1}';
  assert.deepEqual(filter.lines(chunk), ['{"a":1}', '{"a":1}', '{"a":1}']);
  assert.deepEqual(filter.lines(chunk, { invert: true }), ['{"a":2}', 'no']);
  assert.equal(String(filter.select(chunk)), '{"a":1}\n{"a":1}\r\n{"a":1}');
  assert.equal(String(filter.select(chunk, { invert: true })), '{"a":2}\r\nno\n');
  assert.deepEqual(new Filter('').lines(''), []);
});

test('a return before the newline is no part of a line', () => {
  const filter = new Filter('%b$%');
  assert.deepEqual(filter.lines('ab\r\nba\r\nb\r\r\nb'), ['ab', 'b']);
});

test('a set gives the numbers of the patterns that match', () => {
  const set = new FilterSet(['ERROR', new Filter('{ $.ok IS TRUE }'), 'WARN']);
  assert.deepEqual(set.match(LINE), [0, 1]);
  assert.deepEqual(set.match('nothing'), []);
  assert.deepEqual(set.patterns, ['ERROR', '{ $.ok IS TRUE }', 'WARN']);
  assert.deepEqual(new FilterSet([]).match(LINE), []);
  assert.throws(() => new FilterSet(['ok', '{ $.a = ']),
    { code: 'JSONLOG_E_SYNTAX', index: 1, offset: 8 });
  const many = new FilterSet(Array.from({ length: 300 }, (_, i) => `{ $.n = ${i} }`));
  assert.deepEqual(many.match('{"n":299}'), [299]);
});

test('a metric filter gives datapoints', () => {
  const latency = new MetricFilter({ pattern: '{ $.ms = * }', value: '$.ms', unit: 'Milliseconds',
    dimensions: { Host: '$.host' } });
  assert.deepEqual(latency.apply('{"ms":12.5,"host":"a"}'),
    { value: 12.5, dimensions: { Host: 'a' }, isDefault: false });
  assert.equal(latency.apply('{"host":"a"}'), null);
  assert.deepEqual(new MetricFilter({ pattern: 'x', defaultValue: 0 }).apply('y'),
    { value: 0, dimensions: {}, isDefault: true });
  assert.throws(() => new MetricFilter({ pattern: '{ $.ms = ' }), { offset: 9 });
  assert.throws(() => new MetricFilter({ patern: 'x' }), /there is no option patern/);
});

test('text from outside becomes a literal', () => {
  assert.equal(quote('a "b"'), '"a \\"b\\""');
  assert.equal(quote('a', { prefix: true, suffix: true }), '"*a*"');
  assert.equal(quotePhrase('a b'), '"a b"');
  assert.equal(quoteRegex('a.b'), '%^a\\.b$%');
  assert.equal(selector('user', 'first name', '[0]'), "$.user.['first name'][0]");
  assert.throws(() => quote('a*'), { code: 'JSONLOG_E_INVALID' });
  assert.throws(() => quote('a\0'), { code: 'JSONLOG_E_INVALID' });
  assert.throws(() => selector(), { code: 'JSONLOG_E_INVALID' });
});
