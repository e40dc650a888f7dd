import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Formatter, Handler, asyncHandler, callbackHandler, configure, configuredHandler,
  configureFile, fileHandler, flush, memoryHandler, nullHandler, routerHandler, setClock,
  streamHandler } from 'jsonlog';
import { quietLogger, runScript, temporaryDirectory, until } from './support.mjs';

const messages = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line).message);

test('a stream handler writes to a descriptor', (t) => {
  const path = join(temporaryDirectory(t), 'log');
  const descriptor = openSync(path, 'a');
  const { log } = quietLogger(t);
  const handler = streamHandler(descriptor, { level: 'WARN' });
  log.setHandlers([handler]);
  log.info('below');
  log.warn('above');
  assert.deepEqual(messages(readFileSync(path, 'utf8')), ['above']);
  assert.equal(handler.stats.lines, 1);
  assert.equal(handler.level, 30);
  log.setHandlers([]);
  handler.close();
  closeSync(descriptor);
});

test('a file handler makes its directory, appends, and follows a rename', async (t) => {
  const path = join(temporaryDirectory(t), 'deep/app.log');
  const { log } = quietLogger(t);
  log.setHandlers([fileHandler(path, { makesDirectories: true, checkMs: 1 })]);
  log.info('first');
  renameSync(path, `${path}.1`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  log.info('second');
  await new Promise((resolve) => setTimeout(resolve, 100));
  log.info('third');
  log.setHandlers([]);
  assert.equal(messages(readFileSync(`${path}.1`, 'utf8'))[0], 'first');
  assert.equal(messages(readFileSync(path, 'utf8')).at(-1), 'third');
  assert.throws(() => fileHandler('/nowhere/at/all'), { code: 'JSONLOG_E_IO', message: /nowhere/ });
});

test('a buffered file has its lines after a flush', (t) => {
  const path = join(temporaryDirectory(t), 'log');
  const { log } = quietLogger(t);
  const handler = fileHandler(path, { bufferBytes: 65536, flushMs: 60_000 });
  log.setHandlers([handler]);
  log.info('m');
  assert.equal(readFileSync(path, 'utf8'), '');
  handler.flush();
  assert.deepEqual(messages(readFileSync(path, 'utf8')), ['m']);
});

test('an async handler writes by a thread of its own, all of it after a flush', (t) => {
  const { log, memory } = quietLogger(t);
  const handler = asyncHandler(memory, { whenFull: 'block', ringBytes: 65536 });
  log.setHandlers([handler]);
  for (let i = 0; i < 2000; i++) log.info('m', { i });
  handler.flush();
  assert.deepEqual(memory.lines().map((line) => JSON.parse(line).i),
    Array.from({ length: 2000 }, (_, i) => i));
  assert.throws(() => asyncHandler(memory, { whenFull: 'wait' }),
    /one of drop-new, drop-old, block/);
});

test('a router sends lines where their pattern says', (t) => {
  const [errors, rest, audit] = [memoryHandler(), memoryHandler(), memoryHandler()];
  const { log } = quietLogger(t);
  log.setHandlers([routerHandler([
    { pattern: '{ $.audit IS TRUE }', handler: audit, isFinal: true },
    { pattern: '{ $.logType = "ERROR" }', handler: errors },
  ], { otherwise: rest })]);
  log.info('a', { audit: true });
  log.error('b');
  log.info('c');
  assert.deepEqual([audit, errors, rest].map((handler) => handler.lines().length), [1, 1, 1]);
  assert.throws(() => routerHandler([{ pattern: '{ $.a', handler: rest }]),
    { code: 'JSONLOG_E_SYNTAX' });
  assert.throws(() => routerHandler([{ pattern: 'a', handler: new Date() }]),
    { code: 'JSONLOG_E_INVALID' });
});

test('a handler writes only what its pattern lets through', (t) => {
  const { log, memory, records } = quietLogger(t, { pattern: '{ $.n > 1 }' });
  for (const n of [1, 2, 3]) log.info('m', { n });
  memory.setPattern('{ $.n > 1 }', { passes: 'others' });
  log.info('m', { n: 0 });
  memory.setPattern(null);
  log.info('m', { n: 1 });
  assert.deepEqual(records().map(({ n }) => n), [2, 3, 0, 1]);
  assert.throws(() => memory.setPattern('{ $.n'), { code: 'JSONLOG_E_SYNTAX', offset: 5 });
});

test('a formatter takes the options of the library', (t) => {
  setClock(1700000000123456789n);
  t.after(() => setClock(null));
  const { log, memory } = quietLogger(t, { formatter: { timestampPrecision: 'us',
    timeStyle: 'rfc3339-offset', names: ['timestamp', 'message'], rename: { a: 'b' },
    staticFields: { service: 's' }, nonfinite: 'string', exclude: ['gone'] } });
  log.info('m', { a: NaN, gone: 1 });
  assert.equal(memory.text(), '{"timestamp":"2023-11-14T22:13:20.123456+00:00","message":"m",' +
    '"service":"s","b":"NaN"}\n');
  assert.throws(() => new Formatter({ format: '%(asctime' }), { code: 'JSONLOG_E_SYNTAX' });
  assert.throws(() => new Formatter({ preset: 'none' }), { code: 'JSONLOG_E_NOT_FOUND' });
  assert.throws(() => new Formatter({ colour: 1 }), /there is no option colour/);
  assert.throws(() => new Formatter({ lineMax: 'long' }), /option lineMax/);
});

test('lines for people', (t) => {
  const formatter = Formatter.human({ utc: true, color: 'never' });
  const { log, memory } = quietLogger(t, { formatter });
  log.warn('careful', { a: 1 });
  assert.match(memory.text(), /^\d\d:\d\d:\d\d\.\d{3} WARN {2}test\.\S+ {2}careful {2}a=1\n$/);
});

test('a memory keeps the last lines and forgets on demand', (t) => {
  const { log, memory } = quietLogger(t);
  log.info('가');
  assert.equal(memory.lines().length, 1);
  assert.equal(memory.clear(), 1);
  assert.equal(memory.text(), '');
  assert.throws(() => memoryHandler(10), { code: 'JSONLOG_E_INVALID' });
});

test('a null handler takes everything', (t) => {
  const { log } = quietLogger(t);
  log.setHandlers([nullHandler()]);
  log.info('m');
});

test('loggers gain and lose handlers', (t) => {
  const { log } = quietLogger(t);
  const second = memoryHandler();
  log.addHandler(second);
  assert.throws(() => log.addHandler(second), { code: 'JSONLOG_E_STATE' });
  log.info('both');
  log.removeHandler(second);
  log.info('one');
  assert.equal(second.lines().length, 1);
  assert.throws(() => log.removeHandler(second), { code: 'JSONLOG_E_NOT_FOUND' });
  assert.throws(() => log.addHandler({}), { code: 'JSONLOG_E_CLOSED' });
  assert.ok(second instanceof Handler);
});

test('a callback gets each line, by the event loop', async (t) => {
  const { log } = quietLogger(t);
  const got = [];
  const handler = callbackHandler((line, about) => got.push([line, about]));
  log.setHandlers([handler]);
  t.after(() => handler.close());
  setClock(1700000000000000001n);
  log.error('a');
  setClock(null);
  log.info('b');
  assert.equal(got.length, 0, 'a log call runs no JavaScript');
  await until(() => got.length === 2);
  assert.equal(JSON.parse(got[0][0]).errorMessage, 'a');
  assert.deepEqual(got[0][1], { level: 40, timeNs: 1700000000000000001n });
});

test('a callback has every line after a flush', (t) => {
  const { log, memory } = quietLogger(t);
  const got = [];
  const handler = callbackHandler((line) => got.push(line), { level: 'WARN' });
  t.after(() => handler.close());
  log.setHandlers([memory, handler]);
  log.info('no');
  log.warn('yes');
  flush();
  assert.equal(got.length, 1);
  log.warn('more');
  handler.flush();
  assert.equal(got.length, 2);
});

test('a callback behind an async handler is told by its own thread', async (t) => {
  const { log } = quietLogger(t);
  const got = [];
  const handler = callbackHandler((line) => got.push(JSON.parse(line).i));
  t.after(() => handler.close());
  log.setHandlers([asyncHandler(handler, { whenFull: 'block' })]);
  for (let i = 0; i < 1000; i++) log.info('m', { i });
  await until(() => got.length === 1000);
  assert.deepEqual(got, Array.from({ length: 1000 }, (_, i) => i));
});

test('a callback that logs itself logs on', async (t) => {
  const { log, memory } = quietLogger(t);
  const handler = callbackHandler((line) => {
    if (JSON.parse(line).depth < 3) log.info('again', { depth: JSON.parse(line).depth + 1 });
  });
  t.after(() => handler.close());
  log.setHandlers([memory, handler]);
  log.info('first', { depth: 0 });
  await until(() => memory.lines().length === 4);
});

test('lines that a callback has no room for are counted', (t) => {
  const { log } = quietLogger(t);
  const got = [];
  const handler = callbackHandler((line) => got.push(line), { limitBytes: 1000 });
  t.after(() => handler.close());
  log.setHandlers([handler]);
  for (let i = 0; i < 100; i++) log.info('m');
  handler.flush();
  assert.equal(got.length + handler.stats.lostAgain, 100);
  assert.ok(got.length >= 5 && handler.stats.lostAgain > 80);
  log.info('room again');
  handler.flush();
  assert.match(got.at(-1), /room again/);
});

test('what a callback throws is an uncaught exception, and the lines behind it come', () => {
  const { status, stdout } = runScript(`
    import { callbackHandler, getLogger } from 'jsonlog';
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    const log = getLogger('a');
    log.propagate = false;
    log.setHandlers([callbackHandler((line) => {
      if (line.includes('bad')) throw new Error('callback');
      console.log('told', JSON.parse(line).message);
    })]);
    log.info('bad');
    log.info('good');
    setTimeout(() => {}, 50);
  `);
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split('\n').sort(), ['told good', 'uncaught callback']);
});

