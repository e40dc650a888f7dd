'use strict';
/* The ways into the package. */
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { test } = require('node:test');
const required = require('jsonlog');

test('import and require give the same objects, all of them', async () => {
  const imported = await import('jsonlog');
  assert.deepEqual(Object.keys(imported).sort(), [...Object.keys(required), 'default'].sort());
  for (const name of Object.keys(required)) assert.equal(imported[name], required[name], name);
  assert.equal(imported.default, required);
});

test('so do those of the matchers', async () => {
  const imported = await import('jsonlog/test');
  assert.equal(imported.expect, require('jsonlog/test').expect);
  assert.equal(imported.capture, require('jsonlog/test').capture);
});

test('the types name what there is', () => {
  const types = readFileSync(require.resolve('jsonlog').replace('.cjs', '.d.ts'), 'utf8');
  const declared = [...types.matchAll(/^export (?:declare )?(?:class|function|const) (\w+)/gm)]
    .map(([, name]) => name);
  assert.deepEqual([...new Set(declared)].sort(), Object.keys(required).sort());
});

test('the package is of the version of the library', () => {
  assert.equal(require('jsonlog/package.json').version, required.version);
});

test('what is inside is not to be had', () => {
  assert.throws(() => require('jsonlog/lib/native.cjs'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});
