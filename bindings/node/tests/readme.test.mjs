/* The README's first example prints what stands below it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runScript } from './support.mjs';

const directory = dirname(createRequire(import.meta.url).resolve('jsonlog/package.json'));
const readme = readFileSync(join(directory, 'README.md'), 'utf8');
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

test('the first example of the README', () => {
  const [, program, output] = /```js\n(.*?)```\n```\n(.*?)```/s.exec(readme);
  const { status, stdout, stderr } = runScript(program);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(stdout.replace(TIME, 'TIME'), output.replace(TIME, 'TIME'));
  assert.equal(stdout.match(TIME).length, 2);
});

test('the first test of the README passes', () => {
  const [, program] = /<<'END'\n(.*?)END\n/s.exec(readme);
  const { status, stdout } = runScript(program);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /pass 1/);
});
