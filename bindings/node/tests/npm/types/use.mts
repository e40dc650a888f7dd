/* What a user may write; each line with ts-expect-error must be refused. */
import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { expect as jestExpect } from '@jest/globals';
import jsonlog, { Capture, Filter, FilterSet, FilterStream, JsonlogError, MetricFilter, asyncHandler,
  callbackHandler, configure, double, entries, fileHandler, getLogger, levels, memoryHandler,
  routerHandler, text, type Datapoint, type Explanation, type Finding, type Value } from 'jsonlog';
import transport from 'jsonlog/pino';
import { capture, expect } from 'jsonlog/test';
import 'jsonlog/jest';
import 'jsonlog/vitest';
import { expect as vitestExpect } from 'vitest';

const filter: Filter = new Filter('{ $.a = 1 }');
const verdict: boolean = filter.match(Buffer.from('{"a":1}'));
const explanation: Explanation = filter.explain('{"a":1}');
const value: Value | undefined = filter.extract('$.a', '{"a":1}');
const findings: Finding[] = Filter.lint('{ $.a', ['{}']);
const numbers: number[] = new FilterSet(['a', filter]).match('a');
const point: Datapoint | null = new MetricFilter({ pattern: filter }).apply('{"a":1}');
createReadStream('app.log').pipe(new FilterStream(filter, { lines: true })).on('data', String);
for await (const line of filter.stream()) String(line);
// @ts-expect-error a line is a string or bytes
filter.match(5);
// @ts-expect-error there is no such option
new FilterStream('', { line: true });
// @ts-expect-error a pattern is needed
new Filter();
// @ts-expect-error a verdict is no text
const wrong: string = filter.match('');
// @ts-expect-error it is read only
filter.pattern = 'b';

const log = getLogger('payment');
log.error(new Error('failed'), { attempt: 2, size: double(2), raw: entries([['a', 1]]) });
log.info(text(Buffer.of(1)), new Map([['a', 1]]));
log.level = 'DEBUG';
log.level = levels.INFO;
const level: number = log.effectiveLevel;
const child = log.child({ requestId: 'r' });
// @ts-expect-error a message is no number
log.info(5);
// @ts-expect-error fields are an object
log.info('m', 5);
// @ts-expect-error loggers are got by name
new jsonlog.Logger();

const memory = memoryHandler(1 << 20, { level: 'WARN', formatter: { preset: 'ecs' } });
log.setHandlers([memory, asyncHandler(fileHandler('a.log', { makesDirectories: true })),
  routerHandler([{ pattern: 'a', handler: memory, isFinal: true }], { otherwise: memory }),
  callbackHandler((line, { timeNs }) => { line.length; timeNs * 2n; })]);
// @ts-expect-error there is no such preset
memoryHandler(1 << 20, { formatter: { preset: 'none' } });
configure({ version: 1 });

test('matchers', async (t) => {
  const logs: Capture = capture(t, { scope: 'process' });
  expect(logs).toHaveLogged('a', filter);
  expect(spawnSync('true')).not.toHaveLoggedTimes('a', 2);
  await expect(logs).toHaveLoggedWithin(10, 'a');
  // @ts-expect-error how often is missing
  expect(logs).toHaveLoggedTimes('a');
  // @ts-expect-error numbers have no lines
  expect(5).toHaveLogged('a');
  jestExpect(['a']).toHaveLogged('a');
  jestExpect(['a']).not.toHaveLoggedInOrder('a', 'b');
  vitestExpect(['a']).toHaveLoggedOnly('a');
  await vitestExpect(logs).not.toHaveLoggedWithin(10, 'a');
});

transport({ routes: [{ pattern: 'a', destination: { path: 'b', mode: 0o600 } }], otherwise: 1 });
// @ts-expect-error a route has a pattern
transport({ routes: [{ destination: 'b' }] });

try {
  new Filter('{');
} catch (error) {
  if (error instanceof JsonlogError) error.offset?.toFixed();
}
void [verdict, explanation, value, findings, numbers, point, level, child, wrong];
