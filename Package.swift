// swift-tools-version: 6.2
import PackageDescription

/// Numeric code is compiled with optimisation even in a debug build: without it tests run a hundred
/// times slower.
let optimized: SwiftSetting = .unsafeFlags(["-O"], .when(configuration: .debug))

/// The same kernel sources once per instruction set: KernelsAVX2 and KernelsAVX512 are links to
/// KernelsBaseline.
func kernels(_ name: String, level: String?) -> Target {
  var settings = [optimized] + common
  #if arch(x86_64)
    if let level {
      settings.append(
        .unsafeFlags(["-Xcc", "-march=\(level)", "-Xcc", "-mprefer-vector-width=512"])
      )
    }
  #endif
  return .target(name: name, dependencies: ["CKernels", "CPlatform"], swiftSettings: settings)
}

let common: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target; what computes is optimised in every configuration.
func library(
  _ name: String,
  _ dependencies: [Target.Dependency],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name,
    dependencies: dependencies,
    resources: resources,
    swiftSettings: [optimized] + common
  )
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: common)
}

let package = Package(
  name: "adamw-ddp",
  products: [.executable(name: "adamw-ddp", targets: ["adamw-ddp"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // Level 0: C as Swift may see it.
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]
    ),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPictures"),
    .systemLibrary(name: "CPlatform"),
    .systemLibrary(name: "CKernels"),

    // Level 1.
    library("Tensors", ["CPlatform"]),

    // Level 2.
    kernels("KernelsBaseline", level: nil),
    kernels("KernelsAVX2", level: "x86-64-v3"),
    kernels("KernelsAVX512", level: "x86-64-v4"),
    library(
      "Kernels",
      [
        "COpenBLAS", "CKernels", "CPlatform", "Tensors", "KernelsBaseline", "KernelsAVX2",
        "KernelsAVX512",
      ]
    ),
    library("Collectives", ["CPlatform", "Tensors"]),
    library("Containers", ["CZlib", "Tensors"]),
    library("Pictures", ["CPictures", "Tensors"]),
    library("Optimizers", ["CPlatform", "Tensors"]),
    library("Checkpoints", ["Tensors"]),

    // Level 3.
    library("Datasets", ["Containers", "Pictures", "Tensors"]),
    library("Networks", ["Tensors", "Kernels"]),
    library("MPICollectives", ["Collectives", "CMPI", "Tensors"]),
    library("DataParallel", ["Tensors", "Collectives", "Optimizers", "Checkpoints"]),

    // Level 4.
    library(
      "Plans",
      [
        "Tensors", "Kernels", "Pictures", "Datasets", "Optimizers", "Networks",
        .product(name: "Yams", package: "Yams"),
      ],
      // A link to launch/presets.
      resources: [.embedInCode("presets")]
    ),

    // Level 5.
    library(
      "Runs",
      [
        "Tensors", "Kernels", "Collectives", "Datasets", "Optimizers", "Checkpoints", "Networks",
        "Plans",
      ]
    ),

    // Level 6.
    library(
      "Training",
      [
        "Tensors", "Kernels", "Collectives", "Datasets", "Optimizers", "Checkpoints", "Networks",
        "DataParallel", "Plans", "Runs",
      ]
    ),

    // Level 7.
    library(
      "Benchmarks",
      [
        "Tensors", "Kernels", "Collectives", "Checkpoints", "Networks", "Optimizers",
        "DataParallel", "Plans", "Training",
      ]
    ),

    // Level 8.
    .executableTarget(
      name: "adamw-ddp",
      dependencies: [
        "Tensors", "Kernels", "Collectives", "MPICollectives", "Datasets", "Pictures", "Networks",
        "Optimizers", "Checkpoints", "DataParallel", "Plans", "Runs", "Training", "Benchmarks",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: common
    ),

    // Tests: one target per library, references and checkers in TestSupport.
    .target(
      name: "TestSupport",
      dependencies: ["Tensors", "Collectives", "Kernels", "Networks", "Datasets", "Optimizers"],
      path: "Tests/TestSupport",
      swiftSettings: [optimized] + common
    ),
    tests("TensorsTests", ["Tensors", "TestSupport"]),
    tests("KernelsTests", ["Kernels", "Tensors", "TestSupport"]),
    tests("CollectivesTests", ["Collectives", "Tensors", "TestSupport"]),
    tests("ContainersTests", ["Containers", "CZlib", "Tensors", "TestSupport"]),
    tests("PicturesTests", ["Pictures", "Tensors", "TestSupport"]),
    tests("DatasetsTests", ["Datasets", "Containers", "Pictures", "Tensors", "TestSupport"]),
    tests("OptimizersTests", ["Optimizers", "Tensors", "TestSupport"]),
    tests("CheckpointsTests", ["Checkpoints", "Tensors", "TestSupport"]),
    tests("NetworksTests", ["Networks", "Kernels", "Tensors", "TestSupport"]),
    tests(
      "DataParallelTests",
      ["DataParallel", "Collectives", "Optimizers", "Checkpoints", "Tensors", "TestSupport"]
    ),
    tests(
      "PlansTests",
      [
        "Plans", "Datasets", "Networks", "Optimizers", "Tensors", "TestSupport",
      ]
    ),
    tests(
      "RunsTests",
      [
        "Runs", "Plans", "Checkpoints", "Collectives", "Datasets", "Kernels", "Networks", "Tensors",
        "TestSupport",
      ]
    ),
    tests(
      "TrainingTests",
      [
        "Plans", "Runs", "Training", "Datasets", "Networks", "Collectives", "DataParallel",
        "Optimizers",
        "Pictures", "Kernels", "Checkpoints", "Tensors", "TestSupport",
      ]
    ),
    tests(
      "CommandLineTests",
      // The program itself is what these spawn.
      [
        "adamw-ddp", "plan-fuzzer", "MPICollectives", "Plans", "Checkpoints", "Tensors",
        "TestSupport",
      ]
    ),
    .executableTarget(
      name: "rank-checks",
      dependencies: ["MPICollectives", "Collectives", "TestSupport", "Tensors"],
      path: "Tests/rank-checks",
      swiftSettings: common
    ),
    // Many ranks on few cores; Tests/scale.sh runs it.
    .executableTarget(
      name: "scale-probe",
      dependencies: [
        "MPICollectives", "Collectives", "Datasets", "Kernels", "Networks", "Optimizers",
        "Plans", "Training", "Tensors", "TestSupport",
      ],
      path: "Tests/scale-probe",
      swiftSettings: common
    ),
    // Logits and gradients of one batch; Tests/pytorch/compare-gradients.sh runs it.
    .executableTarget(
      name: "gradient-probe",
      dependencies: ["Checkpoints", "Networks", "Tensors", "TestSupport"],
      path: "Tests/gradient-probe",
      swiftSettings: common
    ),
    // Random plans, each run in two places; Tests/plan-fuzzer.sh runs it.
    .executableTarget(
      name: "plan-fuzzer",
      dependencies: [
        "Plans", "Datasets", "Networks", "Optimizers", "Kernels", "Tensors", "TestSupport",
      ],
      path: "Tests/plan-fuzzer",
      swiftSettings: common
    ),
    // Counts allocations of training steps; a program of its own, because it is traced as a whole.
    .executableTarget(
      name: "step-probe",
      dependencies: [
        "Plans", "Runs", "Training", "Datasets", "Networks", "Collectives", "Kernels", "Tensors",
        "CPlatform", "TestSupport",
      ],
      path: "Tests/step-probe",
      swiftSettings: [optimized] + common
    ),
    // Starts rank-checks under mpirun; never a rank itself.
    tests("MPITests", ["TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
