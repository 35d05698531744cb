#!/usr/bin/env bash
# Whether two adamw-ddp programs train, keep and evaluate the same bits: each row below is a tiny run of both.
usage='usage: [DATA=FOLDER] Tests/same-bits.sh OLD NEW [--quick] [--only WORD]

OLD and NEW are two adamw-ddp programs. A row trains a few steps with both; the digest, losses and accuracies that
they print and every tensor that they save must be equal. Where the row says so, NEW does it once more: on three
ranks, from the plan.yaml that OLD left, or evaluating the run that OLD left. DATA is a folder of CIFAR-10 binaries
for the rows that read files; without it they take the built-in images.

  --quick      a part of the rows, in less than a minute
  --only WORD  the rows whose names have this word in them (a pattern of grep -E)

Exit codes: 0 all the same, 1 some differ, 64 wrong usage.'
set -euo pipefail

stop() {
  printf 'same-bits: %s\n' "$1" >&2
  exit 64
}

programs=() quick='' only=''
while (($#)); do
  case $1 in
    -h | --help) echo "$usage" && exit ;;
    --quick) quick=1 ;;
    --only) (($# > 1)) || stop '--only needs a word.'; only=$2 && shift ;;
    -*) stop "unknown option $1; --help lists them." ;;
    *) programs+=("$1") ;;
  esac
  shift
