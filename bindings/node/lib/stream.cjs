'use strict';
/* A Transform of lines. */
const { Transform } = require('node:stream');
const { Filter } = require('./filter.cjs');
const { LineCarry } = require('./lines.cjs');
const { checkOptions } = require('./errors.cjs');

const LINE_MAX = 16 * 1024 * 1024;

/**
 * Lets the lines through that match a pattern: as bytes, each with what ended it, or with
 * `lines: true` one string a line.
 *
 * A line may come in any number of chunks, the last one without a newline; a return before the
 * newline is no part of what is matched. A line longer than `lineMax` destroys the stream.
 */
class FilterStream extends Transform {
  #filter;
  #carry;
  #options;
  #asLines;

  constructor(pattern, options) {
    const { lines = false, invert = false, lineMax = LINE_MAX, highWaterMark } =
      checkOptions(options, ['lines', 'invert', 'lineMax', 'highWaterMark'], 'FilterStream');
    super({ readableObjectMode: lines, writableHighWaterMark: highWaterMark });
    this.#filter = pattern instanceof Filter ? pattern : new Filter(pattern);
    this.#carry = new LineCarry(lineMax);
    this.#options = { invert };
    this.#asLines = lines;
  }

  _transform(chunk, encoding, done) {
    this.#attempt(done, () => this.#carry.take(chunk));
  }

  _flush(done) {
    this.#attempt(done, () => this.#carry.rest());
  }

  #attempt(done, next) {
    try {
      const whole = next();
      if (whole !== null) this.#push(whole);
      done();
    } catch (error) {
      done(error);
    }
  }

  /* What push() answers is heeded by Transform: it takes no further chunk until there is room. */
  #push(whole) {
    if (this.#asLines) {
      for (const line of this.#filter.lines(whole, this.#options)) this.push(line);
      return;
    }
    const selected = this.#filter.select(whole, this.#options);
    if (selected.length > 0) this.push(selected);
  }
}

module.exports = { FilterStream };
