/* What should never be passed, and what happens then: an error of the language or the formatter's
 * mark, never the end of the process. One test for each kind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Capture, Filter, FilterSet, Logger, MetricFilter, callbackHandler, entries, fileHandler,
  getLogger, memoryHandler, quote, selector, text } from 'jsonlog';
import { expect } from 'jsonlog/test';
import { native, quietLogger, runScript, written } from './support.mjs';

const FAILED = '"__could_not_encode__"';
const WRONG = [undefined, null, 5, true, {}, [], () => 1, Symbol('s'), 5n, new Date()];

function detach(buffer) {
  structuredClone(buffer, { transfer: [buffer] });
}

test('wrong types: lines and patterns', () => {
  const filter = new Filter('');
  const wrongType = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
  for (const wrong of WRONG) {
    assert.throws(() => filter.match(wrong), wrongType);
    assert.throws(() => new Filter(wrong), wrongType);
    assert.throws(() => filter.explain(wrong), wrongType);
    assert.throws(() => filter.extract('$.a', wrong), wrongType);
    assert.throws(() => filter.extract(wrong, 'line'), wrongType);
    assert.throws(() => filter.extractAll(wrong), wrongType);
    assert.throws(() => filter.lines(wrong), wrongType);
    assert.throws(() => new FilterSet([wrong]), wrongType);
    assert.throws(() => quote(wrong), wrongType);
    assert.throws(() => getLogger(wrong ?? null), wrongType);
    assert.throws(() => fileHandler(wrong), wrongType);
    assert.throws(() => new MetricFilter({ pattern: wrong ?? 5 }), wrongType);
  }
  assert.throws(() => new FilterSet(5), wrongType);
  assert.throws(() => filter.lint(5), wrongType);
  assert.throws(() => callbackHandler(5), wrongType);
  assert.throws(() => new Capture({ scope: 'world' }), wrongType);
  assert.throws(() => Filter('x'), TypeError);
});

test('wrong types: fields', (t) => {
  assert.equal(written(t, () => 1), FAILED);
  assert.equal(written(t, Symbol('s')), FAILED);
  assert.equal(written(t, Promise.resolve(1)), '{}');
  const { log, records } = quietLogger(t);
  for (const wrong of WRONG) log.info('m', wrong);
  assert.equal(records().length, WRONG.length);
  log.info(Symbol('message'));
  log.info({ toString() { throw new Error('no text'); } });
  log.info(Object.create(null));
  assert.deepEqual(records().slice(-3).map(({ message }) => message),
    ['Symbol(message)', '__could_not_encode__', '__could_not_encode__']);
});

test('the addon itself refuses what is no handle, no number, no array', () => {
  for (const [name, call] of Object.entries(native)) {
    if (/^(flush|shutdown|stats|version|captureNew|handlerNull)$/.test(name)) continue;
    for (const wrong of [...WRONG, -1, 1e9, NaN, 2 ** 53, '', 'x', Buffer.alloc(0)]) {
      for (const second of [undefined, wrong, 'line', 1]) {
        try {
          native.release(call(wrong, second, wrong, 0, 0));
        } catch (error) {
          assert.ok(error instanceof Error, name);
        }
      }
    }
  }
});

test('bytes that are no fields are refused', () => {
  const logger = native.loggerGet('bytes');
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647);
  native.loggerSetLevel(logger, 255);
  for (let i = 0; i < 20_000; i++) {
    const bytes = Buffer.from(Array.from({ length: random() % 40 }, () =>
      (random() % 3 === 0 ? random() % 4 : 'ntfidIUhDTsbroacx*0'.charCodeAt(random() % 19))));
    try {
      native.loggerLog(logger, 20, bytes, 0, bytes.length);
    } catch (error) {
      assert.equal(error.message, 'these bytes are no fields');
    }
  }
  assert.throws(() => native.loggerLog(logger, 20, Buffer.alloc(4), 2, 9), /no fields/);
  assert.throws(() => native.loggerLog(logger, 20, Buffer.alloc(4), 3, 2), /no fields/);
  native.release(logger);
});

test('embedded NUL: text has it, names and patterns do not', (t) => {
  assert.equal(written(t, 'a\0b'), '"a\\u0000b"');
  const { log, records } = quietLogger(t);
  log.info('a\0b', { 'k\0': 1 });
  assert.equal(records()[0].message, 'a\0b');
  assert.equal(records()[0]['k\0'], 1);
  assert.equal(new Filter('b').match('a\0b'), true);
  assert.throws(() => new Filter('a\0b'), { code: 'JSONLOG_E_INVALID', offset: 1 });
  assert.throws(() => new FilterSet(['a\0b']), { code: 'JSONLOG_E_INVALID', index: 0 });
  assert.throws(() => Capture.of('x').expect('match', ['x\0y']), { code: 'JSONLOG_E_INVALID' });
  assert.throws(() => getLogger('a\0b'), { code: 'JSONLOG_E_INVALID' });
  assert.throws(() => fileHandler('/tmp/a\0b'), { code: 'JSONLOG_E_INVALID' });
  assert.throws(() => selector('a\0'), { code: 'JSONLOG_E_INVALID' });
});

test('lone surrogates: U+FFFD in text, an error in a pattern', (t) => {
  assert.equal(written(t, 'a\ud800b'), '"a\uFFFDb"');
  assert.equal(written(t, `${'x'.repeat(50)}\udc00`), `"${'x'.repeat(50)}\uFFFD"`);
  const { log, memory } = quietLogger(t);
  log.info('\udc00', { '\ud800': 1 });
  assert.match(memory.text(), /"message":"\uFFFD","\uFFFD":1/);
  assert.equal(new Filter('a').match('\ud800a'), true);
  assert.throws(() => new Filter('가😀\ud800'),
    { code: 'JSONLOG_E_INVALID', offset: 3, byteOffset: 7 });
  assert.throws(() => Filter.lint('\udc00'), { code: 'JSONLOG_E_INVALID' });
  assert.equal(new Filter('\uFFFD😀').match('\uFFFD😀'), true);
});

test('bytes that are no UTF-8: U+FFFD in text, an error in a pattern', (t) => {
  assert.equal(written(t, text(Buffer.from([0x61, 0xc3]))), '"a\uFFFD"');
  assert.throws(() => new Filter(Buffer.from([0x61, 0xff])),
    { code: 'JSONLOG_E_INVALID' });
  assert.equal(new Filter('a').match(Buffer.from([0xff, 0x61])), true);
  assert.equal(new Filter('{ $.a = 1 }').match(Buffer.from('{"a":1,"b":"\xff"}', 'latin1')),
    new Filter('{ $.a = 1 }').match(Buffer.from('{"b":"\xff","a":1}', 'latin1')));
});

test('objects that throw while they are read are marked, the others are written', (t) => {
  const thrower = () => { throw new Error('while read'); };
  const { log, records } = quietLogger(t);
  log.info('m', { before: 1, get bad() { return thrower(); }, after: 2 });
  log.info('m', { json: { toJSON: thrower }, list: [1, { get x() { return thrower(); } }, 3] });
  log.info('m', { proxy: new Proxy({}, { ownKeys: thrower }), date: new Date(NaN), after: 2 });
  log.info('m', new Proxy({}, { ownKeys: thrower }));
  log.info('m', new Map([[{ toString: thrower }, 1]]));
  log.info('m', { error: Object.defineProperty(new Error(), 'message', { get: thrower }) });
  log.info(Object.defineProperty(new Error(), 'stack', { get: thrower }));
  log.info('m', { text: entries([[text(Buffer.from('k')), 1], ['l', { toJSON: thrower }]]) });
  const mark = '__could_not_encode__';
  const told = records().map(({ timestamp, logType, logger, message, ...rest }) => rest);
  assert.deepEqual(told, [{ before: 1, bad: mark, after: 2 },
    { json: mark, list: [1, { x: mark }, 3] }, { proxy: mark, date: mark, after: 2 },
    { fields: mark }, { fields: mark }, { error: mark }, { error: '', stackTrace: mark },
    { text: { k: 1, l: mark } }]);
});

test('objects that log, or change what is read, while they are read', (t) => {
  const { log, records } = quietLogger(t);
  const list = [1, 2, 3];
  const fields = {
    list,
    get logs() {
      log.info('inner', { deep: { a: 'x'.repeat(40_000) } });
      return 'done';
    },
    get shrinks() { list.length = 0; return 1; },
    get adds() { fields.late = 1; return 2; },
    get removes() { delete fields.last; return 3; },
    last: 4,
  };
  log.info('outer', fields);
  const [inner, outer] = records();
  assert.equal(inner.message, 'inner');
  const { timestamp, logType, logger, message, ...rest } = outer;
  assert.deepEqual(rest, { list: [1, 2, 3], logs: 'done', shrinks: 1, adds: 2, removes: 3 });
});

test('options that log while they are read', (t) => {
  const { log } = quietLogger(t);
  const inner = { text: 'y'.repeat(100_000), list: Array.from({ length: 5000 }, (_, i) => i) };
  const names = ['message', 'later'];
  Object.defineProperty(names, 1, { get() { log.info('m', inner); return 'logType'; } });
  const rename = { a: 'b'.repeat(200) };
  const outer = quietLogger(t, { formatter: { names, rename, prefix: 'p'.repeat(500) } });
  outer.log.info('m', { a: 1 });
  assert.equal(outer.memory.text(),
    `${'p'.repeat(500)}{"message":"m","logType":"INFO","${'b'.repeat(200)}":1}\n`);
});

test('cycles and depths are marked, shared objects are not', (t) => {
  const cycle = { a: 1, list: [] };
  cycle.self = cycle;
  cycle.list.push(cycle);
  assert.equal(written(t, cycle), `{"a":1,"list":[${FAILED}],"self":${FAILED}}`);
  const map = new Map();
  map.set('map', map);
  assert.equal(written(t, map), `{"map":${FAILED}}`);
  const shared = { s: 1 };
  assert.equal(written(t, [shared, shared]), '[{"s":1},{"s":1}]');
  let deep = 1;
  for (let i = 0; i < 10_000; i++) deep = { d: deep };
  assert.match(written(t, deep), /"__too_deep__"/);
  class Endless {
    constructor() {
      Object.defineProperty(this, 'more', { get: () => new Endless(), enumerable: true });
    }
  }
  assert.match(written(t, new Endless()), /"__too_deep__"/);
});

test('objects that are shared again and again end soon', (t) => {
  let wide = {};
  for (let i = 0; i < 60; i++) wide = { a: wide, b: wide };
  const { log } = quietLogger(t);
  const began = process.hrtime.bigint();
  log.info('m', wide);
  log.info('m', { list: new Array(4e9) });
  assert.ok(process.hrtime.bigint() - began < 30_000_000_000n);
});

test('detached buffers: an error of match, a mark in a field', (t) => {
  const filter = new Filter('');
  const view = new Uint8Array(8);
  const data = new DataView(view.buffer);
  detach(view.buffer);
  for (const gone of [view, data, view.buffer]) {
    assert.throws(() => filter.match(gone), { name: 'TypeError' });
    assert.equal(written(t, gone), FAILED);
  }
});

test('buffers that are detached or changed during the call', (t) => {
  const { log, records } = quietLogger(t);
  const bytes = new Uint8Array([0x61, 0x62]);
  const later = new Uint8Array([0x61, 0x62]);
  log.info('m', { bytes,
    get detaches() { detach(bytes.buffer); detach(later.buffer); return 1; }, later });
  const changed = Buffer.from('ab');
  log.info('m', { changed, get changes() { changed.fill(0); return 1; } });
  const [first, second] = records();
  assert.equal(first.bytes, 'YWI=');
  assert.equal(first.later, '__could_not_encode__');
  assert.equal(second.changed, 'YWI=');
});

test('shared memory that another thread writes to', async (t) => {
  const shared = new SharedArrayBuffer(4096);
  const bytes = new Uint8Array(shared);
  const worker = new Worker(`
    const { workerData } = require('node:worker_threads');
    const bytes = new Uint8Array(workerData);
    const a = Buffer.from('{"a":"\\\\u00e9x","b":{"c":[1,2,3]}}'.padEnd(4096));
    const b = Buffer.from('}'.repeat(2000) + '"\\\\"'.repeat(300));
    for (;;) { bytes.set(a); bytes.set(b); if (bytes[4095] === 1) break; }
  `, { eval: true, workerData: shared });
  t.after(() => worker.terminate());
  await new Promise((resolve) => worker.once('online', resolve));
  const filter = new Filter('{ $.a = "*x" && $.b.c[1] = 2 }');
  for (let i = 0; i < 20_000; i++) {
    filter.match(bytes);
    if (i % 100 === 0) filter.explain(bytes);
  }
  assert.equal(typeof written(t, bytes), 'string');
});

test('closed handles are an error, closing twice is none', (t) => {
  const filter = new Filter('x');
  const set = new FilterSet(['x']);
  const metric = new MetricFilter({ pattern: 'x' });
  const memory = memoryHandler();
  const capture = Capture.of('x');
  const callback = callbackHandler(() => {});
  for (const handle of [filter, set, metric, memory, capture, callback]) {
    handle.close();
    handle.close();
    assert.equal(handle.isClosed, true);
  }
  const closed = { name: 'JsonlogError', code: 'JSONLOG_E_CLOSED' };
  const { log } = quietLogger(t);
  for (const use of [() => filter.match('x'), () => filter.explain('x'), () => filter.lines('x'),
    () => set.match('x'), () => metric.apply('x'), () => memory.text(), () => memory.stats,
    () => capture.lines(), () => capture.expect('match', ['x']), () => callback.flush(),
    () => log.addHandler(memory), () => log.setHandlers([memory])]) {
    assert.throws(use, closed);
  }
  assert.throws(() => expect(capture).toHaveLogged('x'), closed);
});

test('a handle is closed while something waits for it', async () => {
  const capture = Capture.of('x');
  const waiting = capture.expectWithin(200, 'match', ['y']);
  capture.stop();
  assert.match(await waiting, /expected a line that matches y/);
});

test('methods on objects that are none of ours', () => {
  assert.throws(() => Filter.prototype.match.call({}, 'x'), { code: 'JSONLOG_E_CLOSED' });
  assert.throws(() => Logger.prototype.info.call({}, 'x'), TypeError);
});

test('use after shutdown is counted, never a crash', () => {
  const { status, stdout, stderr } = runScript(`
    import { Capture, Filter, callbackHandler, flush, getLogger, memoryHandler, shutdown, stats }
      from 'jsonlog';
    const log = getLogger('late');
    const memory = memoryHandler();
    const callback = callbackHandler((line) => console.log('told', JSON.parse(line).message));
    log.setHandlers([memory, callback]);
    log.info('before');
    shutdown();
    shutdown();
    log.info('after', { a: 1 });
    log.child({ b: 2 }).error('after');
    flush();
    memory.flush();
    console.log(memory.lines().length, stats().lostClosed, new Filter('x').match('x'));
    log.addHandler(memory);
    log.info('again');
    console.log(memory.lines().length);
    const logs = new Capture();
    log.info('captured');
    console.log(logs.lines().length);
  `);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.match(stdout, /told before/);
  assert.match(stdout, /\d \d true\n\d\n1\n$/);
});
