/* The same types by require(). */
import jsonlog = require('jsonlog');
import transport = require('jsonlog/pino');
import matchers = require('jsonlog/test');

const filter: jsonlog.Filter = new jsonlog.Filter('a');
matchers.expect(['a']).toHaveLogged(filter);
transport({ otherwise: 1 });
