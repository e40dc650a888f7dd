#include "testing/report_lines.h"

#include "testing/terminal_text.h"

/* Two lines of a usual terminal. */
#define COLUMNS_MAX 160
/* How a log began says what ran; the end says where it went wrong, and gets what is left. */
#define FIRST_LINES 4

static bool add(jl_line_choice *choice, size_t index, bool is_marked) {
    size_t place = choice->count;
    while (place > 0 && choice->index[place - 1] >= index)
        place--;
    const bool is_there = place < choice->count && choice->index[place] == index;
    if (is_there || choice->count == JL_REPORT_LINES_MAX)
        return false;
    const size_t behind = choice->count - place;
    memmove(&choice->index[place + 1], &choice->index[place], behind * sizeof choice->index[0]);
    memmove(&choice->is_marked[place + 1], &choice->is_marked[place],
            behind * sizeof choice->is_marked[0]);
    choice->index[place] = index;
    choice->is_marked[place] = is_marked;
    choice->count++;
    return true;
}

void jl_line_choice_mark(jl_line_choice *choice, size_t index) {
    if (index != SIZE_MAX)
        add(choice, index, true);
}

static void fill_up(jl_line_choice *choice, size_t line_count) {
    for (size_t i = 0; i < line_count && i < FIRST_LINES; i++)
        add(choice, i, false);
    for (size_t i = line_count; i > 0 && choice->count < JL_REPORT_LINES_MAX; i--)
        add(choice, i - 1, false);
}

static int digits_of(size_t number) {
    int digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

static void show_gap(jl_buffer *out, size_t lines) {
    if (lines > 0)
        jl_buffer_append_format(out, "  … %zu line%s left out\n", lines, lines == 1 ? "" : "s");
}

static void show_line(jl_buffer *out, const jl_captured_line *line, size_t number, int width,
                      bool is_marked) {
    jl_buffer_append_format(out, "%s %*zu  ", is_marked ? ">" : " ", width, number);
    jl_append_cut(out, (jl_text){line->bytes, line->len}, COLUMNS_MAX);
    jl_buffer_append_char(out, '\n');
}

void jl_line_choice_show(jl_line_choice *choice, const jl_capture_view *view, jl_buffer *out) {
    fill_up(choice, view->count);
    const int width = digits_of(view->count);
    const jl_captured_line *line = view->first;
    size_t shown = 0;
    size_t at = 0;
    for (size_t i = 0; i < choice->count; i++) {
        show_gap(out, choice->index[i] - shown);
        for (; at < choice->index[i]; at++)
            line = line->next;
        show_line(out, line, at + 1, width, choice->is_marked[i]);
        shown = at + 1;
    }
    show_gap(out, view->count - shown);
}
