import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { Filter, FilterStream } from 'jsonlog';

const PATTERN = '{ $.n >= 2 }';

async function collect(chunks, options, pattern = PATTERN) {
  const got = [];
  for await (const piece of Readable.from(chunks).pipe(new FilterStream(pattern, options))) {
    got.push(piece);
  }
  return got;
}

const bytes = async (...args) => String(Buffer.concat(await collect(...args)));
const asBuffers = (pieces) => pieces.map((piece) => Buffer.from(piece));

test('bytes go through with what ended their line', async () => {
  assert.equal(await bytes(asBuffers(['{"n":1}\n{"n":2}\n{"n":3}\r\n'])), '{"n":2}\n{"n":3}\r\n');
});

test('lines that end inside chunks, wherever they are cut', async () => {
  const whole = Buffer.from('{"n":1}\n{"n":2,"s":"가😀"}\r\n\n{"n":3}');
  for (let size = 1; size <= whole.length; size++) {
    const chunks = [];
    for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size));
    assert.equal(await bytes(chunks), '{"n":2,"s":"가😀"}\r\n{"n":3}', `chunks of ${size}`);
    assert.deepEqual(await collect(chunks, { lines: true }), ['{"n":2,"s":"가😀"}', '{"n":3}']);
  }
});

test('the last line needs no newline, and an empty one is none', async () => {
  assert.deepEqual(await collect(asBuffers(['{"n":2}']), { lines: true }), ['{"n":2}']);
  assert.deepEqual(await collect(asBuffers(['{"n":2}\n']), { lines: true }), ['{"n":2}']);
  assert.deepEqual(await collect([], { lines: true }), []);
});

test('a stream can let through what does not match', async () => {
  assert.deepEqual(await collect(asBuffers(['{"n":1}\r\nno\n{"n":2}\n']),
    { lines: true, invert: true }), ['{"n":1}', 'no']);
});

test('strings are taken as UTF-8', async () => {
  assert.deepEqual(await collect(['{"n":2,"s":"', '가"}\n'], { lines: true }),
    ['{"n":2,"s":"가"}']);
});

test('memory that is used again after write() is not looked at later', async () => {
  const stream = new FilterStream(PATTERN, { lines: true });
  const chunk = Buffer.from('{"n":2,"s":"');
  stream.write(chunk);
  chunk.fill('x');
  stream.end('a"}\n');
  const got = [];
  for await (const line of stream) got.push(line);
  assert.deepEqual(got, ['{"n":2,"s":"a"}']);
});

test('a reader that does not read holds the writer back', async () => {
  const line = `{"n":2,"pad":"${'x'.repeat(1000)}"}\n`;
  const stream = new Filter(PATTERN).stream();
  let written = 0;
  while (stream.write(line) && written < 10_000) written++;
  assert.ok(written < 1000, `${written} lines taken with nobody reading`);
  const drained = new Promise((resolve) => stream.once('drain', resolve));
  stream.resume();
  await drained;
  stream.end();
});

test('a slow reader gets everything, in order', async () => {
  const chunks = Array.from({ length: 200 }, (_, i) => Buffer.from(`{"n":${i}}\n`.repeat(20)));
  const got = [];
  await pipeline(Readable.from(chunks), new FilterStream(PATTERN, { lines: true }),
    new Writable({ objectMode: true, highWaterMark: 1, write(line, encoding, done) {
      got.push(JSON.parse(line).n);
      setImmediate(done);
    } }));
  assert.equal(got.length, 198 * 20);
  assert.deepEqual(got, [...got].sort((a, b) => a - b));
});

test('a line beyond lineMax destroys the stream with an error', async () => {
  await assert.rejects(collect(asBuffers(['x'.repeat(60), 'x'.repeat(60)]), { lineMax: 100 }),
    { name: 'RangeError', code: 'JSONLOG_E_LIMIT' });
});

test('a closed filter is an error of the stream', async () => {
  const filter = new Filter(PATTERN);
  const stream = filter.stream();
  filter.close();
  stream.write('{"n":2}\n');
  await assert.rejects(async () => { for await (const _ of stream); },
    { code: 'JSONLOG_E_CLOSED' });
});

test('wrong chunks, patterns and options are refused', async () => {
  assert.throws(() => new FilterStream('{ $.a'), { code: 'JSONLOG_E_SYNTAX' });
  assert.throws(() => new FilterStream('', { line: true }), /there is no option line/);
  const stream = new FilterStream('');
  assert.throws(() => stream.write(5), { code: 'ERR_INVALID_ARG_TYPE' });
});
