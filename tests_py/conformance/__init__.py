"""vagus against recorded behaviour of the system it is modelled on.

``data/<area>_<subject>.jsonl`` holds cases, one a line: ``fn``, the function that was called;
``args``, what it was called with, where an absent argument is an undefined one; ``expect``, what it
gave, ``null`` for no value and ``{"throws": CODE}`` for a failure. ``adapters`` says, function by
function, which call of vagus answers the same question. An adapter translates words and shapes,
and the foreign configuration where there is one; it never touches a result.

Every case must give what it expects, or fall under a rule of ``deviations.toml``: a way in which
vagus is meant to differ, for a reason. ``deviations.py`` holds, for each rule, the predicate that
recognises its cases and checks the better result, so that a wrong result falls under no rule. All
rules together must cover less than 5 % of an area.

A sequence is a whole history of calls. It is played as input: the adapter checks what vagus
promises on every step, and where the calls that follow differ from the recorded ones, a rule
explains the difference. Sequences do not count for the 5 %.

A case may say which versions (``ver``) of the recorded system gave its result. Of several answers
to one question, in one area, only the newest version's counts.

Run it on other cases of the same form by naming their directory in ``VAGUS_VECTORS``::

    VAGUS_VECTORS=/path/to/cases python -m pytest tests_py/conformance

The first word of a file's name is its area. An area without any adapter is reported and skipped;
a function without one, in an area that has others, is a failure.
"""
