'use strict';
/* The addon: functions over handles, which are numbers. What JavaScript may see is made of them in
 * the files beside this one. */
module.exports = require('../jsonlog.node');
