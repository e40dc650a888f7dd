#ifndef JSONLOG_TRAIT_HPP
#define JSONLOG_TRAIT_HPP
/**
 * How a type of yours is written: specialise jsonlog::Trait with one of three members.
 *
 *     template <> struct jsonlog::Trait<Color> {              // a name, for enums
 *         static std::string_view text(Color color) { return names[int(color)]; }
 *     };
 *     template <> struct jsonlog::Trait<UserId> {             // another type that has a form
 *         static auto value(const UserId &id) { return id.number; }
 *     };
 *     template <> struct jsonlog::Trait<Money> {              // anything, nested at will
 *         static void write(jsonlog::Writer &out, const Money &money) {
 *             out.object("amount", money.amount, "currency", money.currency);
 *         }
 *     };
 *
 * `text` is called where the argument stands, and what it returns must outlive the log call (a
 * literal does). `value` and `write` are called while the record is written: once for each
 * formatter, and again whenever a line over its cap has to be shortened, so they must write the
 * same each time. They may return and write temporaries, may log (such a record never waits and may
 * be dropped) and must not block.
 *
 * Any of them may throw: the value is then "__could_not_encode__" and the exception goes no
 * further. What leads back to itself ends in "__too_deep__" after 64 levels, and is given up after
 * 262,144 values, which no line holds.
 *
 * A trait wins over whatever this library would do with the type by itself. Specialise it before
 * the first log call with that type, and in every file the same.
 */
#include <jsonlog/value.h>

namespace jsonlog {

class Writer;

/** Empty for every type but those that you specialise it for. */
template <class T> struct Trait {};

} // namespace jsonlog

/* Builds without exceptions have none to stop. */
#ifdef __cpp_exceptions
#define JSONLOG_TRY_       try
#define JSONLOG_CATCH_ALL_ catch (...)
#else
#define JSONLOG_TRY_       if (true)
#define JSONLOG_CATCH_ALL_ else
#endif

#endif