done
((${#programs[@]} == 2)) || stop "expected two programs, OLD and NEW, not ${#programs[@]}; --help says more."
for program in "${programs[@]}"; do
  [[ -f $program && -x $program ]] || stop "$program is not a program."
done
old=$(realpath "${programs[0]}") new=$(realpath "${programs[1]}")
data=synthetic
[[ -z ${DATA:-} ]] || data=$(realpath "$DATA")
[[ $data == synthetic || -f $data/test_batch.bin ]] || stop "DATA=$DATA has no test_batch.bin."
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# facts FILE: what a JSON object says of bits, a line each. Older programs call the images held out test, which newer ones
# evaluate on beside; so of these figures those of the run's own choice count.
facts() {
  local keys='digest|state|steps|stopped_early|train_(loss|accuracy)' part=test
  ! grep -qE '"val_accuracy" *: *[0-9]' "$1" || part=val
  { grep -oE "\"(($keys)|(ema_)?${part}_(loss|accuracy5?))\" *: *[^,}]*" "$1" || true; } |
    sed -E 's/^"(ema_)?val_/"\1test_/' | sort
}

# tensors FOLDER: a line for each safetensors file in it: its header but for metadata and padding, then its values,
# as one sum.
tensors() {
  local file length
  (cd "$1" && find . -name '*.safetensors' -not -path '*/checkpoints/*' | sort) | while read -r file; do
    length=$(od -An -tu8 -N8 "$1/$file" | tr -d ' ')
    {
      head -c $((length + 8)) "$1/$file" | tail -c "$length" | sed 's/"__metadata__": *{[^}]*}//; s/ *$//'
      tail -c +$((length + 9)) "$1/$file"
    } | sha256sum | sed "s|-|$file|"
  done
}

# run FOLDER COMMAND...: runs it in FOLDER and leaves what it came to in FOLDER/result.
run() {
  local folder=$1 code=0
  mkdir -p "$folder"
  (cd "$folder" && "${@:2}" >output 2>errors) || code=$?
  if ((code)); then
    printf 'ended with %d: %s\n' "$code" "$(tail -n 3 "$folder/errors")" >"$folder/failed"
  fi
  { facts "$folder/output" && tensors "$folder"; } >"$folder/result"
}

passed=0 failed=0
# compare NAME THIS THAT: the results of two folders.
compare() {
  local reason='' folder
  for folder in "$2" "$3"; do
    if [[ -f $folder/failed ]]; then
      reason+="${folder##*/}: $(<"$folder/failed")"$'\n'
    elif ! grep -qE 'digest|test_loss' "$folder/result"; then
      reason+="${folder##*/}: no result"$'\n'
    fi
  done
  # Of each fact that differs its name, which is what stands between quotes or behind the sum.
  [[ $reason ]] || cmp -s "$2/result" "$3/result" ||
    reason="differ: $({ diff "$2/result" "$3/result" || true; } |
      sed -nE 's/^[<>] ("([a-z0-9_]+)".*|[0-9a-f]{64} *(.*))/\2\3/p' | sort -u | paste -sd ' ')"
  if [[ $reason ]]; then
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$1"
    reason=${reason%$'\n'}
    printf '        %s\n' "${reason//$'\n'/$'\n        '}"
  else
    passed=$((passed + 1))
    printf 'same    %s\n' "$1"
  fi
}

# As few images as will do: of the built-in 10,000, 40 to evaluate on; three steps.
usual=(--data synthetic --val-fraction 0.004 --batch-size 24 --epochs 4 --steps 3 --eval-every 0)
here_only=(--threads 1 --no-pin --output run --json)
ranks=(mpirun -n 3 --oversubscribe --bind-to none)

# row MARKS NAME FLAG...: both programs train; MARKS says what else: q in the quick list too, 3 on three ranks,
# p from OLD's plan.yaml, e evaluation of OLD's run; - nothing.
row() {
  local marks=$1 name=$2 train ensemble
  shift 2
  [[ ! $quick || $marks == *q* ]] || return 0
  [[ ! $only ]] || grep -qE -- "$only" <<<"$name" || return 0
  rm -rf "${here:?}"/*
  train=(train "${usual[@]}" "$@" "${here_only[@]}")
  run "$here/old" "$old" "${train[@]}" &
  run "$here/new" "$new" "${train[@]}"
  wait
  compare "$name" "$here/old" "$here/new"
  [[ ! -f $here/old/failed ]] || return 0
  if [[ $marks == *3* ]]; then
    run "$here/new-3" "${ranks[@]}" "$new" "${train[@]}"
    compare "$name, three ranks" "$here/old" "$here/new-3"
  fi
  if [[ $marks == *p* ]]; then
    run "$here/new-plan" "$new" train --config "$here/old/run/plan.yaml" "${here_only[@]}"
    compare "$name, from OLD's plan.yaml" "$here/old" "$here/new-plan"
  fi
  [[ $marks == *e* ]] || return 0
  evaluate "$name" ''
  if [[ -d $here/old/run/snapshots ]]; then
    for ensemble in average vote; do evaluate "$name" "$ensemble"; done
  fi
}

# evaluate NAME ENSEMBLE: both programs evaluate the run that OLD left.
evaluate() {
  local command=(eval "$here/old/run" --threads 1 --json)
  [[ ! $2 ]] || command+=(--ensemble "$2")
  local -a split
  for program in old new; do
    split=()
    ! grep -q -e --split < <("${!program}" eval --help 2>&1) || split=(--split val)
    run "$here/$program-eval" "${!program}" "${command[@]}" "${split[@]}"
  done
  compare "$1, evaluated${2:+, $2 of snapshots}" "$here/old-eval" "$here/new-eval"
}

# Networks. Batches of 24 leave a lane three samples, so BatchNorm's groups cross lanes.
row q3pe resnet20 --model resnet20
row - resnet32 --model resnet32
row 3 resnet18 --model resnet18 --steps 2
row q resnet20v1 --model resnet20v1
row - resnet20v2 --model resnet20v2
row 3 resnet29v2 --model resnet29v2
row q3e 'shake26-2x16d, shake-shake-image' --model shake26-2x16d
row 3 'shake26-2x16d, shake-shake-batch' --model shake26-2x16d --shake shake-shake-batch
row - 'shake26-2x16d, shake-even-image' --model shake26-2x16d --shake shake-even-image
row 3p 'shake26-2x16d, shake-keep-batch' --model shake26-2x16d --shake shake-keep-batch
row - 'shake26-2x16d, even-even-image' --model shake26-2x16d --shake even-even-image
row - 'shake26-2x32d, one lane' --model shake26-2x32d --lanes 1 --steps 2
row 3e flowers-cnn --model flowers-cnn
row q3e smallcnn --model smallcnn

# BatchNorm's groups.
row 3 'BatchNorm in groups of 12' --bn group:12 --lanes 4
row q3 'BatchNorm in groups of 4' --bn group:4 --batch-size 32 --allow-small-bn
row 3p 'BatchNorm by lane' --bn lane --lanes 3
row - 'BatchNorm by lane, shake26-2x16d' --bn lane --lanes 3 --model shake26-2x16d
row 3 'uneven lanes' --batch-size 29 --lanes 7

# Ways of computing; accumulation and sharding change no bit of a network, but they are other code.
row q3 'Winograd' --conv winograd
row - 'Winograd, resnet18' --conv winograd --model resnet18 --steps 2
row - 'Winograd, shake26-2x16d' --conv winograd --model shake26-2x16d
row q3 'direct' --conv direct
row - 'direct, resnet29v2' --conv direct --model resnet29v2
row - 'direct, flowers-cnn' --conv direct --model flowers-cnn
row q3 'accumulate 2' --bn lane --lanes 3 --accumulate 2
row - 'accumulate 3, shake26-2x16d' --bn lane --lanes 3 --accumulate 3 --model shake26-2x16d
row 3p 'accumulate 8, flowers-cnn' --bn lane --allow-small-bn --accumulate 8 --model flowers-cnn
row q3 'state on every rank' --zero 0
row 3 'state on every rank, SWATS and average' --zero 0 --opt swats --ema 0.9
for fusion in activation normalize statistics gradient-sums residual chain; do
  row - "without fusion $fusion" --no-fusion "$fusion" --model shake26-2x16d --steps 2
done
fusions=activation,normalize,statistics,gradient-sums,residual,chain
row q3 'without any fusion' --no-fusion "$fusions" --model resnet29v2 --steps 2
row - 'without any fusion, Winograd' --no-fusion "$fusions" --conv winograd
row - 'two threads' --threads 2 --model shake26-2x16d
for level in baseline avx2 avx512; do
  cpu=$level
  [[ $level != avx512 ]] || cpu=avx512f
  if [[ $level == baseline ]] || grep -qw "$cpu" /proc/cpuinfo; then
    row - "kernels $level" --kernels "$level"
    row - "kernels $level, Winograd, shake26-2x16d" --kernels "$level" --conv winograd --model shake26-2x16d
    row - "kernels $level, flowers-cnn" --kernels "$level" --model flowers-cnn
  else
    echo "skipped kernels $level: this CPU has no $cpu"
  fi
done

# Update rules and dialects, on the smallest network.
rule() { row "$1" "$2" --model smallcnn --steps 5 "${@:3}"; }
rule 3 'adamw, amsgrad' --opt adamw --amsgrad --opt-betas 0.8,0.99 --opt-eps 1e-6
rule - 'adamw, authors' --opt adamw --dialect authors
rule q 'adamw, pytorch' --opt adamw --dialect pytorch
rule - 'adamw, keras' --opt adamw --dialect keras --amsgrad
rule - 'adamw, tfa' --opt adamw --dialect tfa --weight-decay 1e-4
rule - 'adamw, optax' --opt adamw --dialect optax
rule q3 'adam, L2' --opt adam --l2 1e-3
rule - 'adam, keras, amsgrad' --opt adam --dialect keras --amsgrad
rule q3 'sgdw, nesterov' --opt sgdw --nesterov --weight-decay-norm 0.05
rule - 'sgdw, authors' --opt sgdw --dialect authors --momentum 0.8
rule - 'sgdw, tfa' --opt sgdw --dialect tfa --weight-decay 1e-4
rule - 'sgdw, optax' --opt sgdw --dialect optax
rule 3 'sgd, nesterov, L2' --opt sgd --nesterov --momentum 0.8 --l2 5e-4
rule - 'sgd, pytorch, dampening' --opt sgd --dialect pytorch --dampening 0.1
rule - 'sgd, keras, no momentum' --opt sgd --dialect keras --momentum 0
rule q3 adagrad --opt adagrad --initial-accumulator 0.05
rule - 'adagrad, keras' --opt adagrad --dialect keras
rule q3 'rmsprop, centered' --opt rmsprop --centered --momentum 0.9
rule - 'rmsprop, keras' --opt rmsprop --dialect keras --momentum 0.5
rule - 'rmsprop, optax, centered' --opt rmsprop --dialect optax --centered --opt-rho 0.8
rule q3 adadelta --opt adadelta --opt-rho 0.8
rule - 'adadelta, keras' --opt adadelta --dialect keras
rule q3p swats --opt swats --swats-tolerance 1e-3
rule 3 'swats that switches' --opt swats --swats-tolerance 1e9
rule 3 maximize --opt sgd --maximize --lr 1e-3

# What else happens to gradients and weights.
row q3p 'clipping and a moving average' --clip-grad 0.5 --ema 0.9
row 3 'decay and L2 by group' --weight-decay 5e-4 --l2 1e-3 --no-decay norm,bias --no-l2 norm
row 3p 'factors by group' --lr-scale bias=2,norm=0.5 --decay-scale dense=0.5 --opt sgdw --clip-grad 1
row - 'strong decay' --weight-decay 0.05 --allow-strong-decay
row q 'label smoothing' --smoothing 0.1
row - 'another seed' --seed 12345678901

# Schedules, evaluations and what is kept: 60 images an epoch.
epochs() { row "$1" "$2" --model smallcnn --train-fraction 0.006 --steps 100 "${@:3}"; }
epochs q 'cosine, warm-up' --warmup-epochs 1
epochs - 'cosine, a quarter' --cosine-period quarter
epochs - fixed --sched fixed
epochs 3 step --sched step --step-epochs 1,2.5 --step-factor 0.3
epochs p piecewise-constant --sched piecewise-constant --knots 1:0.5,2.5:0.1
epochs - piecewise-linear --sched piecewise-linear --knots 0:0.1,2:1,4:0.01 --opt sgd
epochs q3pe 'restarts, momentum kept' --sched warm-restarts --restart-epochs 1 --restart-mult 2
epochs 3e 'restarts, momentum reset, average' --sched warm-restarts --restart-epochs 1 --restart-mult 1 \
  --restart-momentum reset --eta-min 0.1 --eta-max 0.9 --ema 0.5 --opt sgdw
epochs q3pe 'best and early stop' --eval-every 1 --save-best --early-stop 1 --epochs 8 --lr 0.05
epochs 3 'best of the average' --eval-every 1 --save-best --ema 0.5 --log-every 2
epochs - 'authors, restarts' --dialect authors --sched warm-restarts --restart-epochs 2

# Images and presets.
row - 'no augmentation' --augment none
row q3 cutout --cutout 8
files() { row "$1" "$2" --model smallcnn --data "$data" "${@:3}"; }
files q3e 'CIFAR-10, a part held out' --val-fraction 0.1 --train-fraction 0.5
files 3p 'CIFAR-10, cutout' --val-fraction 0.05 --cutout 5 --augment none
row 3 'preset paper-sgdwr' --preset paper-sgdwr --model shake26-2x16d
row - 'resnet20v1, as Keras trains it' --model resnet20v1 --opt adam --dialect keras --l2 0.0002 \
  --no-l2 dense,norm,bias --steps 2

((passed + failed)) || stop "--only $only: no row has that in its name."
echo "$passed passed, $failed failed"
((failed == 0))
