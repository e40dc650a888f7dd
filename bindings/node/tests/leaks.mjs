/* Everything once or more, in two environments, for a leak checker: what is left at the end and was
 * allocated by the addon is a leak. */
import { Worker, isMainThread } from 'node:worker_threads';
import { Capture, Filter, FilterSet, Formatter, MetricFilter, asyncHandler, callbackHandler,
  getLogger, memoryHandler, quote, routerHandler, selector } from 'jsonlog';
import { collectGarbage } from './support.mjs';

function refuse(make) {
  try {
    make();
  } catch {
    return;
  }
  throw new Error('not refused');
}

function log() {
  const logger = getLogger('leaks');
  const memory = memoryHandler(4096, { formatter: { preset: 'ecs', rename: { a: 'b' },
    staticFields: { list: [1, { text: 'x' }] } } });
  logger.propagate = false;
  logger.setHandlers([asyncHandler(memory), callbackHandler(() => {}),
    routerHandler([{ pattern: 'a', handler: memory }])]);
  for (let i = 0; i < 100; i++) {
    logger.child({ i }).info('m', { list: [1, { a: 'b' }], long: 'x'.repeat(100_000) });
  }
  logger.setHandlers([]);
}

function match(i) {
  const filter = new Filter(`{ $.a = ${i} }`);
  filter.explain('{"a":1}');
  filter.extract('$.a', '{"a":1}');
  filter.lint(['{"a":"1"}']);
  filter.match('x'.repeat(100_000));
  filter.select('{"a":1}\n');
  new FilterSet(['a', 'b']).match('a');
  new MetricFilter({ pattern: 'a', dimensions: {} }).apply('a');
  quote('a');
  selector('a');
  refuse(() => new Filter('{ $.a'));
  refuse(() => new Filter('\ud800'));
  refuse(() => new FilterSet(['a', '{ $.']));
  refuse(() => new Formatter({ format: '%(' }));
}

log();
for (let i = 0; i < 100; i++) match(i);
const capture = new Capture();
capture.feed('x\n');
capture.expect('match', ['y']);
await capture.expectWithin(1, 'match', ['y']);

if (isMainThread) {
  new Worker(new URL(import.meta.url)).on('exit', collectGarbage);
}
