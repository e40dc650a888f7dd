#include "record/handler_base.h"

static jsonlog_status null_write(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    return JSONLOG_OK;
}

static const jsonlog_handler_class null_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "null",
    .write = null_write,
    .is_concurrent = true,
};

jsonlog_handler *jsonlog_null_handler_new(void) {
    return jl_handler_new(&null_class, NULL, JL_HANDLER_SILENT);
}
