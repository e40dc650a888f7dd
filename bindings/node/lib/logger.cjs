'use strict';
/* Loggers. */
const native = require('./native.cjs');
const { Handle, ID } = require('./handle.cjs');
const { withRecord } = require('./encode.cjs');
const { levels, levelOf } = require('./levels.cjs');

const { TRACE, DEBUG, INFO, WARN, ERROR, FATAL } = levels;

/* In place of the library's gate for a logger that is closed: nobody listens. */
const CLOSED_GATE = Uint32Array.of(levels.OFF);

const loggers = new Map();

/* The number that the library compares levels with, read without a call into it. */
function gateOf(id) {
  const memory = native.loggerGate(id);
  return memory === null ? null : new Uint32Array(memory);
}

/**
 * A log call never throws and never fails its caller. Fields that cannot be read are marked, a
 * logger that is closed writes nothing.
 */
class Logger extends Handle {
  #gate;
  #named;

  constructor(id, gate, named) {
    super(id);
    this.#gate = gate;
    this.#named = named ?? this;
  }

  /** The logger of a dotted name; the root for none. */
  static get(name = '') {
    let logger = loggers.get(name);
    if (logger === undefined) {
      const id = native.loggerGet(name);
      logger = new NamedLogger(id, gateOf(id), null, name);
      loggers.set(name, logger);
    }
    return logger;
  }

  get name() {
    return this.#named.name;
  }

  isEnabled(level) {
    return this.#listens(levelOf(level));
  }

  #listens(level) {
    if (this.#gate !== null) return level >= this.#gate[0];
    return !this.isClosed && native.loggerEnabled(this[ID], level);
  }

  trace(message, fields) {
    if (this.#listens(TRACE)) this.#write(TRACE, message, fields);
  }

  debug(message, fields) {
    if (this.#listens(DEBUG)) this.#write(DEBUG, message, fields);
  }

  info(message, fields) {
    if (this.#listens(INFO)) this.#write(INFO, message, fields);
  }

  warn(message, fields) {
    if (this.#listens(WARN)) this.#write(WARN, message, fields);
  }

  error(message, fields) {
    if (this.#listens(ERROR)) this.#write(ERROR, message, fields);
  }

  fatal(message, fields) {
    if (this.#listens(FATAL)) this.#write(FATAL, message, fields);
  }

  log(level, message, fields) {
    const number = levelOf(level);
    if (this.#listens(number)) this.#write(number, message, fields);
  }

  #write(level, message, fields) {
    withRecord(message, fields, (bytes, start, end) => {
      native.loggerLog(this[ID], level, bytes, start, end);
    });
  }

  /** A logger of the same name, level and handlers whose records carry these fields. */
  child(fields) {
    const id = withRecord(null, fields, (bytes, start, end) =>
      native.loggerWith(this[ID], bytes, start, end));
    return new Logger(id, this.#gate, this.#named);
  }

  close() {
    if (this.#named === this) return; /* named loggers live as long as the process */
    this.#gate = CLOSED_GATE;
    super.close();
  }

  /** The level set on this very logger, NOTSET if none. */
  get level() {
    return native.loggerGetLevel(this[ID], false);
  }

  set level(level) {
    native.loggerSetLevel(this[ID], levelOf(level));
  }

  /** The level in force. */
  get effectiveLevel() {
    return native.loggerGetLevel(this[ID], true);
  }

  get propagate() {
    return native.loggerGetPropagate(this.#named[ID]);
  }

  set propagate(propagate) {
    native.loggerSetPropagate(this.#named[ID], propagate);
  }

  addHandler(handler) {
    native.loggerAddHandler(this.#named[ID], handler?.[ID]);
  }

  removeHandler(handler) {
    native.loggerRemoveHandler(this.#named[ID], handler?.[ID]);
  }

  setHandlers(handlers) {
    native.loggerSetHandlers(this.#named[ID], Array.from(handlers, (handler) => handler?.[ID]));
  }
}

class NamedLogger extends Logger {
  #name;

  constructor(id, gate, named, name) {
    super(id, gate, named);
    this.#name = name;
  }

  get name() {
    return this.#name;
  }
}

const getLogger = Logger.get;

module.exports = { Logger, getLogger };
