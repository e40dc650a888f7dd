/* What the workers of environment.test.mjs do. */
import { parentPort, workerData } from 'node:worker_threads';
import { Capture, Filter, FilterSet, asyncHandler, callbackHandler, getLogger, memoryHandler,
  routerHandler } from 'jsonlog';

const { job, name = 'worker', i } = workerData;
const log = getLogger(name);

function everything() {
  const own = getLogger('test.worker.everything');
  const memory = memoryHandler();
  const logs = new Capture();
  own.propagate = false;
  own.setHandlers([asyncHandler(memory), callbackHandler(() => {})]);
  own.info('m', { a: [1, { b: 2n }] });
  own.child({ a: 1 }).info('m');
  if (logs.lines().length !== 2) throw new Error('not captured');
  new FilterSet(['a', '{ $.a = 1 }']).match('{"a":1}');
  new Filter('x').stream({ lines: true }).write('x\n');
  logs.stop();
  own.info('told to the callback, perhaps');
  own.setHandlers([]);
}

const jobs = {
  log() {
    for (let n = 0; n < 500; n++) log.info('m', { worker: i, n });
  },
  match() {
    const filter = new Filter('ERROR');
    parentPort.postMessage({ match: filter.match('an ERROR'), kind: filter.kind });
  },
  everything,
  forever() {
    const waiting = new Capture().expectWithin(300, 'match', ['never']);
    const listener = callbackHandler(() => {});
    log.addHandler(listener);
    parentPort.postMessage('begun');
    const again = () => {
      everything();
      log.info('on and on');
      setImmediate(again);
    };
    again();
    return waiting;
  },
  wrap() {
    log.setHandlers([routerHandler([{ pattern: '', handler: callbackHandler(() => {}) }])]);
    parentPort.postMessage('begun');
    setInterval(() => {}, 1000);
  },
  listen() {
    const handler = callbackHandler((line) => parentPort.postMessage(JSON.parse(line).message));
    log.addHandler(handler);
    parentPort.postMessage('listening');
    parentPort.once('message', () => {
      log.removeHandler(handler);
      handler.close();
    });
  },
};

await jobs[job]();
