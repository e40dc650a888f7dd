/** Does nothing: what any program weighs. Prints its resident memory. */
#include "resident.h"

int main(void) {
    print_resident();
    return 0;
}
