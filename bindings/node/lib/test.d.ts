import { TestContext } from 'node:test';
import { Capture, CaptureOptions } from './index.js';
import { LogMatchers, Logged } from './matchers.js';

/** An AssertionError whose message is the report of the library. */
export declare function expect(lines: Logged): LogMatchers<void> & { not: LogMatchers<void> };

/** A capture that ends with the test. */
export declare function capture(t: Pick<TestContext, 'after'>, options?: CaptureOptions): Capture;

declare const test: { expect: typeof expect; capture: typeof capture };
export default test;
