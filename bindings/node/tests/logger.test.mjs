import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causes, double, duration, entries, getLogger, hex, levels, raw, secret, setClock,
  setStaticFields, stats, text, time } from 'jsonlog';
import { collectGarbage, quietLogger, written } from './support.mjs';

test('a record has the names of the library, and the time of the clock', (t) => {
  const { log, memory } = quietLogger(t);
  setClock(1700000000123456789n);
  t.after(() => setClock(null));
  log.error('인증실패', { errorCode: 'DA00012', user: { id: 7, age: 20 }, latencyMs: 12.5 });
  assert.equal(memory.text(), '{"timestamp":"2023-11-14T22:13:20.123Z","logType":"ERROR",' +
    `"logger":"${log.name}","errorMessage":"인증실패","errorCode":"DA00012",` +
    '"user":{"id":7,"age":20},"latencyMs":12.5}\n');
});

test('every level method writes its level', (t) => {
  const { log, records } = quietLogger(t);
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) log[level](level);
  log.log(25, 'free');
  log.log('WARN', 'named');
  assert.deepEqual(records().map(({ logType }) => logType),
    ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'LEVEL 25', 'WARN']);
});

test('a level that is off writes nothing and reads no field', (t) => {
  const { log, memory } = quietLogger(t);
  log.level = 'WARN';
  assert.equal(log.level, levels.WARN);
  assert.equal(log.effectiveLevel, levels.WARN);
  assert.equal(log.isEnabled('INFO'), false);
  assert.equal(log.isEnabled(30), true);
  log.info('off', { get field() { throw new Error('read'); } });
  assert.equal(memory.text(), '');
  log.level = 'INFO';
  log.info('on');
  assert.equal(memory.lines().length, 1);
});

test('a child inherits the level, and sees it change', (t) => {
  const parent = getLogger('test.tree');
  const log = getLogger('test.tree.leaf');
  t.after(() => { parent.level = 'NOTSET'; });
  parent.level = 'ERROR';
  assert.equal(log.isEnabled('WARN'), false);
  parent.level = 'DEBUG';
  assert.equal(log.isEnabled('DEBUG'), true);
  assert.equal(getLogger('test.tree'), parent);
  assert.equal(getLogger().name, '');
});

test('values are written as what they are', (t) => {
  const cases = [
    ['text', '"text"'], ['', '""'], ['"\\\n\0', '"\\"\\\\\\n\\u0000"'], ['가😀', '"가😀"'],
    ['x'.repeat(100) + '가', `"${'x'.repeat(100)}가"`],
    [0, '0'], [-1, '-1'], [20, '20'], [-0, '-0.0'], [0.1, '0.1'], [1e300, '1e+300'],
    [2 ** 53 - 1, '9007199254740991'], [2 ** 53, '9007199254740992.0'],
    [NaN, 'null'], [Infinity, 'null'],
    [5n, '5'], [-(2n ** 63n), '-9223372036854775808'], [2n ** 64n - 1n, '18446744073709551615'],
    [10n ** 30n, `1${'0'.repeat(30)}`], [-(10n ** 30n), `-1${'0'.repeat(30)}`],
    [true, 'true'], [false, 'false'], [null, 'null'],
    [[], '[]'], [{}, '{}'], [[1, undefined, 'a', [null]], '[1,null,"a",[null]]'],
    [{ a: 1, b: undefined, c: { d: [] } }, '{"a":1,"c":{"d":[]}}'],
    [new Date(1700000000123), '"2023-11-14T22:13:20.123Z"'],
    [new Date(-1), '"1969-12-31T23:59:59.999Z"'],
    [Buffer.from([0xff, 0]), '"_wA="'], [new Uint16Array([1, 2]), '"AQACAA=="'],
    [new DataView(new ArrayBuffer(1)), '"AA=="'], [new ArrayBuffer(2), '"AAA="'],
    [new Map([['a', 1], [2, 'b']]), '{"a":1,"2":"b"}'], [new Set([1, 'a']), '[1,"a"]'],
    [Object(5), '5'], [Object('s'), '"s"'], [new URL('http://a/'), '"http://a/"'],
    [{ toJSON: () => ({ b: 2 }) }, '{"b":2}'], [{ toJSON: () => 7 }, '7'],
    [Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }), '{"own":2}'],
  ];
  for (const [value, expected] of cases) assert.equal(written(t, value), expected);
});

test('an error is the chain of its messages', (t) => {
  const error = new Error('outer', { cause: new TypeError('inner', { cause: 'root' }) });
  assert.equal(written(t, error), '"outer: inner: root"');
  const cycle = new Error('a');
  cycle.cause = cycle;
  assert.equal(written(t, cycle), '"a"');
});

