"""What every process of a run executes: RANK COUNT PORT CHECKPOINT PAUSE.  Writes epochs, then all losses."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import jax

import nn


def main(rank: int, count: int, port: str, checkpoint: str, pause: float) -> None:
    if count > 1:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(f"127.0.0.1:{port}", count, rank, heartbeat_timeout_seconds=20)
    X, y = nn.make_moons(61, seed=1)
    model = nn.MLP(2, [8, 1], seed=1)

    def tell(training: Any) -> None:
        sys.stdout.write(f"epoch {training.epoch}\n")
        sys.stdout.flush()
        time.sleep(pause)

    history = nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.02), epochs=8, batch_size=20,
        seed=3, engine="jax", progress=False, checkpoint=checkpoint, resume=True, callbacks=[tell],
    )  # fmt: skip
    sys.stdout.write(json.dumps(history["loss"]) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5]))
