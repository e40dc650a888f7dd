'use strict';

/** What the addon throws for a text at fault, a closed object, a file that cannot be opened: an
 * Error whose `code` is the status of the library. The addon makes it, so it may come from another
 * realm (a vm context, as under Jest); `instanceof JsonlogError` goes by the code for that. */
class JsonlogError extends Error {
  static [Symbol.hasInstance](value) {
    return typeof value === 'object' && value !== null && value.name === 'JsonlogError' &&
      typeof value.code === 'string' && value.code.startsWith('JSONLOG_E_');
  }
}

/** Options that are written wrong do not go unnoticed. */
function checkOptions(options, known, what) {
  if (options === undefined || options === null) return {};
  if (typeof options !== 'object') throw typeError(`${what}: options must be an object`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw typeError(`${what}: there is no option ${name}; there are ${known.join(', ')}`);
    }
  }
  return options;
}

/** The number that stands for a word. */
function wordOf(words, value, what) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && Object.hasOwn(words, value)) return words[value];
  throw typeError(`${what}: one of ${Object.keys(words).join(', ')} is expected`);
}

function typeError(message) {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

module.exports = { JsonlogError, checkOptions, wordOf, typeError };
