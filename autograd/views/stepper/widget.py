"""How does Python read and set the step that is shown?  The front end as an anywidget, with `order` and `position`.

Read `autograd.views.stepper` first.  The page in a frame needs no kernel; this widget needs one, and in return a notebook
can ask which step its reader has reached, or lead the reader through the graph.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.views.stepper.stepper import Stepper

_RENDER = """
export default {
  render({model, el}) {
    const data = {...model.get("data"), order: model.get("order"), position: model.get("position")};
    const root = document.createElement("div");
    el.append(root);
    const light = document.body.dataset.jpThemeLight;  // JupyterLab's own theme
    if (light) root.dataset.theme = light === "true" ? "light" : "dark";
    const view = createStepper(root, data, (order, position) => {
      model.set("order", order);
      model.set("position", position);
      model.save_changes();
    });
    const follow = () => {
      const shown = view.state();
      if (model.get("order") !== shown.order || model.get("position") !== shown.position)
        view.show(model.get("order"), model.get("position"));
    };
    model.on("change:position", follow);
    model.on("change:order", follow);
  },
};
"""


def make_widget(stepper: Stepper) -> Any:
    """The stepper as a widget.  Raises ImportError where anywidget is not installed."""
    try:
        import anywidget  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "stepper.widget: anywidget is not installed; run pip install 'chalkgrad[notebook]', or display the stepper "
            "itself, which needs no widget"
        ) from error
    return _widget_class()(stepper)


@cache
def _widget_class() -> Any:
    """The class is made when it is first asked for, so that `import autograd` needs the standard library only."""
    import anywidget
    import traitlets

    from autograd.views.stepper.stepper import FRONT_END, PASSES, source

    class StepperWidget(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore] # without anywidget its type is Any
        """A stepper whose `order` and `position` are those that the reader sees, and can be set."""

        _esm = "".join(map(source, FRONT_END)) + _RENDER
        _css = source("stepper.css")
        data = traitlets.Dict().tag(sync=True)
        order = traitlets.Enum(PASSES).tag(sync=True)
        position = traitlets.Int(0).tag(sync=True)

        def __init__(self, stepper: Stepper) -> None:
            self._stepper = stepper
            super().__init__(data=stepper.data(), order=stepper.order)

        @property
        def last(self) -> int:
            """The position at which the pass is done."""
            return self._stepper.last(str(self.order))

        @property
        def step(self) -> Any:
            """The record of the step that is shown; None before the first, and at a backward pass's seed."""
            return self._stepper.step(str(self.order), int(self.position))

        @traitlets.validate("position")
        def _within_the_pass(self, proposal: Any) -> int:
            position: int = proposal["value"]
            if not 0 <= position <= self.last:
                raise ValueError(f"position must be from 0 to {self.last} in the order {self.order!r}, got {position}")
            return position

        @traitlets.observe("order")
        def _within_the_new_pass(self, change: Any) -> None:
            self.position = min(self.position, self.last)

    return StepperWidget
