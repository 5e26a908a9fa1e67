#include "counters.hpp"

#include "vagus/base/error.hpp"

namespace vagus::bindings {

Error error_of(const py::error_already_set& failure, const std::string& field) {
  if (!failure.matches(PyExc_Exception)) throw failure;
  return Error{ErrorCode::invalid_input, field, py::str(failure.value()).cast<std::string>(),
               "raised " + py::str(failure.type().attr("__name__")).cast<std::string>()};
}

TextCounter counter_from(py::handle callable) {
  if (PyCallable_Check(callable.ptr()) == 0) {
    refuse("counter", callable, "must be callable: a list of texts in, a list of counts out");
  }
  return
      [callable](const std::vector<std::string_view>& texts) -> Result<std::vector<std::int64_t>> {
        py::list shown;
        for (const std::string_view text : texts) shown.append(py::str(text.data(), text.size()));
        try {
          return argument<std::vector<std::int64_t>>(callable(shown), "counter()");
        } catch (const py::error_already_set& failure) {
          return error_of(failure, "counter");
        } catch (const Exception& failure) {
          return failure.error();
        }
      };
}

}  // namespace vagus::bindings
