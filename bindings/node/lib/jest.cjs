'use strict';
/* import 'jsonlog/jest': adds the matchers to Jest's expect. */
const { matchers } = require('./matchers.cjs');

/* With injectGlobals: false there is no global expect. */
const { expect } = globalThis.expect === undefined ? require('@jest/globals') : globalThis;

expect.extend(matchers);
