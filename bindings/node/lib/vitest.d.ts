import 'vitest';
import { LogMatchers } from './matchers.js';

declare module 'vitest' {
  interface Assertion<T = any> extends LogMatchers<void> {}
}
