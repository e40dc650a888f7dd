'use strict';
/* Handlers that hand lines to a function of this environment. */
const native = require('./native.cjs');
const { ID } = require('./handle.cjs');
const { Handler, finish, split } = require('./handler.cjs');
const { typeError } = require('./errors.cjs');

const LIMIT_BYTES = 8 << 20;

/* Those that may have lines waiting. */
const open = new Set();

/* What the function throws is an uncaught exception, and the lines behind go on. */
function tell(fn, line, level, timeNs) {
  try {
    fn(line, { level, timeNs });
  } catch (error) {
    process.nextTick(() => { throw error; });
  }
}

/** Called with (line, {level, timeNs}) for each line, by the event loop, by flush(), or when the
 * environment exits. */
class CallbackHandler extends Handler {
  #fn;

  static make(fn, limitBytes) {
    const wake = () => handler.deliver();
    const handler = new CallbackHandler(native.handlerCallback(wake, limitBytes));
    handler.#fn = fn;
    if (open.size === 0) process.once('exit', deliverLast);
    open.add(handler);
    return handler;
  }

  /* The lines that have come so far. */
  deliver() {
    if (this.isClosed) return;
    const told = native.callbackTake(this[ID]);
    for (let i = 0; i < told.length; i += 3) {
      tell(this.#fn, told[i].replace(/\n$/, ''), told[i + 1], told[i + 2]);
    }
  }

  flush() {
    super.flush();
    this.deliver();
  }

  close() {
    if (this.isClosed) return;
    this.deliver();
    open.delete(this);
    if (open.size === 0) process.off('exit', deliverLast);
    super.close();
  }
}

function callbackHandler(fn, options) {
  const { own, common } = split(options, ['limitBytes'], 'callbackHandler');
  if (typeof fn !== 'function') throw typeError('callbackHandler: a function is expected');
  return finish(CallbackHandler.make(fn, own.limitBytes ?? LIMIT_BYTES), common);
}

function deliverAll() {
  for (const handler of open) handler.deliver();
}

/* Also what is still on its way through an async handler. */
function deliverLast() {
  try {
    native.flush();
  } catch { /* counted by the library */ }
  deliverAll();
}

module.exports = { callbackHandler, deliverAll };
