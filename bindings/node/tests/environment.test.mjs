/* Worker threads, child processes, and how environments end. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Capture, Filter, callbackHandler, fileHandler, flush, getLogger, stats }
  from 'jsonlog';
import { quietLogger, runScript, temporaryDirectory, until } from './support.mjs';

const WORKER = fileURLToPath(new URL('environment_worker.mjs', import.meta.url));

/* A worker that does one of the jobs of environment_worker.mjs. */
function start(t, job, data) {
  const worker = new Worker(WORKER, { workerData: { job, ...data } });
  t.after(() => worker.terminate());
  const ended = new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
  const told = new Promise((resolve) => worker.once('message', resolve));
  return { worker, ended, told };
}

test('workers log through the handlers of the process, each line whole', async (t) => {
  const { log, records } = quietLogger(t);
  const workers = Array.from({ length: 4 }, (_, i) => start(t, 'log', { name: log.name, i }));
  for (const { ended } of workers) assert.equal(await ended, 0);
  const counts = [0, 0, 0, 0];
  for (const { worker, n } of records()) assert.equal(n, counts[worker]++);
  assert.deepEqual(counts, [500, 500, 500, 500]);
});

test('each environment has handles of its own', async (t) => {
  const filter = new Filter('{ $.a = 1 }');
  const { told, ended } = start(t, 'match');
  assert.deepEqual(await told, { match: true, kind: 'text' });
  assert.equal(await ended, 0);
  assert.equal(filter.match('{"a":1}'), true);
});

test('environments come and go', async (t) => {
  for (let i = 0; i < 20; i++) {
    const { ended } = start(t, 'everything');
    assert.equal(await ended, 0);
  }
});

test('a worker that is terminated in the middle of everything', async (t) => {
  const { log, memory } = quietLogger(t);
  for (let i = 0; i < 5; i++) {
    const { worker, told } = start(t, 'forever', { name: log.name });
    await told;
    await worker.terminate();
  }
  log.info('still here');
  assert.match(memory.text(), /still here/);
});

test('lines for a callback of another thread are told there', async (t) => {
  const { log } = quietLogger(t);
  const { worker, told, ended } = start(t, 'listen', { name: log.name });
  await told;
  const answered = new Promise((resolve) => worker.once('message', resolve));
  log.info('from the main thread');
  assert.equal(await answered, 'from the main thread');
  worker.postMessage('end');
  assert.equal(await ended, 0);
});

test('a callback leaves the loggers with its environment', async (t) => {
  const { log } = quietLogger(t);
  const { worker, told } = start(t, 'listen', { name: log.name });
  await told;
  await worker.terminate();
  const { lostOutput } = stats();
  log.info('nobody listens');
  assert.equal(stats().lostOutput, lostOutput, 'it is not even refused');
});

test('a callback behind another handler outlives its environment, and refuses', async (t) => {
  const { log } = quietLogger(t);
  const { worker, told } = start(t, 'wrap', { name: log.name });
  await told;
  await worker.terminate();
  const { lostOutput } = stats();
  for (let i = 0; i < 100; i++) log.info('nobody listens');
  assert.ok(stats().lostOutput - lostOutput >= 100);
  log.setHandlers([]);
});

test('a line logged by a worker reaches a callback of the main thread', async (t) => {
  const { log } = quietLogger(t);
  const got = [];
  const handler = callbackHandler((line) => got.push(JSON.parse(line).n));
  t.after(() => handler.close());
  log.setHandlers([handler]);
  const { ended } = start(t, 'log', { name: log.name, i: 0 });
  await ended;
  await until(() => got.length === 500);
  assert.deepEqual(got, Array.from({ length: 500 }, (_, i) => i));
});

test('a capture sees its own thread, or the process', async (t) => {
  const { log } = quietLogger(t);
  const own = new Capture();
  const all = new Capture({ scope: 'process' });
  t.after(() => { own.stop(); all.stop(); });
  const { ended } = start(t, 'log', { name: log.name, i: 1 });
  log.info('here');
  await ended;
  assert.equal(own.lines().length, 1);
  assert.equal(all.lines().length, 501);
});

test('an expectation waits while a worker logs', async (t) => {
  const { log } = quietLogger(t);
  const logs = new Capture({ scope: 'process' });
  t.after(() => logs.stop());
  const waiting = logs.expectWithin(60_000, 'match', ['{ $.n = 499 }']);
  const { ended } = start(t, 'log', { name: log.name, i: 1 });
  assert.equal(await waiting, null);
  await ended;
});

