import Kernels
import Tensors

/// Puts a model over memory: makes the site of every node and asks the operations for their stages.
///
/// Used twice, over nothing to learn the order of the stages, and over the planned memory.
struct NetworkSites {
  let model: Model
  let layout: ParameterLayout
  let around: Site.Surroundings
  let isView: [Bool]
  let gradients: GradientPlan

  /// Where things are; all at one address in a trial.
  struct Addresses {
    var value: (Int) -> Floats
    var gradient: (Int) -> Floats?
    var own: (Int) -> Site.Own
    var parameters: Floats
    var parameterGradients: [Floats]

    /// Everything at one address, never read or written.
    static func nowhere(_ place: Floats) -> Addresses {
      // Never followed; only a place to count from.
      let doubles = UnsafeMutableRawPointer(place).assumingMemoryBound(to: Double.self)
      return Addresses(
        value: { _ in place },
        gradient: { _ in place },
        own: { _ in
          Site.Own(
            forward: place,
            backward: place,
            floats: place,
            doubles: doubles,
            records: doubles
          )
        },
        parameters: place,
        parameterGradients: []
      )
    }
  }

  /// A node's tensors in the layout.
  static func entries(_ node: Node, _ model: Model, _ layout: ParameterLayout) -> [ParameterEntry] {
    model.parameters(node).compactMap { layout["\(node.name).\($0.suffix)"] }
  }

  /// The stages of every node.
  func parts(_ addresses: Addresses) -> [StageOrder.Part] {
    let sites = sites(addresses).sites
    let training = around.mode != .inference
    return model.nodes.enumerated().map { i, node in
      let trained = Self.entries(node, model, layout).filter { $0.role != .statistic }
      return StageOrder.Part(
        forward: node.operation.forward(sites[i]),
        backward: training ? node.operation.backward(sites[i]) : [],
        ranges: training ? trained.map(\.range) : []
      )
    }
  }

  /// How the result of every node can be read, once its stages of forward have run.
  func views(_ addresses: Addresses) -> [InputView] { sites(addresses).views }

  private func sites(_ addresses: Addresses) -> (sites: [Site], views: [InputView]) {
    var views: [InputView] = []
    var sites: [Site] = []
    // Forward values first: a reader's site needs the views of its inputs, a gradient's factors the
    // site of its reader.
    for (i, node) in model.nodes.enumerated() {
      let site = site(i, views, addresses, factors: nil)
      sites.append(site)
      views.append(
        isView[i] ? node.operation.view(site) : InputView(stored: addresses.value(i))
      )
    }
    for i in model.nodes.indices {
      guard let (j, k) = gradients.scaledBy[i] else { continue }
      let factors = model.nodes[j].operation.gradientFactors(sites[j], input: k)
      sites[i] = site(i, views, addresses, factors: factors)
    }
    return (sites, views)
  }

  private func site(
    _ i: Int,
    _ views: [InputView],
    _ addresses: Addresses,
    factors: Floats?
  ) -> Site {
    let node = model.nodes[i]
    let entries = Self.entries(node, model, layout)
    let kind = node.operation.kind
    return Site(
      around,
      shapes: (model.inputShapes(node), node.shape),
      Site.Values(x: node.inputs.map { views[$0] }, y: addresses.value(i), isView: isView[i]),
      Site.Gradients(
        dx: node.inputs.enumerated().map { gradients.writes[i][$0] ? addresses.gradient($1) : nil },
        accumulates: gradients.accumulates[i],
        dy: addresses.gradient(i) ?? addresses.value(i),
        factors: factors
      ),
      Site.Parameters(
        pointers: entries.map { addresses.parameters + $0.range.lowerBound },
        ranges: entries.map(\.range),
        gradients: addresses.parameterGradients
      ),
      addresses.own(i),
      number: model.nodes[..<i].count { $0.operation.kind == kind }
    )
  }
}
