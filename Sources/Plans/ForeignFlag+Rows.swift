extension ForeignFlag {
  /// The names, without dashes and in small letters, and what to say of them.
  package static let rows: [(names: String, answer: String)] =
    dataRows + trainingRows + optimizerRows + scheduleRows + machineRows + outputRows

  private static let dataRows = [
    (
      "data-path data-dir dataset dataset-dir root train-dir train-data",
      "here it is --data, a folder of images"
    ),
    ("dummy fake-data", "here it is --data synthetic, the images that are built in"),
    (
      "val-split validation-split val-size val-ratio val-frac valid-fraction valid-size",
      "here it is --val-fraction, the part of the training images that is held out"
    ),
    (
      "a arch architecture net network model-name backbone",
      "here it is --model"
    ),
    (
      "num-classes nb-classes in-chans crop-size train-crop-size val-crop-size val-resize-size "
        + "train-crop-pct crop-pct",
      "here classes and channels follow from the images of --data, which get --image-size"
    ),
    ("input-size img-size", "here it is --image-size"),
    ("mean std norm", "here it is --normalize MEAN,.../DEVIATION,... on the 0...255 scale"),
    (
      "aa auto-augment autoaugment ra-magnitude ra-sampler ra-reps augmix-severity vflip aug-repeats "
        + "aug-splits randaugment trivial-augment train-interpolation interpolation",
      "here it is not there; --augment takes a list of crops, flip, color-jitter, erasing and others"
    ),
    (
      "color-jitter",
      "here it is --augment with color-jitter:BRIGHTNESS:CONTRAST:SATURATION in its list"
    ),
    ("hflip", "here it is --augment with flip in its list"),
    ("scale ratio", "here it is --augment with resized-crop:LEAST:MOST:FROM:TO in its list"),
    ("no-aug no-augment", "here it is --augment none"),
    (
      "reprob remode recount random-erase random-erasing erasing",
      "here it is --augment with erasing:PROBABILITY in its list; --cutout N takes a square of N×N "
        + "pixels from every image"
    ),
    (
      "mixup mixup-alpha mixup-prob mixup-mode mixup-off-epoch cutmix cutmix-alpha cutmix-minmax",
      "here it is --augment with mixup:ALPHA or cutmix:ALPHA at the end of its list"
    ),
    ("tta test-time-augmentation", "here it is --tta flip of eval"),
    ("label-smoothing label-smoothing-factor ls", "here it is --smoothing"),
    ("loss bce-loss jsd-loss criterion", "here the loss is cross-entropy"),
    (
      "drop dropout drop-path drop-connect drop-block",
      "here dropout is a part of the network that --model names"
    ),
  ]

  private static let trainingRows = [
    (
      "b batch bs batchsize train-batch-size per-device-train-batch-size mini-batch minibatch "
        + "batch-size-per-gpu batch-size-per-rank",
      "here it is --batch-size, which counts the GLOBAL batch, over all ranks together"
    ),
    (
      "vb validation-batch-size test-batch-size eval-batch-size val-batch-size "
        + "per-device-eval-batch-size",
      "here an evaluation needs none: its size changes nothing"
    ),
    (
      "epoch num-epochs n-epochs max-epochs num-train-epochs n-epoch ep nb-epoch",
      "here it is --epochs"
    ),
    (
      "max-steps num-steps n-steps iterations max-iter max-iters iters train-steps",
      "here it is --steps, which stops early and leaves the schedule as it is; --epochs sets that"
    ),
    (
      "s manual-seed manualseed random-seed random-state seed-everything worker-seeding",
      "here it is --seed, the one key of every random draw"
    ),
    (
      "use-deterministic-algorithms deterministic cudnn-deterministic benchmark",
      "here every run is deterministic, on any number of ranks and threads"
    ),
    (
      "grad-accum-steps gradient-accumulation-steps accum accum-steps accum-iter iter-size "
        + "accumulate-grad-batches",
      "here it is --accumulate, which takes the same batch in rounds; --batch-size stays the whole"
    ),
    (
      "model-ema model-ema-decay model-ema-steps ema-decay model-ema-warmup",
      "here it is --ema with its decay, such as --ema 0.999"
    ),
    (
      "sync-bn dist-bn sync-batchnorm split-bn syncbn",
      "here --bn batch, the default, takes BatchNorm over the global batch of all ranks"
    ),
    (
      "start-epoch no-resume-opt auto-resume resume-from-checkpoint ckpt-path",
      "here it is --resume RUN, or --resume auto with --output"
    ),
    (
      "pretrained initial-checkpoint weights load load-model finetune pretrained-path ckpt",
      "here training starts from weights drawn by --seed; it cannot take others yet"
    ),
    (
      "e evaluate test-only eval-only test validate-only",
      "here it is a command: adamw-ddp eval RUN"
    ),
  ]

  private static let optimizerRows = [
    ("optimizer optim optimiser optimizer-name", "here it is --opt"),
    (
      "learning-rate base-lr init-lr initial-lr lr-base",
      "here it is --lr, which is not scaled with the batch"
    ),
    (
      "wd w-decay decay weightdecay lambda adamw-weight-decay",
      "here it is --weight-decay, λ of the paper, which only the dialects pytorch, keras and optax "
        + "take times the learning rate; adamw-ddp explain translates"
    ),
    (
      "l2-reg l2-penalty l2-regularization regularization kernel-regularizer weight-l2",
      "here it is --l2, which adds this times θ to the gradient (Keras' l2(k) is --l2 2k)"
    ),
    (
      "norm-weight-decay bias-weight-decay no-bias-decay exclude-from-weight-decay "
        + "no-weight-decay-on-bn bn-wd transformer-embedding-decay layer-decay",
      "here they are --no-decay norm,bias, or --decay-scale with a factor for each kind of tensor"
    ),
    ("mom sgd-momentum", "here it is --momentum"),
    (
      "beta1 beta2 beta-1 beta-2 betas adam-beta1 adam-beta2 adam-betas",
      "here it is --opt-betas with both, such as --opt-betas 0.9,0.999"
    ),
    ("eps epsilon adam-epsilon adam-eps", "here it is --opt-eps"),
    ("rho alpha smoothing-constant", "here RMSprop's and AdaDelta's is --opt-rho; α is --lr"),
    (
      "clip clip-norm clipnorm global-clipnorm clip-grad-norm max-grad-norm max-norm grad-clip "
        + "grad-norm gradient-clip gradient-clip-val clip-gradients",
      "here it is --clip-grad, the norm over all tensors and ranks"
    ),
    (
      "clip-mode clipvalue clip-value gradient-clip-algorithm",
      "here gradients are clipped by their norm alone, with --clip-grad"
    ),
    (
      "algorithmtype te tmult widenfactor nepochs lrshape lrdec irun forwardshake backwardshake "
        + "shakeimage",
      "here the commands of the authors' README are presets, such as --preset authors-readme-adamw"
    ),
  ]

  private static let scheduleRows = [
    (
      "scheduler lr-scheduler lr-scheduler-type lr-schedule schedule lr-policy lr-decay lr-shape",
      "here it is --sched"
    ),
    (
      "warmup warm-up lr-warmup-epochs warmup-epoch warmup-steps warmup-ratio lr-warmup-steps "
        + "num-warmup-steps warmup-iters",
      "here it is --warmup-epochs, whole epochs that are part of --epochs"
    ),
    (
      "warmup-lr warmup-lr-init lr-warmup-decay lr-warmup-method warmup-prefix",
      "here --warmup-epochs rises in a straight line, as part of --epochs"
    ),
    (
      "min-lr lr-min cooldown-epochs",
      "here cosine ends at 0, and --eta-min is the least multiplier of --sched warm-restarts"
    ),
    (
      "decay-epochs decay-milestones milestones lr-step-size step-size lr-steps lr-decay-epochs "
        + "lr-milestones",
      "here it is --step-epochs with every epoch, for --sched step"
    ),
    (
      "decay-rate lr-gamma gamma lr-decay-rate lr-decay-factor",
      "here it is --step-factor, for --sched step"
    ),
    ("t-0 t0 lr-cycle-epochs cycle-epochs", "here it is --restart-epochs"),
    ("t-mult lr-cycle-mul cycle-mult", "here it is --restart-mult"),
    (
      "patience patience-epochs early-stopping early-stopping-patience es-patience",
      "here it is --early-stop, counted in evaluations"
    ),
  ]

  private static let machineRows = [
    (
      "j workers num-workers nworkers n-workers dataloader-num-workers",
      "here the threads of a rank read its images, too: --threads"
    ),
    (
      "num-threads nthreads n-threads cpus cores intra-op-threads omp-num-threads",
      "here it is --threads, of each rank"
    ),
    (
      "gpu gpus device devices cuda no-cuda no-mps no-accel ngpu accelerator gpu-id use-gpu",
      "here everything runs on CPUs: --threads of a rank, and mpirun -n for the ranks"
    ),
    (
      "amp native-amp apex-amp amp-dtype fp16 bf16 half precision mixed-precision dtype model-dtype",
      "here everything is computed in 32-bit floats"
    ),
    (
      "n np world-size nproc-per-node nnodes node-rank rank local-rank ranks dist-url dist-backend "
        + "dist multiprocessing-distributed distributed-backend strategy num-nodes master-addr",
      "here the launcher says how many ranks: mpirun -n 8 adamw-ddp train"
    ),
    ("zero-stage fsdp sharded zero-1", "here it is --zero 1, the default"),
    (
      "torchcompile compile torchscript jit channels-last pin-mem pin-memory no-prefetcher "
        + "fast-norm fuser cache-dataset prefetch-factor persistent-workers",
      "here there is nothing to switch on: kernels are chosen for the CPU (--kernels, --conv)"
    ),
    ("profiler trace torch-profiler", "here it is --profile FILE"),
  ]

  private static let outputRows = [
    (
      "o out output-dir outdir out-dir save-dir save-path logdir log-dir work-dir experiment "
        + "run-name exp-name name default-root-dir",
      "here it is --output, the folder of this run and no other"
    ),
    ("c cfg config-file yaml", "here it is --config"),
    ("recipe", "here it is --preset"),
    (
      "p print-freq log-interval log-freq log-steps logging-steps print-every log-every-n-steps",
      "here it is --log-every, in steps"
    ),
    (
      "val-interval eval-interval eval-freq eval-steps validation-freq val-freq "
        + "check-val-every-n-epoch",
      "here it is --eval-every, in epochs"
    ),
    (
      "checkpoint-hist recovery-interval save-freq save-every save-interval save-steps "
        + "save-total-limit save-model",
      "here the last model is saved always and the best with --save-best; no others yet"
    ),
    ("save-best-only", "here it is --save-best, beside the last model"),
    (
      "wandb log-wandb use-wandb tensorboard report-to logger",
      "here every run writes metrics.csv and metrics.jsonl, and nothing is sent anywhere"
    ),
    ("force exist-ok overwrite-output-dir", "here it is --overwrite"),
    ("q silent", "here it is --quiet"),
    ("v verbose", "here all is said unless --quiet is"),
    ("dry-run print-config show-config", "here it is --print-plan"),
  ]
}
