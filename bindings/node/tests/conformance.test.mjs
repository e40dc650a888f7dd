/* The project's vectors, as every binding runs them: same verdicts, same bytes. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Filter, FilterSet, JsonlogError, MetricFilter, double, entries, flush, getLogger,
  memoryHandler, raw, setClock, text } from 'jsonlog';
import { jsonLines } from './support.mjs';

const vectors = [...jsonLines('filter/vectors.jsonl')];

test('every vector has its verdict, from a string and from bytes', () => {
  const counts = {};
  for (const { id, group, pattern, event, match, error } of vectors) {
    counts[group] = (counts[group] ?? 0) + 1;
    if (error) continue;
    const filter = new Filter(pattern);
    assert.equal(filter.match(event), match, `${id}: ${pattern} on ${event}`);
    assert.equal(filter.match(Buffer.from(event)), match, id);
    assert.equal(filter.explain(event).matches, match, id);
    filter.close();
  }
  assert.deepEqual(counts,
    { text: 205, regex: 257, json: 972, delimited: 252, error: 107, metric: 35 });
});

test('every refused vector is refused, with the sentence that was recorded', () => {
  for (const { id, pattern, message } of vectors.filter((vector) => vector.error)) {
    assert.throws(() => new Filter(pattern), (error) => {
      assert.ok(error instanceof JsonlogError, id);
      assert.match(error.code, /^JSONLOG_E_(SYNTAX|LIMIT)$/, id);
      if (message !== undefined) {
        assert.ok(error.reason === message || error.reason.startsWith(`${message}: `), id);
      }
      return true;
    });
  }
});

test('every vector gives the values it names', () => {
  let count = 0;
  for (const { id, pattern, event, extracted } of vectors) {
    if (extracted === undefined) continue;
    const filter = new Filter(pattern);
    assert.deepEqual(filter.extractAll(event), extracted, id);
    for (const [name, value] of Object.entries(extracted)) {
      assert.equal(filter.extract(name, event), value, id);
    }
    count++;
  }
  assert.equal(count, 144);
});

test('every vector of a metric filter gives its datapoint', () => {
  let count = 0;
  for (const { id, pattern, event, metric, expect } of vectors) {
    if (metric === undefined) continue;
    const { value, dimensions, default: defaultValue } = metric;
    const point = new MetricFilter({ pattern, value, dimensions, defaultValue }).apply(event);
    if (expect === null) {
      assert.equal(point, null, id);
    } else {
      assert.equal(point.value, expect.value, id);
      assert.deepEqual(point.dimensions, expect.dimensions ?? {}, id);
    }
    count++;
  }
  assert.equal(count, 35);
});

test('a set says of each pattern what it says alone', () => {
  const good = vectors.filter((vector) => !vector.error);
  const patterns = [...new Set(good.map(({ pattern }) => pattern))].slice(0, 400);
  const set = new FilterSet(patterns);
  const filters = patterns.map((pattern) => new Filter(pattern));
  for (const { id, event } of good.slice(0, 300)) {
    const alone = filters.flatMap((filter, i) => (filter.match(event) ? [i] : []));
    assert.deepEqual(set.match(event), alone, id);
  }
});

test('disputed vectors are decided as everywhere', () => {
  const disputed = [...jsonLines('filter/vectors-disputed.jsonl')];
  assert.equal(disputed.length, 7);
  for (const { id, pattern, event, recommended } of disputed) {
    assert.equal(new Filter(pattern).match(event), recommended, id);
  }
});

test('every error stands at its byte with its sentence', () => {
  let count = 0;
  for (const { pattern, status, offset, text: sentence } of jsonLines('filter/errors.jsonl')) {
    assert.throws(() => new Filter(pattern), (error) => {
      assert.equal(error.code, `JSONLOG_E_${status.toUpperCase()}`, pattern);
      assert.equal(error.byteOffset, offset, pattern);
      assert.equal(Buffer.byteLength(pattern.slice(0, error.offset)), offset, pattern);
      assert.equal(error.reason, sentence, pattern);
      assert.match(error.message, /\^$/, pattern);
      return true;
    });
    count++;
  }
  assert.ok(count >= 200);
});

test('every finding of the lint', () => {
  let count = 0;
  for (const { pattern, sample = [], findings } of jsonLines('filter/lint.jsonl')) {
    const told = Filter.lint(pattern, sample)
      .map(({ code, byteOffset, byteLength, text: sentence, suggestion }) => ({
        code, offset: byteOffset, len: byteLength, text: sentence,
        ...(suggestion === null ? {} : { suggestion }) }));
    assert.deepEqual(told, findings, pattern);
    count++;
  }
  assert.ok(count >= 200);
});

/* ---- format_cases.jsonl ---------------------------------------------------------------------- */

const textOf = (item) => (item === null || typeof item === 'string' ? item
  : text(Buffer.from(item.bytes, 'hex')));

const MAKERS = {
  int: (digits) => BigInt(digits),
  uint: (digits) => BigInt(digits),
  double: (digits) => double(Number(digits)),
  bool: (value) => value,
  string: (value) => value,
  bytes: (hex) => text(Buffer.from(hex, 'hex')),
  null: () => null,
  raw: (json) => raw(json),
  array: (items) => items.map(valueOf),
  object: (pairs) => entriesOf(pairs),
};

function valueOf(item) {
  const [[type, value]] = Object.entries(item);
  return MAKERS[type](value);
}

function entriesOf(pairs) {
  return entries(pairs.map(([key, value]) => [textOf(key), valueOf(value)]));
}

test('every format case is written to the byte', (t) => {
  const name = readFileSync('/proc/self/comm', 'utf8');
  writeFileSync('/proc/self/comm', 'worker-1');
  t.after(() => {
    setClock(null);
    writeFileSync('/proc/self/comm', name.trim());
  });
  let count = 0;
  for (const row of jsonLines('bindings/format_cases.jsonl')) {
    const memory = memoryHandler(1 << 20, { formatter: { preset: row.preset } });
    const log = getLogger(row.logger);
    log.level = 'TRACE';
    log.propagate = false;
    log.setHandlers([memory]);
    setClock(BigInt(row.time_ns));
    const level = /^\d+$/.test(row.level) ? Number(row.level) : row.level;
    log.log(level, textOf(row.message), entriesOf(row.fields));
    flush();
    assert.equal(memory.text(), `${row.line}\n`, row.name);
    log.setHandlers([]);
    memory.close();
    count++;
  }
  assert.ok(count >= 80, `${count} cases`);
});
