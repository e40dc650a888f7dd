'use strict';
/* Chunks of bytes become whole lines. */

const NEWLINE = 10;

/** Keeps the beginning of a line until its end has come. */
class LineCarry {
  #parts = [];
  #size = 0;
  #limit;

  /** @param limit the longest line, in bytes; a longer one is an error. */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @return all lines that are whole now, in one buffer; null if none is. */
  take(chunk) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return null;
    }
    const whole = this.#size === 0
      ? chunk.subarray(0, end)
      : Buffer.concat([...this.#parts, chunk.subarray(0, end)]);
    this.#parts = [];
    this.#size = 0;
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return whole;
  }

  /** @return the last line, which has no newline; null if there is none. */
  rest() {
    const last = this.#size === 0 ? null : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return last;
  }

  /* A copy: whoever wrote the chunk may use its memory again. */
  #keep(chunk) {
    this.#size += chunk.length;
    if (this.#size > this.#limit) {
      const error = new RangeError(`a line is longer than ${this.#limit} bytes`);
      throw Object.assign(error, { code: 'JSONLOG_E_LIMIT' });
    }
    this.#parts.push(Buffer.from(chunk));
  }
}

module.exports = { LineCarry };
