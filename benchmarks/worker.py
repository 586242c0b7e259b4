"""One engine in a process of its own: does one measurement each time it is told to.

Started by eager.py as `python worker.py '{"task": "moons", "variant": "micrograd", ...}'`. It answers each line on
standard input with one line of JSON on standard output, so that two engines can be timed in turn while neither one's
garbage, caches or collector thresholds touch the other.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import workloads

Answer = dict[str, float | int | str]


def timed(step: workloads.Step) -> Callable[[], Answer]:
    def measure() -> Answer:
        start = time.process_time()  # of this process alone, whatever else the machine does
        result = step()
        return {"seconds": time.process_time() - start, "result": result}

    return measure


def memory(variant: str, samples: int) -> Answer:
    """Live bytes a node of one loss graph: as Python counts; resident memory for PyTorch, whose nodes it cannot see."""
    _, loss_graph = workloads.moons_step(variant, samples)
    loss = loss_graph()  # once unmeasured, for what is made on first use
    if variant == "torch":
        nodes, before = workloads.count_nodes(loss), resident_bytes()
        graphs = [loss_graph() for _ in range(4)]
        grown = (resident_bytes() - before) / len(graphs)
        return {"bytes_per_node": grown / nodes, "nodes": nodes, "how": "resident"}
    value_class = type(loss)
    del loss
    gc.collect()
    leaves = workloads.count_live(value_class)
    tracemalloc.start()
    loss = loss_graph()
    live, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    nodes = workloads.count_live(value_class) - leaves
    del loss  # until here it kept the graph alive
    return {"bytes_per_node": live / nodes, "nodes": nodes, "how": "tracemalloc"}


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def garbage(variant: str, samples: int) -> Answer:
    """How many objects a step leaves behind that only the cyclic collector can free."""
    step, _ = workloads.moons_step(variant, samples)
    step()
    gc.collect()
    gc.disable()
    step()
    return {"unreachable": gc.collect()}


def chain(variant: str, length: int) -> Answer:
    """Seconds to build, backpropagate and free a chain of additions, at the default recursion limit."""
    gc.collect()
    answer: Answer = {"length": length}
    start, phase = time.process_time(), ""
    try:
        for next_phase in workloads.chain(variant, length):
            now = time.process_time()
            if phase:
                answer[phase] = now - start
            start, phase = now, next_phase
    except RecursionError:
        answer["error"] = "RecursionError"
    return answer


def measurement(task: str, variant: str, size: int) -> Callable[[], Answer]:
    if task == "moons":
        return timed(workloads.moons_step(variant, size)[0])
    if task == "readme":
        return timed(workloads.readme_step(variant))
    tasks: dict[str, Callable[[str, int], Answer]] = {"memory": memory, "garbage": garbage, "chain": chain}
    return lambda: tasks[task](variant, size)


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    measure = measurement(order["task"], order["variant"], order["size"])
    if not order["collector"]:
        gc.disable()
    for _ in sys.stdin:
        print(json.dumps(measure()), flush=True)


if __name__ == "__main__":
    main()
