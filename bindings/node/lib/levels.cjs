'use strict';
const native = require('./native.cjs');
const { typeError } = require('./errors.cjs');

/** The named levels; any number from 1 to 254 is one too. */
const levels = Object.freeze({ NOTSET: 0, TRACE: 5, DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40,
  FATAL: 50, OFF: 255 });

/** @return the number of a level given by name or number. */
function levelOf(level) {
  if (typeof level === 'string') return native.levelParse(level);
  if (Number.isInteger(level) && level >= 0 && level <= 255) return level;
  throw typeError('a level is a name or a number from 0 to 255');
}

module.exports = { levels, levelOf };
