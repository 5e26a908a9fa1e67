#include "counters.hpp"
#include "module.hpp"
#include "records.hpp"
#include "vagus/context/estimate.hpp"
#include "vagus/context/price_book.hpp"
#include "vagus/context/text_price.hpp"
#include "vagus/context/tools.hpp"

namespace vagus::bindings {
namespace {

// Each message with one call of the counter for all.
std::vector<Price> count_messages(py::handle messages, py::handle counter) {
  const TextCounter counted = counter_from(counter);
  std::vector<Price> prices;
  for (const Cost& cost : Pricer(Profile::vagus, &counted)
                              .costs(argument<std::vector<Message>>(messages, "messages"))) {
    prices.push_back(priced(cost.tokens(), cost.counted,
                            cost.guessed == 0 ? PriceSource::exact : PriceSource::estimated));
  }
  return prices;
}

void bind_price_book(py::module_& module) {
  bind_record<Price>(module, "Tokens, and what to keep free because they may be more.")
      .def_property_readonly(
          "total", [](const Price& price) { return price.tokens + price.reserve; },
          "Tokens and reserve: what is compared with a budget.");
  bind_record<UsageReport>(module, "A provider's usage report on one prompt.");
  py::class_<PriceBook>(
      module, "PriceBook",
      "What providers reported of one context's prompts, and what later ones cost by that.\n\n"
      "After a report, a prompt of the same model and revision costs what was reported and the "
      "corrected estimate of what came after it. Whoever takes something out of the transcript "
      "moves its revision on; then all of a prompt is estimated, corrected by what the reports "
      "taught about the model.")
      .def(py::init<>())
      .def(
          "observe",
          [](PriceBook& book, py::handle report) {
            if (auto failed = book.observe(argument<UsageReport>(report, "report"))) {
              throw Exception(*failed);
            }
          },
          py::arg("report"), "Take a UsageReport in. Raises InvalidInput, and changes nothing.")
      .def(
          "price",
          [](const PriceBook& book, py::handle estimated, py::handle model, py::handle revision) {
            return book
                .price(text_from_python(model, "model"),
                       argument<std::int64_t>(revision, "revision"),
                       argument<std::int64_t>(estimated, "estimated"))
                .value_or_throw();
          },
          py::arg("estimated"), py::kw_only(), py::arg("model"), py::arg("revision"),
          "The Price of a prompt that is estimated at so many tokens. Raises InvalidInput.")
      .def(
          "ratio",
          [](const PriceBook& book, py::handle model) {
            return book.ratio(text_from_python(model, "model"));
          },
          py::arg("model"),
          "Reported per 1,000 estimated tokens, from 500 to 2,500; 1,000 for an unknown model.")
      .def_property_readonly(
          "anchor", [](const PriceBook& book) { return to_python(book.anchor()); },
          "The newest UsageReport; None before the first.")
      .def("__repr__", [](const PriceBook& book) {
        return book.anchor() ? "PriceBook(anchor=" + record_repr(*book.anchor()) + ")"
                             : std::string("PriceBook()");
      });
}

}  // namespace

void bind_pricing(py::module_& module) {
  module.def(
      "estimate_text", [](py::handle text) { return text_tokens(text_view(text, "text")); },
      py::arg("text"),
      "Estimated tokens of a text, by script, words, numbers and punctuation; no margin.");
  module.def(
      "estimate_tool",
      [](py::handle tool) { return estimate_tool(argument<ToolSchema>(tool, "tool")); },
      py::arg("tool"), "Estimated tokens of one tool schema, without the safety margin.");
  module.def(
      "price_prompt",
      [](py::handle prompt) { return price_prompt(argument<Prompt>(prompt, "prompt")); },
      py::arg("prompt"),
      "Estimated tokens of a prompt, system text, tools and images included; no margin.");
  bind_price_book(module);
  module.def(
      "count_messages",
      [](py::handle messages, py::handle counter) {
        return to_python(count_messages(messages, counter));
      },
      py::arg("messages"), py::arg("counter"),
      "The Price of each message, its texts counted by ``counter``: a callable that takes a list "
      "of texts and returns a list of ints.\n\nA message with images or opaque data, which no "
      "counter of texts sees, is estimated as far as these go. Raises InvalidInput, with the path "
      "and value, for a counter that raises or answers anything but one whole number from 0 for "
      "each text.");
}

}  // namespace vagus::bindings
