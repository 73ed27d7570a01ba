#!/usr/bin/python3
"""torch_peer.py NET BATCH THREADS SECONDS   Training speed of one net of `thimble bench train` in PyTorch: forward, backward and
Adam on made-up data, the better of both memory layouts; prints "best mean", samples per second.  For compare-torch.sh;
the project itself needs no Python."""
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F


def norm(i, o, k, s, p, groups=1):
    return nn.Sequential(nn.Conv2d(i, o, k, s, p, groups=groups, bias=False), nn.BatchNorm2d(o), nn.ReLU(True))


def separable(i, o, s=1):
    return [norm(i, i, 3, s, 1, i), norm(i, o, 1, 1, 0)]


class Block(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.a = norm(i, o, 3, s, 1)
        self.b = nn.Sequential(nn.Conv2d(o, o, 3, 1, 1), nn.BatchNorm2d(o))
        self.short = nn.Conv2d(i, o, 1, s) if s > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.b(self.a(x)) + self.short(x))


class Gesture(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(3, 8, 4, padding=2), nn.Conv1d(8, 16, 4, padding=2)
        self.c, self.d = nn.Linear(224, 16), nn.Linear(16, 4)

    def forward(self, x):
        x = F.dropout(F.max_pool1d(F.relu(self.a(x)[:, :, :128]), 3), 0.1)
        x = F.dropout(F.max_pool1d(F.relu(self.b(x)[:, :, :42]), 3), 0.1)
        return self.d(F.dropout(F.relu(self.c(torch.flatten(x, 1))), 0.1))


def tiny_conv():
    return nn.Sequential(nn.Conv2d(1, 8, (10, 8), 2, (5, 3)), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(4000, 4))


def ds_cnn():
    blocks = [layer for _ in range(4) for layer in separable(64, 64)]
    return nn.Sequential(norm(1, 64, (10, 4), 2, (5, 1)), nn.Dropout(0.2), *blocks, nn.Dropout(0.4),
                         nn.AvgPool2d((25, 5)), nn.Flatten(), nn.Linear(64, 12))


def mobilenet():
    layers, c = [norm(3, 8, 3, 2, 1)], 8
    for o, s in [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)] + [(128, 1)] * 5 + [(256, 2), (256, 1)]:
        layers, c = layers + separable(c, o, s), o
    return nn.Sequential(*layers, nn.AvgPool2d(3), nn.Flatten(), nn.Linear(256, 2))


def resnet():
    return nn.Sequential(norm(3, 16, 3, 1, 1), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), nn.AvgPool2d(8),
                         nn.Flatten(), nn.Linear(64, 10))


def autoencoder():
    sizes, layers = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128], []
    for i, o in zip(sizes, sizes[1:]):
        layers += [nn.Linear(i, o), nn.BatchNorm1d(o), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.Linear(128, 640))


def sine():
    return nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))


# name: how to make it, shape of a sample, classes (0: gives back its input, -1: the sine of it)
NETS = {"tiny-conv": (tiny_conv, (1, 49, 40), 4), "ds-cnn": (ds_cnn, (1, 49, 10), 12),
        "mobilenet-v1-0.25-96": (mobilenet, (3, 96, 96), 2), "resnet-8": (resnet, (3, 32, 32), 10),
        "autoencoder": (autoencoder, (640,), 0), "gesture": (Gesture, (3, 128), 4), "sine": (sine, (1,), -1)}


def speed(net, batch, layout, seconds):
    make, shape, classes = NETS[net]
    model, x = make().to(memory_format=layout), torch.randn((batch,) + shape)
    if len(shape) == 3:
        x = x.to(memory_format=layout)
    y = torch.randint(0, classes, (batch,)) if classes > 0 else x if classes == 0 else torch.sin(x)
    loss = nn.CrossEntropyLoss() if classes > 0 else nn.MSELoss()
    adam = torch.optim.Adam(model.parameters(), 1e-3, foreach=True)

    def steps(n):
        begin = time.perf_counter()
        for _ in range(n):
            adam.zero_grad(set_to_none=True)
            loss(model(x), y).backward()
            adam.step()
        return time.perf_counter() - begin

    steps(2)
    best, spent, done, one = 1e9, 0.0, 0, steps(1)
    while spent < seconds or done < 3:
        n = max(1, int(0.03 / one))
        took = steps(n)
        spent, done, one = spent + took, done + n, took / n
        best = min(best, one)
    return batch / best, batch * done / spent


def main():
    net, batch, threads, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    layouts = [torch.contiguous_format] + ([torch.channels_last] if len(NETS[net][1]) == 3 else [])
    rates = [speed(net, batch, layout, seconds / len(layouts)) for layout in layouts]
    print("%.0f %.0f" % (max(r[0] for r in rates), max(r[1] for r in rates)))


main()
