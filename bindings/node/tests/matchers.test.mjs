import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Capture, Filter, memoryHandler } from 'jsonlog';
import { capture, expect } from 'jsonlog/test';
import { quietLogger } from './support.mjs';

const LINES = ['{"logType":"INFO","n":1}', '{"logType":"ERROR","errorCode":"DA00021","n":2}'];

const REPORT = `expected a line that matches { $.logType = "ERROR" && $.errorCode = "DA0001*" }
2 lines captured, none matches. Nearest, line 2:
  yes  $.logType = "ERROR"       found "ERROR"
  no   $.errorCode = "DA0001*"   found "DA00021": "DA00021" does not match "DA0001*"
captured:
  1  {"logType":"INFO","n":1}
> 2  {"logType":"ERROR","errorCode":"DA00021","n":2}`;

function failure(check) {
  try {
    check();
  } catch (error) {
    assert.equal(error.name, 'AssertionError');
    assert.equal(error.code, 'ERR_ASSERTION');
    return error;
  }
  throw new Error('it holds');
}

test('a failure is the report of the library, at the line of the caller', () => {
  const error = failure(() =>
    expect(LINES).toHaveLogged('{ $.logType = "ERROR" && $.errorCode = "DA0001*" }'));
  assert.equal(error.message, REPORT);
  assert.equal(error.operator, 'toHaveLogged');
  assert.match(error.stack.slice(error.stack.indexOf('    at ')), /^ {4}at .*matchers\.test\.mjs/);
});

test('each matcher holds, and its opposite fails', () => {
  const logged = expect(LINES);
  logged.toHaveLogged('{ $.n = 1 }', '{ $.n = 2 }');
  logged.toHaveLoggedTimes('{ $.n > 0 }', 2);
  logged.toHaveLoggedInOrder('{ $.n = 1 }', '{ $.n = 2 }');
  logged.toHaveLoggedOnly('{ $.n = 1 }', new Filter('ERROR'));
  expect(LINES.slice(0, 1)).toHaveLoggedNoErrors();
  logged.not.toHaveLogged('{ $.n = 3 }');
  logged.not.toHaveLoggedTimes('{ $.n > 0 }', 1);
  logged.not.toHaveLoggedInOrder('{ $.n = 2 }', '{ $.n = 1 }');
  logged.not.toHaveLoggedOnly('{ $.n = 1 }');
  logged.not.toHaveLoggedNoErrors();
  const wrong = [
    [() => logged.toHaveLogged('{ $.n = 3 }'), /^expected a line that matches \{ \$\.n = 3 \}/],
    [() => logged.toHaveLoggedTimes('{ $.n > 0 }', 3), /^expected exactly 3 lines that match/],
    [() => logged.toHaveLoggedInOrder('{ $.n = 2 }', '{ $.n = 1 }'), /order/],
    [() => logged.toHaveLoggedOnly('{ $.n = 1 }'), /and only lines that match/],
    [() => logged.toHaveLoggedNoErrors(), /ERROR/],
    [() => logged.not.toHaveLogged('{ $.n = 3 }', '{ $.n = 2 }'), /^expected no line that matches/],
    [() => logged.not.toHaveLoggedTimes('{ $.n > 0 }', 2),
      /^expected not toHaveLoggedTimes\(\{ \$\.n > 0 \}, 2\), but it holds$/],
    [() => logged.not.toHaveLoggedInOrder('{ $.n = 1 }'), /but it holds$/],
  ];
  for (const [check, message] of wrong) assert.match(failure(check).message, message);
});

test('lines come from wherever they are', (t) => {
  const pattern = '{ $.n = 2 }';
  const text = LINES.join('\n');
  const { log, memory } = quietLogger(t);
  log.info('m', { n: 2 });
  const program = spawnSync(process.execPath, ['-e', `console.log('${LINES[1]}')`]);
  for (const lines of [LINES, new Set(LINES), text, `${text}\n`, Buffer.from(text),
    LINES.map((line) => Buffer.from(line)), Capture.of(...LINES), memory, program,
    { stdout: text }]) {
    expect(lines).toHaveLogged(pattern);
    expect(lines).toHaveLoggedTimes(pattern, 1);
  }
  for (const wrong of [undefined, null, 5, {}, [5]]) {
    assert.throws(() => expect(wrong).toHaveLogged(pattern), { name: 'TypeError' });
  }
});

test('a pattern that does not compile fails every expectation', () => {
  assert.match(failure(() => expect(LINES).toHaveLogged('{ $.a')).message, /\^/);
  assert.match(failure(() => expect(LINES).not.toHaveLogged('{ $.a')).message, /\^/);
  assert.throws(() => expect(LINES).toHaveLogged(5), { name: 'TypeError' });
  assert.throws(() => expect(LINES).toHaveLoggedTimes('x'), { name: 'TypeError' });
  failure(() => expect(LINES).toHaveLogged());
});

test('a capture of the test', async (t) => {
  const { log, memory } = quietLogger(t);
  const logs = capture(t);
  log.trace('begin');
  log.error('failed', { errorCode: 'DA00012' });
  expect(logs).toHaveLogged('{ $.logType = "ERROR" && $.errorCode = "DA0001*" }');
  expect(logs).toHaveLoggedInOrder('begin', 'failed');
  assert.equal(memory.text(), '', 'a capture keeps its records to itself');
  logs.clear();
  expect(logs).not.toHaveLogged('');
  setTimeout(() => log.info('late'), 30);
  await expect(logs).toHaveLoggedWithin(30_000, '{ $.message = "late" }');
  await expect(logs).not.toHaveLoggedWithin(30, 'never');
  await assert.rejects(expect(logs).toHaveLoggedWithin(20, 'never'),
    /expected a line that matches never/);
  await assert.rejects(expect(logs).not.toHaveLoggedWithin(20, 'late'), /expected no line/);
  await assert.rejects(async () => expect(LINES).toHaveLoggedWithin(20, 'x'), TypeError);
});

test('the capture of a test ends with it', async (t) => {
  let logs;
  await t.test('inner', (inner) => { logs = capture(inner); });
  assert.equal(logs.isClosed, true);
});

test('a capture heeds its options', (t) => {
  const { log, memory } = quietLogger(t);
  const logs = new Capture({ passesThrough: true, level: 'WARN',
    formatter: { names: ['message'] } });
  log.level = 'ERROR';
  log.warn('m', { a: 1 });
  log.error('n');
  assert.deepEqual(logs.lines(), ['{"message":"m","a":1}', '{"message":"n"}']);
  assert.equal(memory.lines().length, 1);
  logs.stop();
  assert.ok(memoryHandler() instanceof Object);
});
