"""Seconds of one training step in PyTorch, on the network, batch and optimiser of the benchmark `training`.

usage: python3 training_step.py <batch> <steps> <threads>
Debian packages: python3-torch, libopenblas0-pthread.
"""
import statistics
import sys
import time

import torch
from torch import nn

batch, steps, threads = (int(argument) for argument in sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
network = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
loss = nn.CrossEntropyLoss()
images = torch.randn(steps, batch, 1, 28, 28)
labels = torch.randint(0, 10, (steps, batch))
times = []
for step in range(steps):
    start = time.perf_counter()
    optimizer.zero_grad()
    loss(network(images[step]), labels[step]).backward()
    optimizer.step()
    times.append(time.perf_counter() - start)
print(statistics.median(times[steps // 10:]))
