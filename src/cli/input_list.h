#ifndef JL_CLI_INPUT_LIST_H
#define JL_CLI_INPUT_LIST_H
/**
 * The input files of a command: those named, and in place of a directory all files below it, sorted
 * by name, without hidden ones, links and what is no file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct input_file {
    char *path;
    uint64_t size; /**< in bytes, as it is stored; 0 if it is not known */
} input_file;

typedef struct input_list {
    input_file *files;
    size_t count;
    size_t capacity;
    bool is_plural;   /**< several files or a directory were named, so lines need their names */
    bool has_trouble; /**< a directory could not be read; it was said so */
    bool is_sized;    /**< the size of every file is known */
} input_list;

/** @param paths  none: the standard input. @return false if memory is out; it was said so. */
bool input_list_init(input_list *list, char *const *paths, size_t count);

/** @return bytes of all files. */
uint64_t input_list_size(const input_list *list);

void input_list_done(input_list *list);

#endif