test('a configuration makes handlers of every class', (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const { status, stderr } = runScript(`
    import { configure, configuredHandler, getLogger } from 'jsonlog';
    configure({ version: 1,
      handlers: { file: { class: 'rotating', path: process.argv[1], maxBytes: '1M' } },
      root: { level: 'DEBUG', handlers: ['file'] } });
    getLogger('a').debug('configured');
    if (configuredHandler('file').stats.lines !== 1) throw new Error('not written');
    if (configuredHandler('other') !== undefined) throw new Error('found');
  `, { args: [path] });
  assert.equal(status, 0, stderr);
  assert.deepEqual(messages(readFileSync(path, 'utf8')), ['configured']);
  assert.throws(() => configure('{"version": 1, "handler": {}}'),
    { code: 'JSONLOG_E_INVALID', message: /did you mean handlers/ });
  assert.throws(() => configureFile('/nowhere.json'), { code: 'JSONLOG_E_IO' });
  assert.equal(configuredHandler('file'), undefined);
});

test('without a handler the root writes to stdout', () => {
  const { stdout } = runScript(`
    import { getLogger } from 'jsonlog';
    getLogger('payment').info('service started', { port: 8080 });
  `);
  const { timestamp, ...rest } = JSON.parse(stdout);
  assert.deepEqual(rest, { logType: 'INFO', logger: 'payment', message: 'service started',
    port: 8080 });
});
