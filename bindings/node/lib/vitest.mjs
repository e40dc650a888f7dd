/* import 'jsonlog/vitest': adds the matchers to Vitest's expect. */
import { expect } from 'vitest';
import jsonlog from './matchers.cjs';

expect.extend(jsonlog.matchers);
