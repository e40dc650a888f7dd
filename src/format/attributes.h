#ifndef JL_FORMAT_ATTRIBUTES_H
#define JL_FORMAT_ATTRIBUTES_H
/**
 * What a record knows about itself, under the names of Python's logging and under ours.
 */
#include "format/value_writer.h"

/** Name, what it is, and whether it is there for every record or may be missing. */
#define JL_ATTRIBUTE_LIST(X)               \
    X("timestamp", TIMESTAMP)              \
    X("logType", LEVEL)                    \
    X("logger", LOGGER)                    \
    X("message", MESSAGE)                  \
    X("errorMessage", ERROR_MESSAGE)       \
    X("file", FILE)                        \
    X("line", LINE)                        \
    X("function", FUNCTION)                \
    X("asctime", ASCTIME)                  \
    X("created", CREATED)                  \
    X("filename", FILENAME)                \
    X("funcName", FUNCTION)                \
    X("levelname", LEVEL)                  \
    X("levelno", LEVEL_NUMBER)             \
    X("lineno", LINE)                      \
    X("module", MODULE)                    \
    X("msecs", MSECS)                      \
    X("name", LOGGER)                      \
    X("pathname", FILE)                    \
    X("process", PROCESS)                  \
    X("processName", PROCESS_NAME)         \
    X("relativeCreated", RELATIVE_CREATED) \
    X("thread", THREAD)                    \
    X("threadName", THREAD_NAME)

typedef enum jl_attribute {
    JL_ATTRIBUTE_VALUE, /**< none: a field */
    JL_ATTRIBUTE_GROUP, /**< none: an object made of dotted keys */
    JL_ATTRIBUTE_TIMESTAMP,
    JL_ATTRIBUTE_LEVEL,
    JL_ATTRIBUTE_LOGGER,
    JL_ATTRIBUTE_MESSAGE,
    JL_ATTRIBUTE_ERROR_MESSAGE,
    JL_ATTRIBUTE_FILE,
    JL_ATTRIBUTE_LINE,
    JL_ATTRIBUTE_FUNCTION,
    JL_ATTRIBUTE_ASCTIME,
    JL_ATTRIBUTE_CREATED,
    JL_ATTRIBUTE_FILENAME,
    JL_ATTRIBUTE_LEVEL_NUMBER,
    JL_ATTRIBUTE_MODULE,
    JL_ATTRIBUTE_MSECS,
    JL_ATTRIBUTE_PROCESS,
    JL_ATTRIBUTE_PROCESS_NAME,
    JL_ATTRIBUTE_RELATIVE_CREATED,
    JL_ATTRIBUTE_THREAD,
    JL_ATTRIBUTE_THREAD_NAME,
    JL_ATTRIBUTE_SUPPRESSED,
    JL_ATTRIBUTE_NAMED_LEVEL, /**< the level, as jl_named_level_text() has it */
} jl_attribute;

/** @return JL_ATTRIBUTE_VALUE for a name that is none. */
jl_attribute jl_attribute_find(jl_text name);

/** @return true if the record has the attribute: a message, a call site. */
bool jl_attribute_is_present(jl_attribute attribute, const jsonlog_record *record);

/** @return true if its text may be cut; a cut time or level would be wrong. */
bool jl_attribute_may_be_cut(jl_attribute attribute);

/** @return the name of the highest of the levels of JSONLOG_LEVEL_LIST that is not above this one,
 *  for readers that know no others; TRACE for what is below all. */
jl_text jl_named_level_text(int level);

/** How asctime is written: NULL in Python's default way. The locale is "C". */
typedef struct jl_asctime_format {
    const char *format;
    void *locale;
} jl_asctime_format;

/** Write the value; null for one the record lacks. */
void jl_write_attribute(jsonlog_writer *writer, jl_attribute attribute,
                        const jl_asctime_format *asctime, const jsonlog_record *record);

/** named_attributes.c: one that the default layout does not have, and the record has. */
void jl_write_named_attribute(jsonlog_writer *writer, jl_attribute attribute,
                              const jl_asctime_format *asctime, const jsonlog_record *record);

/** When this process loaded the library; relativeCreated counts from here. */
int64_t jl_process_start_ns(void);

#endif
