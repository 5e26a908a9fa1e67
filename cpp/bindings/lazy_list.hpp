#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "convert.hpp"

/// What batch calls return: an immutable Python sequence over C++ values, whose Python objects are
/// only made when they are asked for, because making them costs more than computing the values.
namespace vagus::bindings {

template <class T>
class LazyList {
 public:
  explicit LazyList(std::vector<T> values)
      : values_(std::make_shared<const std::vector<T>>(std::move(values))),
        size_(values_->size()) {}

  std::size_t size() const { return size_; }
  const T& at(std::size_t index) const {
    return (*values_)[static_cast<std::size_t>(start_ + static_cast<Py_ssize_t>(index) * step_)];
  }

  /// Every `step`-th of the values from `start` on; shares them.
  LazyList slice(Py_ssize_t start, Py_ssize_t step, Py_ssize_t size) const {
    LazyList part = *this;
    part.start_ = start_ + start * step_;
    part.step_ = step_ * step;
    part.size_ = static_cast<std::size_t>(size);
    return part;
  }

  /// One list with `value(item)` of every item, made at once.
  template <class Value>
  py::list column(Value value) const {
    py::list made(size_);
    for (std::size_t i = 0; i < size_; ++i) {
      PyList_SET_ITEM(made.ptr(), static_cast<Py_ssize_t>(i),
                      to_python(std::invoke(value, at(i))).release().ptr());
    }
    return made;
  }

 private:
  std::shared_ptr<const std::vector<T>> values_;
  Py_ssize_t start_ = 0;
  Py_ssize_t step_ = 1;
  std::size_t size_;
};

/// `list[index]` for a number or a slice.
template <class T>
py::object item_of(const LazyList<T>& list, py::handle index) {
  const auto size = static_cast<Py_ssize_t>(list.size());
  if (PySlice_Check(index.ptr())) {
    Py_ssize_t start = 0;
    Py_ssize_t stop = 0;
    Py_ssize_t step = 0;
    if (PySlice_Unpack(index.ptr(), &start, &stop, &step) < 0) throw py::error_already_set();
    const Py_ssize_t length = PySlice_AdjustIndices(size, &start, &stop, step);
    return py::cast(list.slice(start, step, length));
  }
  Py_ssize_t at = PyNumber_AsSsize_t(index.ptr(), PyExc_IndexError);
  if (at == -1 && PyErr_Occurred()) throw py::error_already_set();
  if (at < 0) at += size;
  if (at < 0 || at >= size) throw py::index_error("index out of range");
  return to_python(list.at(static_cast<std::size_t>(at)));
}

template <class T>
py::class_<LazyList<T>> bind_lazy_list(py::module_& module, const char* name, const char* doc) {
  py::class_<LazyList<T>> type(module, name, doc);
  type.def("__len__", &LazyList<T>::size);
  type.def("__getitem__", &item_of<T>, py::arg("index"));
  type.def("__iter__", [](py::handle self) {
    return py::reinterpret_steal<py::object>(PySeqIter_New(self.ptr()));
  });
  type.def(
      "to_list",
      [](const LazyList<T>& list) {
        return list.column([](const T& each) -> auto& { return each; });
      },
      "All of them, in a list.");
  type.def("__repr__", [text = std::string(name)](const LazyList<T>& list) {
    return text + "(" + std::to_string(list.size()) + ")";
  });
  return type;
}

/// Batches from this size on are worked on without the interpreter's lock; smaller ones are over
/// before another thread could make use of it.
inline constexpr std::size_t kUnlockedFrom = 256;

}  // namespace vagus::bindings
