/* Jest, Vitest and TypeScript as users run them: what holds passes, what fails says why. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

const REPORT = [
  'expected a line that matches { $.logType = "ERROR" && $.errorCode = "DA0001*" }',
  '2 lines captured, none matches. Nearest, line 2:',
  '  no   $.errorCode = "DA0001*"   found "DA00021": "DA00021" does not match "DA0001*"',
  '> 2  {"logType":"ERROR","errorCode":"DA00021"}',
];

function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath,
    [join(root, 'node_modules', program), ...args], {
      cwd: root, encoding: 'utf8', timeout: 120_000,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NO_COLOR: '1', CI: '1',
        FORCE_COLOR: undefined },
    });
  return { status, output: `${stdout}${stderr}` };
}

const jest = (file) => run('jest/bin/jest.js', '--rootDir', join(here, 'jest'), '--no-cache',
  '--testMatch', `**/${file}`, '--no-watchman', '-i');
const vitest = (file) => run('vitest/vitest.mjs', 'run', '--root', join(here, 'vitest'), file);

for (const [name, runner, good, bad] of [
  ['Jest', jest, 'good.spec.js', 'bad.spec.js'],
  ['Vitest', vitest, 'good.spec.mjs', 'bad.spec.mjs'],
]) {
  test(`${name}: what holds passes`, () => {
    const { status, output } = runner(good);
    assert.equal(status, 0, output);
    assert.match(output, /6 passed/);
  });

  test(`${name}: a failure is the report of the library`, () => {
    const { status, output } = runner(bad);
    assert.equal(status, 1, output);
    assert.match(output, /3 failed/);
    for (const line of REPORT) assert.ok(output.includes(line), `${line}\nis not in\n${output}`);
    assert.ok(output.includes('expected no line that matches { $.errorCode = "DA00021" }'), output);
  });
}

test('TypeScript knows the types, and refuses what is wrong', () => {
  const { status, output } = run('typescript/bin/tsc', '-p', join(here, 'types'));
  assert.equal(status, 0, output);
});