test('an expectation waits while the event loop runs', async (t) => {
  const { log } = quietLogger(t);
  const logs = new Capture();
  t.after(() => logs.stop());
  setTimeout(() => log.info('late'), 50);
  assert.equal(await logs.expectWithin(60_000, 'match', ['{ $.message = late }']), null);
  assert.match(await logs.expectWithin(50, 'none', ['{ $.message = late }']), /late/);
});

test('children of fork() log into the same file, each line whole', async (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const script = join(temporaryDirectory(t), 'child.mjs');
  writeFileSync(script, `
    import { createRequire } from 'node:module';
    const { fileHandler, getLogger } = createRequire(process.argv[2])('jsonlog');
    const log = getLogger('child');
    log.setHandlers([fileHandler(process.argv[3])]);
    log.propagate = false;
    for (let n = 0; n < 300; n++) log.info('m', { pid: process.pid, n, pad: 'x'.repeat(500) });
  `);
  const { log } = quietLogger(t);
  log.setHandlers([fileHandler(path)]);
  const ends = Array.from({ length: 3 }, () => new Promise((resolve) => {
    fork(script, [fileURLToPath(import.meta.url), path]).once('exit', resolve);
  }));
  for (let n = 0; n < 300; n++) log.info('m', { pid: process.pid, n });
  for (const end of ends) assert.equal(await end, 0);
  const counts = new Map();
  for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
    const { pid, n } = JSON.parse(line);
    assert.equal(n, counts.get(pid) ?? 0);
    counts.set(pid, n + 1);
  }
  assert.deepEqual([...counts.values()], [300, 300, 300, 300]);
});

test('everything that was accepted is written when the process exits', (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  for (const end of ['', 'process.exit(0);', 'setTimeout(() => process.exit(0), 5);']) {
    writeFileSync(path, '');
    const { status, stdout } = runScript(`
      import { asyncHandler, callbackHandler, fileHandler, getLogger } from 'jsonlog';
      const log = getLogger('exit');
      const file = fileHandler(process.argv[1], { bufferBytes: 65536, flushMs: 60000 });
      log.propagate = false;
      log.setHandlers([asyncHandler(file, { whenFull: 'block' }),
        callbackHandler((line) => console.log(JSON.parse(line).n))]);
      for (let n = 0; n < 100; n++) log.info('m', { n });
      ${end}
    `, { args: [path] });
    assert.equal(status, 0, end);
    assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, 100, end);
    assert.equal(stdout.trim().split('\n').length, 100, end);
  }
});

test('a record logged at exit is written too', () => {
  const { stdout, status } = runScript(`
    import { getLogger } from 'jsonlog';
    process.on('exit', () => getLogger('a').info('bye'));
  `);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).message, 'bye');
});

test('an uncaught exception loses no line', () => {
  const { stdout, status } = runScript(`
    import { getLogger } from 'jsonlog';
    getLogger('a').info('before');
    throw new Error('end');
  `);
  assert.equal(status, 1);
  assert.equal(JSON.parse(stdout).message, 'before');
});

test('the process ends with handlers, captures and streams left open', () => {
  const { status, stderr } = runScript(`
    import { Capture, Filter, callbackHandler, getLogger, memoryHandler } from 'jsonlog';
    new Filter('x').stream().write('x\\n');
    new Capture();
    getLogger().setHandlers([memoryHandler(), callbackHandler(() => {})]);
    getLogger().info('m');
  `);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('a reader of the pipe that goes away ends nobody', () => {
  const { status, stdout } = runScript(`
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    const script = "const { getLogger, stats } = await import('jsonlog');" +
      "process.stdin.once('data', () => { for (let i = 0; i < 100; i++) getLogger().info('m');" +
      "process.exit(stats().lostOutput === 100 ? 7 : 8); });";
    const child = spawn(process.execPath, ['--input-type=module', '-e', script],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.destroy();
    child.stdin.write('go');
    console.log((await once(child, 'exit'))[0]);
  `);
  assert.equal(status, 0);
  assert.equal(stdout.trim(), '7');
});

test('flush() without handlers is nothing', () => {
  flush();
  assert.equal(getLogger('never.used').effectiveLevel, 20);
});
