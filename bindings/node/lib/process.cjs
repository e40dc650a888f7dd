'use strict';
/* What is the whole process's. */
const native = require('./native.cjs');
const { withRecord } = require('./encode.cjs');
const { deliverAll } = require('./callback.cjs');

/** Everything that was accepted is written out, and told to the callbacks of this environment. */
function flush() {
  native.flush();
  deliverAll();
}

/** Flush and remove all handlers; later records are counted as lost. */
function shutdown() {
  native.shutdown();
  deliverAll();
}

/** A configuration as an object or as JSON text. */
function configure(configuration) {
  if (typeof configuration === 'string') native.configureText(configuration);
  else native.configureText(JSON.stringify(configuration));
}

function setStaticFields(fields) {
  withRecord(null, fields, native.setStaticFields);
}

module.exports = { flush, shutdown, configure, setStaticFields,
  configureFile: native.configureFile,
  setClock: (timeNs) => native.setClock(timeNs ?? null),
  stats: () => native.stats(), version: native.version() };
