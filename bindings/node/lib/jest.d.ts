import { LogMatchers } from './matchers.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends LogMatchers<R> {}
}

declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends LogMatchers<R> {}
  }
}
