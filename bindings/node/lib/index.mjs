import jsonlog from './index.cjs';

export default jsonlog;
export const {
  Filter, FilterSet, FilterStream, MetricFilter, quote, quotePhrase, quoteRegex, selector, Logger,
  getLogger, levels, Formatter, Handler, MemoryHandler, streamHandler, fileHandler, memoryHandler,
  nullHandler, asyncHandler, routerHandler, callbackHandler, configuredHandler, Capture,
  JsonlogError, double, text, raw, secret, duration, time, hex, causes, entries, flush, shutdown,
  configure, configureFile, setClock, setStaticFields, stats, version,
} = jsonlog;
