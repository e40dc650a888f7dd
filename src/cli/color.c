#include "cli/color.h"

#include "cli/tool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool color_read(const char *text, color_when *when) {
    static const char *const names[] = {"auto", "always", "never"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *when = (color_when)i;
            return true;
        }
    }
    tool_error("--color", "write auto, always or never");
    return false;
}

bool color_wanted(color_when when) {
    if (when != COLOR_AUTO)
        return when == COLOR_ALWAYS;
    const char *refusal = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    if (refusal != NULL && *refusal != '\0')
        return false;
    return terminal != NULL && strcmp(terminal, "dumb") != 0 && isatty(STDOUT_FILENO) == 1;
}