test('an error as the message brings error, stackTrace and errorCode', (t) => {
  const { log, records } = quietLogger(t);
  const error = Object.assign(new Error('gone', { cause: new Error('why') }), { code: 'ENOENT' });
  log.error(error, { attempt: 2 });
  log.error('saved it', error);
  const [first, second] = records();
  assert.equal(first.errorMessage, 'gone');
  assert.equal(first.error, 'gone: why');
  assert.equal(first.errorCode, 'ENOENT');
  assert.match(first.stackTrace, /^Error: gone\n {4}at /);
  assert.equal(first.attempt, 2);
  assert.equal(second.error, 'gone: why');
  log.error(error, { errorCode: 'MINE' });
  assert.equal(records()[2].errorCode, 'MINE');
});

test('values that a JavaScript type cannot say', (t) => {
  const cases = [
    [double(20), '20.0'], [double(-0), '-0.0'], [text(Buffer.from([0x61, 0xff])), '"a\uFFFD"'],
    [raw('{"a": 1}'), '{"a":1}'], [raw('{"a":'), '"{\\"a\\":"'], [secret('x'), '"***"'],
    [duration(1500000), '0.0015'], [time(1700000000123456789n), '"2023-11-14T22:13:20.123Z"'],
    [hex(255), '"0xff"'], [causes(['a', 'b']), '"a: b"'],
    [entries([['k', 1], [text(Buffer.from('b')), 2]]), '{"k":1,"b":2}'],
    [entries([['k', 1], ['k', 2]]), '{"k":2}'],
  ];
  for (const [value, expected] of cases) assert.equal(written(t, value), expected);
  assert.throws(() => double('1'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => duration(0.5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => entries({}), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('what stands where fields are expected is logged too', (t) => {
  const { log, records } = quietLogger(t);
  log.info('number', 5);
  log.info('array', [1, 2]);
  log.info('map', new Map([['k', 1]]));
  log.info('nothing', null);
  log.info(undefined, { a: 1 });
  log.info(42);
  const told = records().map(({ timestamp, logType, logger, ...rest }) => rest);
  assert.deepEqual(told, [{ message: 'number', value: 5 }, { message: 'array', value: [1, 2] },
    { message: 'map', k: 1 }, { message: 'nothing' }, { a: 1 }, { message: '42' }]);
});

test('a logger with bound fields writes them, the call is stronger', (t) => {
  const { log, records } = quietLogger(t);
  const child = log.child({ requestId: 'r1', user: { id: 7 } });
  const grandchild = child.child({ step: 2 });
  child.info('a');
  grandchild.info('b', { requestId: 'r2' });
  child.close();
  child.info('nothing');
  grandchild.info('c');
  const told = records().map(({ message, requestId, step }) => ({ message, requestId, step }));
  assert.deepEqual(told, [{ message: 'a', requestId: 'r1', step: undefined },
    { message: 'b', requestId: 'r2', step: 2 }, { message: 'c', requestId: 'r1', step: 2 }]);
  assert.equal(grandchild.name, log.name);
  assert.throws(() => child.child({}), { code: 'JSONLOG_E_CLOSED' });
  assert.throws(() => { child.level = 'INFO'; }, { code: 'JSONLOG_E_CLOSED' });
});

test('bound values are copied when they are bound', (t) => {
  const { log, records } = quietLogger(t);
  const bytes = Buffer.from('a');
  const bound = { list: [1], bytes };
  const child = log.child(bound);
  bound.list.push(2);
  bytes[0] = 0x62;
  child.info('m');
  const [{ list, bytes: first }] = records();
  assert.deepEqual({ list, first }, { list: [1], first: 'YQ==' });
});

test('children and filters nobody refers to are given back', async (t) => {
  const { log } = quietLogger(t);
  const handles = () => Number(log.child({})[Object.getOwnPropertySymbols(log)[0]]);
  for (let i = 0; i < 20_000; i++) log.child({ i });
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(handles() < 20_000, 'no number of a handle has become free');
});

test('static fields stand on every line of the process', (t) => {
  const { log, records } = quietLogger(t);
  setStaticFields({ service: 'payment' });
  t.after(() => setStaticFields({}));
  log.info('m');
  assert.equal(records()[0].service, 'payment');
});

test('levels that are none are refused', (t) => {
  const { log } = quietLogger(t);
  assert.throws(() => { log.level = 'LOUD'; }, { code: 'JSONLOG_E_NOT_FOUND', message: /TRACE/ });
  assert.throws(() => { log.level = 256; }, { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => log.log({}, 'm'), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('the counters count', (t) => {
  const { log } = quietLogger(t);
  const before = stats();
  log.info('m', { a: NaN });
  const after = stats();
  assert.equal(after.records - before.records, 1);
  assert.equal(after.replacedValues - before.replacedValues, 1);
});
