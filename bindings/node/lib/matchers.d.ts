import { Capture, Filter, Line, MemoryHandler } from './index.js';

/** What a matcher can look at. */
export type Logged = Line | Iterable<Line> | Capture | MemoryHandler
  | { readonly stdout: Line | Iterable<Line> };

export type Pattern = Line | Filter;

/** R is what an assertion returns. */
export interface LogMatchers<R = unknown> {
  /** Each pattern matches at least one line; with `not`: none matches any. */
  toHaveLogged(...patterns: Pattern[]): R;
  /** The pattern matches exactly so many lines. */
  toHaveLoggedTimes(pattern: Pattern, times: number): R;
  /** For each pattern a line of its own, in this order; others may stand between. */
  toHaveLoggedInOrder(...patterns: Pattern[]): R;
  /** Each line is matched by some pattern, and each pattern matches some line. */
  toHaveLoggedOnly(...patterns: Pattern[]): R;
  /** No line at ERROR or above. */
  toHaveLoggedNoErrors(): R;
  /** For a capture: waits up to `ms` milliseconds while the event loop runs on. */
  toHaveLoggedWithin(ms: number, ...patterns: Pattern[]): Promise<void>;
}
