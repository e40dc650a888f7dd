/* What the tests share. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import { getLogger, memoryHandler } from 'jsonlog';

/** tests/data of the project. */
export const DATA = process.env.JSONLOG_TEST_DATA ??
  fileURLToPath(new URL('../../../tests/data', import.meta.url));

export function* jsonLines(name) {
  for (const line of readFileSync(join(DATA, name), 'utf8').split('\n')) {
    if (line !== '') yield JSON.parse(line);
  }
}

const require = createRequire(import.meta.url);

/** The addon under the package. */
export const native = require(join(dirname(require.resolve('jsonlog')), '../jsonlog.node'));

let count = 0;

/** A logger of its own that writes into memory only. */
export function quietLogger(t, options) {
  const log = getLogger(`test.${process.pid}.${++count}`);
  const memory = memoryHandler(1 << 20, options);
  log.level = 'TRACE';
  log.propagate = false;
  log.setHandlers([memory]);
  t.after(() => log.setHandlers([]));
  return { log, memory, records: () => memory.lines().map((line) => JSON.parse(line)) };
}

/** What a value is written as. */
export function written(t, value) {
  const { log, memory } = quietLogger(t);
  log.info('m', { value });
  const [line] = memory.lines();
  return line.slice(line.indexOf('"value":') + 8, -1);
}

export function temporaryDirectory(t) {
  const directory = mkdtempSync(join(tmpdir(), 'jsonlog-node-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Run a program of a few lines in a process of its own. */
export function runScript(script, { args = [], env = {}, input } = {}) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
    cwd: dirname(fileURLToPath(import.meta.url)), encoding: 'utf8', input, timeout: 60_000,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
  });
}

export const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Wait for a condition; a loaded machine may take its time. */
export async function until(condition, ms = 30_000) {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it does not become true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Collect garbage, as --expose-gc lets one. */
export function collectGarbage() {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
}
