"""Trains the digit reader's network and exports it as ONNX. Seeded; needs PyTorch 1.13 and NumPy, nothing else.

usage: train.py <digits-fit.npz> <digits-test.npz> <digits.onnx>
"""

import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn.utils import fusion

import onnx_names

SEED = 1
EPOCHS = 8
BATCH = 100
PEAK_RATE = 4e-3


def block(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)


class DigitReader(nn.Module):
    """Five 3x3 convolutions and a linear layer, 135,000 parameters. Pixels come in as value / 255."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = block(1, 16)
        self.conv2, self.norm2 = block(16, 32)
        self.conv3, self.norm3 = block(32, 64)
        self.conv4, self.norm4 = block(64, 64)
        self.conv5, self.norm5 = block(64, 128)
        self.relu1, self.relu2, self.relu3, self.relu4, self.relu5 = (nn.ReLU() for _ in range(5))
        self.pool1, self.pool3 = nn.MaxPool2d(2), nn.MaxPool2d(2)
        self.average, self.flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()
        self.classifier = nn.Linear(128, 10)

    def forward(self, image):
        x = self.pool1(self.relu1(self.norm1(self.conv1(image))))
        x = self.relu2(self.norm2(self.conv2(x)))
        x = self.pool3(self.relu3(self.norm3(self.conv3(x))))
        x = self.relu4(self.norm4(self.conv4(x)))
        x = self.relu5(self.norm5(self.conv5(x)))
        return self.classifier(self.flatten(self.average(x)))

    def fold_norms(self):
        """What a deployed network looks like: each batch normalisation inside the convolution before it."""
        self.eval()
        for i in range(1, 6):
            conv, norm = getattr(self, f"conv{i}"), getattr(self, f"norm{i}")
            setattr(self, f"conv{i}", fusion.fuse_conv_bn_eval(conv, norm))
            setattr(self, f"norm{i}", nn.Identity())


def load(path):
    with np.load(path) as digits:
        images = torch.from_numpy(digits["images"]).float() / 255
        return images, torch.from_numpy(digits["labels"])


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return hits / len(labels)


def fit(model, images, labels):
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=1e-2)
    steps = EPOCHS * (len(labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        model.train()
        start, total = time.time(), 0.0
        for batch in torch.randperm(len(labels)).split(BATCH):
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total * BATCH / len(labels):.4f}, {time.time() - start:.0f} s", flush=True)


def main(fit_path, test_path, onnx_path):
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    model = DigitReader()
    fit(model, *load(fit_path))
    images, labels = load(test_path)
    print(f"test accuracy {accuracy(model, images, labels):.2%}")
    model.fold_norms()
    print(f"test accuracy {accuracy(model, images, labels):.2%} with the norms folded")
    torch.onnx.export(
        model, images[:1], onnx_path, opset_version=13,
        input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}})
    onnx_names.shorten(onnx_path)


if __name__ == "__main__":
    main(*sys.argv[1:])
