'use strict';
/* An object of the library: the number by which the addon knows it. */
const native = require('./native.cjs');

const ID = Symbol('jsonlog handle');
const unreachable = new FinalizationRegistry((id) => native.release(id));

/** Closed by close(), or when nothing refers to it any more. Of a closed one the number is 0, which
 * the addon answers with an error. */
class Handle {
  constructor(id) {
    this[ID] = id;
    unreachable.register(this, id, this);
  }

  close() {
    if (this[ID] === 0) return;
    unreachable.unregister(this);
    native.release(this[ID]);
    this[ID] = 0;
  }

  get isClosed() {
    return this[ID] === 0;
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(Handle.prototype, Symbol.dispose, { value() { this.close(); } });
}

module.exports = { Handle, ID };
