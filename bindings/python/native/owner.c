/*
 * Capsules that own objects of the library.
 *
 * Objects of a Python class, and those of ffi.gc(), are the collector's: their finalizers run
 * before anything of a circle is taken apart, in any order, so that another finalizer could still
 * use what was freed. A capsule is not the collector's and ends with its last reference.
 */
#define Py_LIMITED_API 0x03090000
#include <Python.h>

#include "native.h"

#include <jsonlog/capture.h>
#include <jsonlog/extract.h>

/* To free may take time, and call back: a handler writes out what it holds. */
#define DESTRUCTOR(name, free)                              \
    static void end_##name(PyObject *capsule) {             \
        void *object = PyCapsule_GetPointer(capsule, NULL); \
        Py_BEGIN_ALLOW_THREADS;                             \
        free(object);                                       \
        Py_END_ALLOW_THREADS;                               \
    }

DESTRUCTOR(filter, jsonlog_filter_free)
DESTRUCTOR(set, jsonlog_filter_set_free)
DESTRUCTOR(metric, jsonlog_metric_filter_free)
DESTRUCTOR(formatter, jsonlog_formatter_release)
DESTRUCTOR(handler, jsonlog_handler_release)
DESTRUCTOR(logger, jsonlog_logger_free)
DESTRUCTOR(capture, jsonlog_capture_stop)

uintptr_t jlpy_destructor(jlpy_kind kind) {
    static void (*const destructors[])(PyObject *) = {
        [JLPY_FILTER] = end_filter,       [JLPY_SET] = end_set,         [JLPY_METRIC] = end_metric,
        [JLPY_FORMATTER] = end_formatter, [JLPY_HANDLER] = end_handler, [JLPY_LOGGER] = end_logger,
        [JLPY_CAPTURE] = end_capture,
    };
    return (uintptr_t)destructors[kind];
}
