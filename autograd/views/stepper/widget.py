"""How does Python read and set the step that is shown?  The front end as an anywidget, with `order` and `position`.

Read `passes` and `front_end` first.  The page in a frame needs no kernel; this widget needs one, and in return a
notebook can read which step is shown, or set it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.packages import how_to_install
from autograd.views.stepper.front_end import scripts, style
from autograd.views.stepper.passes import PASSES

if TYPE_CHECKING:
    from autograd.views.stepper.passes import Passes

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


def make_widget(passes: Passes, data: dict[str, Any]) -> Any:
    """A stepper as a widget; `data` is what the front end shows.  Raises ImportError if anywidget is not installed."""
    try:
        import anywidget  # noqa: F401
    except ImportError as error:
        cure = how_to_install("anywidget", "pip install 'chalkgrad[notebook]'")
        raise ImportError(
            f"stepper.widget needs anywidget: {cure}; or display the stepper itself, which needs no widget"
        ) from error
    return _widget_class()(passes, data)


@cache
def _widget_class() -> Any:
    """The class is made when it is first used, so that `import autograd` needs the standard library only."""
    import anywidget
    import traitlets

    class StepperWidget(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore] # its type is Any if anywidget is missing
        """A stepper whose `order` and `position` are those on the screen, and can be set."""

        _esm = scripts() + _RENDER
        _css = style()
        data = traitlets.Dict().tag(sync=True)
        order = traitlets.Enum(PASSES).tag(sync=True)
        position = traitlets.Int(0).tag(sync=True)

        def __init__(self, passes: Passes, data: dict[str, Any]) -> None:
            self._passes = passes
            super().__init__(data=data, order=passes.order)

        @property
        def last(self) -> int:
            """The position at which the pass is complete."""
            return self._passes.last(str(self.order))

        @property
        def step(self) -> Any:
            """The record of the step that is shown; None before the first, and at a backward pass's seed."""
            return self._passes.step(str(self.order), int(self.position))

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
