/* The transport, with pino's own worker and by itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { runScript, temporaryDirectory, until } from '../support.mjs';

const transport = createRequire(import.meta.url)('jsonlog/pino');

const lines = (path) => readFileSync(path, 'utf8').trim().split('\n').map((line) =>
  JSON.parse(line));

async function write(stream, ...chunks) {
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await once(stream, 'close');
}

test('pino routes by pattern, in a worker of its own', async (t) => {
  const directory = temporaryDirectory(t);
  const [errors, slow, rest] = ['errors', 'slow', 'rest'].map((name) => join(directory, name));
  const target = pino.transport({ target: 'jsonlog/pino', options: {
    routes: [
      { pattern: '{ $.level >= 50 }', destination: errors },
      { pattern: '{ $.latencyMs > 100 }', destination: slow },
      { pattern: '{ $.noise IS TRUE }', destination: null },
    ],
    otherwise: { path: rest, makesDirectories: true },
  } });
  const log = pino(target);
  let end; /* pino's thread keeps no process alive, so there must be a timer that waits */
  target.once('close', () => { end = 'closed'; });
  target.once('error', (error) => { end = error; });
  log.error({ latencyMs: 200 }, 'both');
  log.info({ latencyMs: 101 }, 'slow');
  log.info({ noise: true }, 'dropped');
  for (let i = 0; i < 1000; i++) log.info({ i }, 'rest 가');
  target.end();
  await until(() => end !== undefined);
  assert.equal(end, 'closed');
  assert.deepEqual(lines(errors).map(({ msg }) => msg), ['both']);
  assert.deepEqual(lines(slow).map(({ msg }) => msg), ['both', 'slow']);
  assert.deepEqual(lines(rest).map(({ i }) => i), Array.from({ length: 1000 }, (_, i) => i));
});

test('each line stays as pino wrote it', async (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const written = [];
  const log = pino({}, { write: (line) => written.push(line) });
  log.info({ a: [1, { b: 'x\n가\ud800' }] }, 'm');
  log.error(new Error('e'));
  await write(transport({ otherwise: path }), ...written);
  assert.equal(readFileSync(path, 'utf8'), written.join(''));
});

test('a final route ends the way of a line', async (t) => {
  const directory = temporaryDirectory(t);
  const [audit, all] = [join(directory, 'audit'), join(directory, 'all')];
  await write(transport({ routes: [
    { pattern: '{ $.audit IS TRUE }', destination: audit, isFinal: true },
    { pattern: '', destination: all },
  ] }), '{"audit":true}\n{"audit":false}\n');
  assert.deepEqual(lines(audit), [{ audit: true }]);
  assert.deepEqual(lines(all), [{ audit: false }]);
});

test('lines come in any pieces, the last one without a newline', async (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const text = '{"n":1}\n\n{"n":2,"s":"가"}\n{"n":3}';
  const pieces = Array.from(Buffer.from(text), (byte) => Buffer.of(byte));
  await write(transport({ otherwise: path }), ...pieces);
  assert.equal(readFileSync(path, 'utf8'), '{"n":1}\n{"n":2,"s":"가"}\n{"n":3}\n');
});

test('two routes to one file write a line once', async (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  await write(transport({ routes: [{ pattern: 'a', destination: path },
    { pattern: 'b', destination: path }] }), 'a b\n');
  assert.equal(readFileSync(path, 'utf8'), 'a b\n');
});

test('long lines go through, too long ones are an error', async (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const long = `${JSON.stringify({ s: 'x'.repeat(500_000) })}\n`;
  await write(transport({ otherwise: path }), long);
  assert.equal(readFileSync(path, 'utf8'), long);
  const stream = transport({ otherwise: path, lineMax: 100 });
  stream.write('x'.repeat(200));
  const [error] = await once(stream, 'error');
  assert.equal(error.code, 'JSONLOG_E_LIMIT');
});

test('a file that is renamed is made anew', async (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const stream = transport({ otherwise: { path, checkMs: 1 } });
  stream.write('first\n');
  renameSync(path, `${path}.1`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  stream.write('second\n');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await write(stream, 'third\n');
  assert.match(readFileSync(`${path}.1`, 'utf8'), /^first\n/);
  assert.match(readFileSync(path, 'utf8'), /third\n$/);
});

test('to a descriptor', () => {
  const { stdout, status } = runScript(`
    import pino from 'pino';
    const log = pino(pino.transport({ target: 'jsonlog/pino', options: {
      routes: [{ pattern: '{ $.level >= 40 }', destination: 1 }] } }));
    log.info('no');
    log.warn('yes');
  `);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).msg, 'yes');
});

test('mistakes in the options are told when it is made', (t) => {
  const path = join(temporaryDirectory(t), 'app.log');
  const route = (pattern) => ({ routes: [{ pattern, destination: path }] });
  assert.throws(() => transport(route('{ $.a')), { code: 'JSONLOG_E_SYNTAX', offset: 5 });
  assert.throws(() => transport(route('{ $.a = b:c }')), /\^$/);
  assert.throws(() => transport({ route: [] }), /there is no option route/);
  assert.throws(() => transport({ otherwise: '/nowhere/at/all' }), { code: 'JSONLOG_E_IO' });
  assert.throws(() => transport({ otherwise: {} }), /destination/);
  assert.throws(() => transport({}), { code: 'JSONLOG_E_INVALID' });
  assert.equal(existsSync(path), false, 'a mistake opens nothing');
});
