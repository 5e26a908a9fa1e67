#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace vagus {

/// What kind of mistake an `Error` reports. Each code is one Python exception type.
enum class ErrorCode {
  invalid_input,     ///< an argument, command or message is malformed
  invalid_key,       ///< text that is not a session key, context key or agent id
  invalid_config,    ///< a configuration value; `Error::field` is its JSON path
  unknown_agent,     ///< a well-formed agent id that the configuration does not have
  ambiguous_agent,   ///< several agents could answer and the configuration picks none
  context_overflow,  ///< a prompt that cannot be made to fit its budget
  unknown_run,       ///< a run id that was never handed out, or that is forgotten
};

/// A refusal: which field, what it held, and what would have been accepted.
struct Error {
  ErrorCode code = ErrorCode::invalid_input;
  std::string field;
  std::string value;  ///< the offending value, already clipped and printable (see `quote_clipped`)
  std::string message;

  /// One line for people: `field: message, got value`.
  std::string what() const;
};

/// `value` in double quotes, control and non-UTF-8 bytes escaped, cut to about 60 characters.
std::string quote_clipped(std::string_view value);

/// An error about `field` whose offending value is the text `value`.
Error make_error(ErrorCode code, std::string_view field, std::string_view value,
                 std::string_view message);

/// The same mistake seen from a caller that knows it as `field`.
Error renamed(Error error, std::string_view field);

/// Carries an `Error` across code that cannot return one (constructors, callbacks).
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.what()), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace vagus
