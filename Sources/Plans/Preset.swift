import Tensors

/// A plan of the literature that is part of the program: a file of launch/presets, embedded when it
/// is built.
public struct Preset: Sendable {
  /// The file's name without ".yaml".
  public let name: String
  /// The file: comments that say what it is and name its source, then the plan's flags as YAML.
  public let text: String

  /// What it is, in a line: the file's first, without its full stop.
  public var summary: String {
    let line = text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }
    return String(line.hasSuffix(".") ? line.dropLast() : line)
  }

  /// Whose recipes it is one of: its name's first word.
  public var family: Substring { name.prefix { $0 != "-" } }

  /// All presets by name; a new one is a file and a row here.
  public static let all: [Preset] = rows.map {
    Preset(name: $0, text: String(decoding: $1, as: UTF8.self))
  }

  private static let rows: KeyValuePairs<String, [UInt8]> = [
    "authors-imagenet32-adamw": PackageResources.authors_imagenet32_adamw_yaml,
    "authors-readme-adamw": PackageResources.authors_readme_adamw_yaml,
    "authors-readme-adamwr": PackageResources.authors_readme_adamwr_yaml,
    "authors-readme-sgdw": PackageResources.authors_readme_sgdw_yaml,
    "authors-readme-sgdwr": PackageResources.authors_readme_sgdwr_yaml,
    "blog-resnet56v2-cosine-30": PackageResources.blog_resnet56v2_cosine_30_yaml,
    "blog-resnet56v2-linear-30": PackageResources.blog_resnet56v2_linear_30_yaml,
    "blog-resnet56v2-piecewise-30": PackageResources.blog_resnet56v2_piecewise_30_yaml,
    "keras-flowers-adamw": PackageResources.keras_flowers_adamw_yaml,
    "keras-flowers-adamw-intended": PackageResources.keras_flowers_adamw_intended_yaml,
    "keras-flowers-sgd-l2": PackageResources.keras_flowers_sgd_l2_yaml,
    "keras-resnet20v1": PackageResources.keras_resnet20v1_yaml,
    "keras-resnet56v2": PackageResources.keras_resnet56v2_yaml,
    "paper-adamwr": PackageResources.paper_adamwr_yaml,
    "paper-cifar10-100": PackageResources.paper_cifar10_100_yaml,
    "paper-cifar10-1800-64d-adam": PackageResources.paper_cifar10_1800_64d_adam_yaml,
    "paper-cifar10-1800-64d-adamw": PackageResources.paper_cifar10_1800_64d_adamw_yaml,
    "paper-cifar10-1800-64d-sgd": PackageResources.paper_cifar10_1800_64d_sgd_yaml,
    "paper-cifar10-1800-64d-sgdw": PackageResources.paper_cifar10_1800_64d_sgdw_yaml,
    "paper-cifar10-1800-96d-adam": PackageResources.paper_cifar10_1800_96d_adam_yaml,
    "paper-cifar10-1800-96d-adamw": PackageResources.paper_cifar10_1800_96d_adamw_yaml,
    "paper-cifar10-1800-96d-sgd": PackageResources.paper_cifar10_1800_96d_sgd_yaml,
    "paper-cifar10-1800-96d-sgdw": PackageResources.paper_cifar10_1800_96d_sgdw_yaml,
    "paper-sgdwr": PackageResources.paper_sgdwr_yaml,
  ]

  /// The preset of that name, in any case; throws a usage failure that names one like it.
  public static func named(_ name: String) throws -> Preset {
    guard let preset = all.first(where: { $0.name == name.lowercased() }) else {
      let meant = all.map(\.name).suggestion(for: name)
      throw Failure(
        .usage,
        "--preset \(name): there is no such preset\(meant); adamw-ddp presets lists them."
      )
    }
    return preset
  }
}
