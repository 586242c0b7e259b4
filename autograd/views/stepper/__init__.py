"""How can one step through a graph?  Read `stepper` first."""

from autograd.views.stepper.stepper import Stepper as Stepper
from autograd.views.stepper.stepper import stepper as stepper
