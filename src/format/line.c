#include "format/line.h"

#include "json/escape.h"
#include "json/number.h"

jl_rank jl_entry_rank(const jl_entry *entry) {
    if ((entry->flags & (JL_ENTRY_CODE | JL_ENTRY_EMF)) != 0)
        return JL_RANK_CODE;
    return (entry->flags & JL_ENTRY_ROLE) != 0 ? JL_RANK_ROLE : JL_RANK_FIELD;
}

static bool is_dropped(const jl_line *line, uint16_t at) {
    const jl_entry *entry = &line->entries->items[at];
    jl_rank rank = jl_entry_rank(entry);
    return (entry->flags & JL_ENTRY_DROPPED) != 0 || rank < line->drop_rank ||
           (rank == line->drop_rank && at >= line->keep);
}

static void write_leaf(const jl_line *line, jsonlog_writer *writer, const jl_entry *entry) {
    jl_attribute attribute = (jl_attribute)entry->attribute;
    writer->string_limit = line->limits[jl_entry_rank(entry)];
    if (attribute != JL_ATTRIBUTE_VALUE) {
        if (!jl_attribute_may_be_cut(attribute))
            writer->string_limit = JL_ESCAPE_UNLIMITED;
        jl_write_attribute(writer, attribute, &line->formatter->asctime, line->record);
    } else {
        writer->is_replacing = (entry->flags & JL_ENTRY_EMF) != 0; /* value_fn keeps off */
        jl_write_value(writer, (jl_text){entry->key, entry->key_len}, entry->value);
        writer->is_replacing = false;
    }
}

static bool write_members(jl_line *line, jsonlog_writer *writer, uint16_t group);

static void write_group(jl_line *line, jsonlog_writer *writer, uint16_t at) {
    if (jl_write_open(writer, '{'))
        jl_write_close(writer, '}', write_members(line, writer, at));
}

/* @return false if the member turned out to be empty and is left out. */
static bool write_member(jl_line *line, jsonlog_writer *writer, uint16_t at, bool is_first) {
    const jl_entry *entry = &line->entries->items[at];
    bool is_group = entry->attribute == JL_ATTRIBUTE_GROUP;
    jl_buffer *out = writer->out;
    size_t start = out->len;
    jl_write_separator(writer, is_first);
    jl_write_member_key(writer, (jl_text){entry->key, entry->key_len},
                        (entry->flags & JL_ENTRY_PLAIN) != 0, entry->suffix);
    size_t value_start = out->len;
    if (is_group)
        write_group(line, writer, at);
    else
        write_leaf(line, writer, entry);
    bool may_vanish = is_group || writer->style->omits_empty;
    if (!may_vanish || out->status != JSONLOG_OK || !jl_is_empty_text(out, value_start))
        return true;
    jl_buffer_rewind(out, start);
    return false;
}

/* How many values stand at and below an entry, and how many of them are dropped. */
static uint32_t count_values(const jl_line *line, uint16_t at, uint32_t *dropped) {
    const jl_entry *items = line->entries->items;
    if (items[at].attribute != JL_ATTRIBUTE_GROUP) {
        *dropped += is_dropped(line, at);
        return 1;
    }
    uint32_t values = 0;
    for (uint16_t child = items[at].child; child != 0; child = items[child].next)
        values += count_values(line, child, dropped);
    return values;
}

/* A group goes with the last of its values: even its key may be too long for the line. */
static bool is_gone(jl_line *line, uint16_t at) {
    uint32_t dropped = 0;
    if (count_values(line, at, &dropped) > dropped || dropped == 0)
        return false;
    line->dropped += dropped;
    return true;
}

/* @return true if there is at least one. */
static bool write_members(jl_line *line, jsonlog_writer *writer, uint16_t group) {
    const jl_entry *items = line->entries->items;
    bool is_first = true;
    for (uint16_t at = items[group].child; at != 0; at = items[at].next) {
        if (writer->out->status != JSONLOG_OK)
            break;
        if (!is_gone(line, at))
            is_first &= !write_member(line, writer, at, is_first);
    }
    return !is_first;
}

/* ---- beginning and end ---- */

static void open_line(jsonlog_writer *writer, const jl_json_formatter *formatter) {
    jl_buffer_append_text(writer->out, formatter->prefix);
    jl_write_open(writer, '{');
}

static void write_mark(jsonlog_writer *writer, const jl_key *key, jl_text value, bool is_first) {
    jl_write_separator(writer, is_first);
    jl_write_member_key(writer, key->text, key->is_plain, 0);
    jl_buffer_append_text(writer->out, value);
}

/* What was done to the line stands at its end, because only there it is known. */
static void close_line(jsonlog_writer *writer, const jl_json_formatter *formatter, uint32_t dropped,
                       bool has_members) {
    if (writer->is_cut) {
        write_mark(writer, &formatter->truncated_key, JL_TEXT("true"), !has_members);
        has_members = true;
    }
    if (dropped > 0) {
        char number[JL_NUMBER_MAX];
        jl_text text = {number, jl_write_uint64(number, dropped)};
        write_mark(writer, &formatter->dropped_key, text, !has_members);
        has_members = true;
    }
    jl_write_close(writer, '}', has_members);
    jl_buffer_append_text(writer->out, formatter->terminator);
}

bool jl_line_write(jl_line *line) {
    jsonlog_writer writer;
    jl_buffer_rewind(line->out, line->start);
    jl_writer_init(&writer, line->out, &line->formatter->style, 0);
    writer.redactor = line->record->redactor;
    line->dropped = line->entries->dropped;
    open_line(&writer, line->formatter);
    bool has_members = write_members(line, &writer, 0);
    close_line(&writer, line->formatter, line->dropped, has_members);
    line->is_cut = writer.is_cut;
    line->replaced = writer.replaced;
    return line->out->status == JSONLOG_OK;
}

size_t jl_line_measure(jl_line *line, uint16_t at) {
    jsonlog_writer writer;
    jl_buffer_rewind(line->out, line->start);
    jl_writer_init(&writer, line->out, &line->formatter->style, 0);
    writer.redactor = line->record->redactor;
    writer.depth = 1;
    write_member(line, &writer, at, false);
    return line->out->status == JSONLOG_OK ? line->out->len - line->start : SIZE_MAX;
}

size_t jl_json_formatter_least_line(const jl_json_formatter *formatter) {
    jl_buffer text;
    jsonlog_writer writer;
    jl_buffer_init(&text, NULL, 0, SIZE_MAX / 2);
    jl_writer_init(&writer, &text, &formatter->style, 0);
    writer.is_cut = true;
    open_line(&writer, formatter);
    close_line(&writer, formatter, UINT32_MAX, false);
    size_t len = text.status == JSONLOG_OK ? text.len : SIZE_MAX;
    jl_buffer_done(&text);
    return len;
}
