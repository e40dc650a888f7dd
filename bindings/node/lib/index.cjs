'use strict';
/* jsonlog for Node: the logger and the filter patterns of the C library. */
const { Filter, FilterSet, MetricFilter, quote, quotePhrase, quoteRegex, selector } =
  require('./filter.cjs');
const { FilterStream } = require('./stream.cjs');
const { Logger, getLogger } = require('./logger.cjs');
const { levels } = require('./levels.cjs');
const handlers = require('./handler.cjs');
const { callbackHandler } = require('./callback.cjs');
const { Capture } = require('./capture.cjs');
const { JsonlogError } = require('./errors.cjs');
const values = require('./values.cjs');
const { flush, shutdown, configure, configureFile, setClock, setStaticFields, stats, version } =
  require('./process.cjs');

const { Formatter, Handler, MemoryHandler, streamHandler, fileHandler, memoryHandler, nullHandler,
  asyncHandler, routerHandler, configuredHandler } = handlers;
const { double, text, raw, secret, duration, time, hex, causes, entries } = values;

module.exports = {
  Filter, FilterSet, FilterStream, MetricFilter, quote, quotePhrase, quoteRegex, selector,
  Logger, getLogger, levels,
  Formatter, Handler, MemoryHandler, streamHandler, fileHandler, memoryHandler, nullHandler,
  asyncHandler, routerHandler, callbackHandler, configuredHandler,
  Capture, JsonlogError,
  double, text, raw, secret, duration, time, hex, causes, entries,
  flush, shutdown, configure, configureFile, setClock, setStaticFields, stats, version,
};
