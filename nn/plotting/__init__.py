"""Pictures with matplotlib, which the first one imports.

Read ``regions``, ``figures``, ``paths``, ``histograms``, ``live``.
"""

from .figures import plot_activations as plot_activations
from .figures import plot_confusion_matrix as plot_confusion_matrix
from .figures import plot_curves as plot_curves
from .figures import plot_decision_boundary as plot_decision_boundary
from .figures import plot_history as plot_history
from .figures import plot_images as plot_images
from .figures import plot_tables as plot_tables
from .histograms import bars as bars
from .histograms import by_layer as by_layer
from .histograms import plot_gradients as plot_gradients
from .histograms import plot_weights as plot_weights
from .live import Live as Live
from .paths import Film as Film
from .paths import film_paths as film_paths
from .paths import plot_paths as plot_paths
