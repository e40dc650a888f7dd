/*
 * Beside what Node has: pino for the logger, JSON.parse() and a check by hand for filters. Each
 * figure is the median of rounds that take turns; ratios above 1 mean that jsonlog is faster.
 *
 *     node bench.mjs [rounds]        from a directory where jsonlog and pino are installed
 */
import { closeSync, openSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInterface } from 'node:readline';
import { Filter, FilterSet, FilterStream, getLogger, streamHandler } from 'jsonlog';

const ROUNDS = Math.max(5, Number(process.argv[2] ?? 7));

const pino = await import('pino').then((module) => module.default, () => null);

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/* Nanoseconds of one of `count` operations. */
async function measure(run, count) {
  const began = process.hrtime.bigint();
  await run(count);
  return Number(process.hrtime.bigint() - began) / count;
}

async function compare(title, count, ours, theirs, name) {
  const times = [[], []];
  await measure(ours, count / 10);
  await measure(theirs, count / 10);
  for (let round = 0; round < ROUNDS; round++) {
    times[0].push(await measure(ours, count));
    times[1].push(await measure(theirs, count));
  }
  const [own, other] = times.map(median);
  console.log(`${title.padEnd(44)} ${own.toFixed(0).padStart(8)} ns   ${name} ` +
    `${other.toFixed(0).padStart(8)} ns   x ${(other / own).toFixed(2)}`);
}

const times = (count, run) => { for (let i = 0; i < count; i++) run(i); };

/* ---- lines ----------------------------------------------------------------------------------- */

function lineOf(i) {
  return JSON.stringify({ timestamp: '2026-11-22T08:07:45.784Z',
    logType: i % 50 === 0 ? 'ERROR' : 'INFO', logger: 'payment.db',
    message: `request ${i} handled by worker ${i % 7}`,
    errorCode: i % 50 === 0 ? `DA000${i % 90}` : null,
    user: { id: i, age: 18 + (i % 60), roles: ['admin', 'ops'] }, latencyMs: i / 7,
    path: `/api/v1/orders/${i}`, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36' });
}

const LINES = Array.from({ length: 5000 }, (_, i) => lineOf(i));
const BUFFERS = LINES.map((line) => Buffer.from(line));
const PATTERN = '{ $.logType = "ERROR" && $.user.age >= 20 && $.errorCode = "DA*" }';
const filter = new Filter(PATTERN);

function check(line) {
  try {
    const event = JSON.parse(line);
    return event.logType === 'ERROR' && event.user?.age >= 20 &&
      typeof event.errorCode === 'string' && event.errorCode.startsWith('DA');
  } catch {
    return false;
  }
}

let hits = 0;
for (const line of LINES) {
  if (check(line) !== filter.match(line)) throw new Error(`they do not agree on ${line}`);
}

await compare('match a string, 2 % match', 100_000,
  (n) => times(n, (i) => { hits += filter.match(LINES[i % 5000]); }),
  (n) => times(n, (i) => { hits += check(LINES[i % 5000]); }), 'JSON.parse');
await compare('match a Buffer, 2 % match', 100_000,
  (n) => times(n, (i) => { hits += filter.match(BUFFERS[i % 5000]); }),
  (n) => times(n, (i) => { hits += check(BUFFERS[i % 5000]); }), 'JSON.parse');

const ten = Array.from({ length: 10 }, (_, i) =>
  `{ $.errorCode = "DA000${i}" && $.latencyMs > ${i} }`);
const set = new FilterSet(ten);
await compare('a set of ten patterns, one line', 50_000,
  (n) => times(n, (i) => { hits += set.match(BUFFERS[i % 5000]).length; }),
  (n) => times(n, (i) => {
    const event = JSON.parse(BUFFERS[i % 5000]);
    for (let k = 0; k < 10; k++) hits += event.errorCode === `DA000${k}` && event.latencyMs > k;
  }), 'JSON.parse');

/* ---- a stream of lines ----------------------------------------------------------------------- */

const CHUNK = Buffer.from(`${LINES.join('\n')}\n`);
const CHUNKS = [];
for (let at = 0; at < CHUNK.length; at += 65536) CHUNKS.push(CHUNK.subarray(at, at + 65536));

const source = (count) => Readable.from((function* () {
  for (let i = 0; i < count / 5000; i++) yield* CHUNKS;
})());

const drain = async (stream) => { for await (const piece of stream) hits += piece.length; };

await compare('a line of a stream, to bytes', 100_000,
  (n) => drain(source(n).pipe(new FilterStream(filter))),
  (n) => pipeline(source(n), async function* (chunks) {
    for await (const line of createInterface({ input: Readable.from(chunks) })) {
      if (check(line)) yield `${line}\n`;
    }
  }, drain), 'readline + JSON.parse');

/* What one writes when readline is too slow. */
function splitting() {
  let rest = '';
  return new Transform({ transform(chunk, encoding, done) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    done(null, lines.filter(check).map((line) => `${line}\n`).join(''));
  } });
}

await compare('a line of a stream, to bytes', 100_000,
  (n) => drain(source(n).pipe(new FilterStream(filter))),
  (n) => drain(source(n).pipe(splitting())), 'split + JSON.parse');

/* ---- logging --------------------------------------------------------------------------------- */

if (pino === null) {
  console.log('pino is not installed: its comparisons are left out');
} else {
  const descriptor = openSync('/dev/null', 'w');
  const log = getLogger('bench');
  const root = getLogger();
  const buffered = streamHandler(descriptor, { bufferBytes: 16384 });
  const direct = streamHandler(descriptor);
  const theirs = pino({}, pino.destination({ dest: '/dev/null', sync: true }));
  const theirBuffered = pino({},
    pino.destination({ dest: '/dev/null', sync: true, minLength: 16000 }));
  const error = new Error('failed');
  const fields = (i) => ({ id: i, path: '/api/v1/orders', ok: true, ms: 12.5, user: 'kim' });
  const nested = (i) =>
    ({ user: { id: i, tags: ['a', 'b'], address: { city: '서울', zip: '04524' } } });
  const calls = [
    ['a message', (to) => to.info('hello world'), (to) => to.info('hello world')],
    ['a message with five fields',
      (to, i) => to.info('request', fields(i)), (to, i) => to.info(fields(i), 'request')],
    ['nested objects',
      (to, i) => to.info('m', nested(i)), (to, i) => to.info(nested(i), 'm')],
    ['an error', (to) => to.error(error), (to) => to.error(error)],
    ['a level that is off',
      (to) => to.debug('hello', { a: 1 }), (to) => to.debug({ a: 1 }, 'hello')],
  ];
  for (const [title, own, other] of calls) {
    for (const [how, handler, target] of [['a write each', direct, theirs],
      ['buffered', buffered, theirBuffered]]) {
      root.setHandlers([handler]);
      await compare(`${title}, ${how}`, 100_000, (n) => times(n, (i) => own(log, i)),
        (n) => times(n, (i) => other(target, i)), 'pino');
    }
  }
  const child = log.child({ requestId: 'r-1', user: { id: 7 } });
  const theirChild = theirs.child({ requestId: 'r-1', user: { id: 7 } });
  root.setHandlers([direct]);
  await compare('a child with bound fields, a write each', 100_000,
    (n) => times(n, () => child.info('hello')),
    (n) => times(n, () => theirChild.info('hello')), 'pino');
  root.setHandlers([]);
  closeSync(descriptor);
}
if (hits < 0) console.log(hits);
