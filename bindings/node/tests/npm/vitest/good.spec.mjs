import { expect, test } from 'vitest';
import { Capture, JsonlogError, Filter, getLogger } from 'jsonlog';
import 'jsonlog/vitest';

const LINES = ['{"logType":"INFO"}', '{"logType":"ERROR","errorCode":"DA00021"}'];

test('lines', () => {
  expect(LINES).toHaveLogged('{ $.errorCode = "DA0002*" }');
  expect(LINES.join('\n')).toHaveLoggedTimes('{ $.logType = * }', 2);
  expect(LINES).toHaveLoggedInOrder('INFO', 'ERROR');
  expect(LINES).toHaveLoggedOnly('{ $.logType = * }');
});

test('not', () => {
  expect(LINES).not.toHaveLogged('WARN');
  expect(LINES).not.toHaveLoggedNoErrors();
});

test('a capture', async () => {
  const logs = new Capture();
  setTimeout(() => getLogger('vitest').error('late', { errorCode: 'DA1' }), 10);
  await expect(logs).toHaveLoggedWithin(30_000, '{ $.errorCode = DA1 }');
  logs.stop();
});

test('values of this realm', () => {
  const logs = new Capture();
  getLogger('vitest').info('m', { list: [1], date: new Date(0), error: new Error('e'), map: new Map([['k', 1]]) });
  expect(logs).toHaveLogged('{ $.list[0] = 1 && $.date = "1970*" && $.error = "e" && $.map.k = 1 }');
  logs.stop();
});

test('errors of another realm', () => {
  let error;
  try { new Filter('{ $.a'); } catch (caught) { error = caught; }
  expect(error instanceof JsonlogError).toBe(true);
  expect(error.offset).toBe(5);
});

test('asymmetry', () => {
  expect(() => expect(LINES).toHaveLogged('WARN')).toThrow('expected a line that matches WARN');
});
