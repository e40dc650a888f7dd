'use strict';
/*
 * A transport for pino that routes by filter patterns:
 *
 *     pino({ transport: { target: 'jsonlog/pino', options: {
 *       routes: [{ pattern: '{ $.level >= 50 }', destination: '/var/log/app/errors.log' }],
 *       otherwise: '/var/log/app/app.log',
 *     } } });
 *
 * The lines stay as pino wrote them. Patterns, order and `isFinal` are those of the library's
 * router, files those of its file handler: they work with logrotate.
 */
const { Writable } = require('node:stream');
const { threadId } = require('node:worker_threads');
const native = require('./native.cjs');
const { ID } = require('./handle.cjs');
const { Formatter, streamHandler, fileHandler, routerHandler } = require('./handler.cjs');
const { Filter } = require('./filter.cjs');
const { getLogger } = require('./logger.cjs');
const { LineCarry } = require('./lines.cjs');
const { checkOptions, typeError } = require('./errors.cjs');

const LINE_MAX = 1 << 20;

let count = 0;

/* A path, a descriptor, {path, …options of fileHandler}; null is nowhere. */
function handlerOf(destination) {
  if (destination === null || destination === undefined) return undefined;
  if (typeof destination === 'number') return streamHandler(destination);
  if (typeof destination === 'string') return fileHandler(destination);
  if (typeof destination === 'object' && typeof destination.path === 'string') {
    const { path, ...options } = destination;
    return fileHandler(path, options);
  }
  throw typeError('destination: a path, a descriptor, or {path, …} is expected');
}

/* One handler for a destination, however many routes lead there. */
class Destinations {
  #handlers = new Map();
  #formatter;

  constructor(formatter) {
    this.#formatter = formatter;
  }

  get(destination) {
    const key = JSON.stringify(destination) ?? 'null';
    if (!this.#handlers.has(key)) {
      const handler = handlerOf(destination);
      handler?.setFormatter(this.#formatter);
      this.#handlers.set(key, handler);
    }
    return this.#handlers.get(key);
  }

  close() {
    for (const handler of this.#handlers.values()) handler?.close();
  }
}

function rulesOf(routes, destinations) {
  if (!Array.isArray(routes)) throw typeError('routes: an array is expected');
  return routes.map((route) => {
    const { pattern, destination, isFinal = false } =
      checkOptions(route, ['pattern', 'destination', 'isFinal'], 'route');
    new Filter(pattern).close(); /* its error has a caret; the router's names the rule */
    const handler = destinations.get(destination);
    return { pattern, isFinal: isFinal || handler === undefined, handler };
  });
}

function routerOf({ routes = [], otherwise, lineMax = LINE_MAX }) {
  const formatter = new Formatter(null, native.formatterMessage(lineMax));
  const destinations = new Destinations(formatter);
  try {
    const router = routerHandler(rulesOf(routes, destinations),
      { otherwise: destinations.get(otherwise) });
    router.setFormatter(formatter);
    return router;
  } finally {
    destinations.close(); /* the router has references of its own */
    formatter.close();
  }
}

class RoutingStream extends Writable {
  #router;
  #logger;
  #carry;

  constructor(options) {
    const known = checkOptions(options, ['routes', 'otherwise', 'lineMax'], 'jsonlog/pino');
    super({ autoDestroy: true });
    this.#carry = new LineCarry(known.lineMax ?? LINE_MAX);
    this.#router = routerOf(known);
    this.#logger = getLogger(`jsonlog.pino.${threadId}.${++count}`);
    this.#logger.level = 'TRACE';
    this.#logger.propagate = false;
    this.#logger.setHandlers([this.#router]);
  }

  _write(chunk, encoding, done) {
    this.#attempt(done, () => this.#carry.take(chunk));
  }

  _final(done) {
    this.#attempt(done, () => this.#carry.rest());
  }

  _destroy(error, done) {
    let failure = error;
    try {
      this.#router.flush();
    } catch (reason) {
      failure ??= reason;
    }
    this.#logger.setHandlers([]);
    this.#router.close();
    done(failure);
  }

  #attempt(done, next) {
    try {
      const whole = next();
      if (whole !== null) native.loggerLogLines(this.#logger[ID], whole);
      done();
    } catch (error) {
      done(error);
    }
  }
}

/* Beside the user's options pino passes some of its own ($context, pinoWillSendConfig). */
function ownOptions(options = {}) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !/^(\$|pino)/.test(name)));
}

module.exports = function transport(options) {
  return new RoutingStream(ownOptions(options));
};
