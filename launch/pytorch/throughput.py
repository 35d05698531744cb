"""Images per second of whole training steps in PyTorch on the CPU, on noise: one JSON object on stdout.

    taskset -c 0 python throughput.py --model shake26-2x64d [--compile] [--bf16]
    torchrun --nproc_per_node 2 throughput.py --model shake26-2x64d --ddp --cores 0,1 [--compile]

Forward, cross-entropy, backward and AdamW, channels last. With --ddp: DistributedDataParallel over gloo with the
optimizer's state sharded (ZeroRedundancyOptimizer), a core a rank; a step ends when all ranks have ended it.
"""

import argparse
import json
import os
import re
import statistics
import time

import torch
import torch.nn.functional as F
from models import MODELS

WARM_UP = 2  # steps; torch.compile compiles in the first


def peak_rss_mib():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1]) / 1024


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", default="shake26-2x64d", choices=MODELS)
parser.add_argument("--batch-size", type=int, default=128, help="global batch")
parser.add_argument("--steps", type=int, default=4, help=f"timed steps, after {WARM_UP} others")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--bf16", action="store_true", help="torch.autocast to bfloat16")
parser.add_argument("--compile", action="store_true", help="torch.compile")
parser.add_argument("--ddp", action="store_true")
parser.add_argument("--cores", help="with --ddp: the core of each rank, such as 0,1")
options = parser.parse_args()

torch.set_num_threads(options.threads)
net = MODELS[options.model]().to(memory_format=torch.channels_last)
parameters = sum(p.numel() for p in net.parameters())
rank, ranks = 0, 1
if options.ddp:
    import torch.distributed as dist
    from torch.distributed.optim import ZeroRedundancyOptimizer
    from torch.nn.parallel import DistributedDataParallel

    dist.init_process_group("gloo")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    if options.cores:  # the thread that computes; gloo's threads, which exist by now, use whatever core is idle
        os.sched_setaffinity(0, {int(options.cores.split(",")[rank])})
    net = DistributedDataParallel(net)
    optimizer = ZeroRedundancyOptimizer(
        net.parameters(), optimizer_class=torch.optim.AdamW, lr=1e-3, weight_decay=0.01
    )
else:
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01, fused=True)
if options.compile:
    net = torch.compile(net)

if options.batch_size % ranks:
    parser.error(f"--batch-size {options.batch_size} cannot be divided among {ranks} ranks")
samples = options.batch_size // ranks
images = torch.randn(samples, 3, 32, 32).contiguous(memory_format=torch.channels_last)
labels = torch.randint(0, 10, (samples,))
seconds = []
for _ in range(WARM_UP + options.steps):
    begin = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bf16):
        loss = F.cross_entropy(net(images), labels)
    loss.backward()
    optimizer.step()
    if options.ddp:
        dist.barrier()
    seconds.append(time.perf_counter() - begin)

peak = torch.tensor(peak_rss_mib())
if options.ddp:
    dist.all_reduce(peak, dist.ReduceOp.MAX)
if rank == 0:
    median = statistics.median(seconds[WARM_UP:]) if options.steps else None
    onednn = re.search(r"(?:MKL-DNN|oneDNN) v(\S+)", torch.__config__.show())
    result = {
        "images_per_s": options.batch_size / median if median else None,
        "median_s": median,
        "model": options.model,
        "batch_size": options.batch_size,
        "ranks": ranks,
        "threads": options.threads,
        "bf16": options.bf16,
        "compile": options.compile,
        "parameters": parameters,
        "peak_rss_mib": round(peak.item(), 1),
        "torch": torch.__version__,
        "onednn": onednn[1] if onednn else None,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
    }
    print(json.dumps(result), flush=True)
if options.ddp:
    dist.barrier()
    # Not through the interpreter's end: gloo's threads are aborted there now and then ("terminate called without an active exception").
    os._exit(0)
