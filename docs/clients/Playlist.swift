import CoreML
import Foundation

// The graphs of an accepted bundle, run on the phone by Core ML: iOS 16 or later. README.md says
// what goes in and comes out.

private let mostTracks = 8

/// One rated track. `outcome` and `weight` have three numbers.
struct Rating {
    let features, mood, outcome, weight: [Float]
}

/// The N tracks to choose from, at least one. `features`: their rows, one after another.
struct Candidates {
    let features: [Float]
    let allowed: [Bool]
    let recency, familiarity: [Float]
}

/// What a playlist is for. `curve` has a number for each track wanted, at most 8; `guards` and
/// `weights` are in the order of the manifest.
struct Request {
    let mood, target, curve, guards, weights: [Float]
    let seed: Int64
}

/// A track of a playlist: which of the candidates, and what the playlist's log says of it.
struct Choice {
    let row: Int
    let waypoint, predicted, deviation: [Float]
    let logProbability: Float
}

struct WrongShape: Error {}

final class Graphs {
    private let adaptModel, playlistModel: MLModel

    /// `adapt`, `playlist`: compiled models, which `compiled` makes once of each of the bundle's.
    init(adapt: URL, playlist: URL) throws {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = .cpuOnly // in 32 bits; the Neural Engine computes in 16
        adaptModel = try MLModel(contentsOf: adapt, configuration: configuration)
        playlistModel = try MLModel(contentsOf: playlist, configuration: configuration)
    }

    /// Compiles the `.mlpackage` folder at the path that the manifest gives for a graph, and keeps
    /// what comes out at `place`, which must not exist yet.
    static func compiled(_ package: URL, at place: URL) async throws -> URL {
        let temporary = try await MLModel.compileModel(at: package)
        try FileManager.default.moveItem(at: temporary, to: place)
        return place
    }

    /// The vector [D] that also knows this rating. Not for a record that says `learns`: false.
    func adapted(_ vector: [Float], rating: Rating) throws -> [Float] {
        // inputs of adapt
        let inputs = try [
            "vector": tensor(vector, vector.count),
            "features": tensor(rating.features, rating.features.count),
            "mood": tensor(rating.mood, 2),
            "outcome": tensor(rating.outcome, 3),
            "weight": tensor(rating.weight, 3),
        ]
        // end
        let value = try run(adaptModel, inputs)
        let adapted = try value("adapted")
        return vector.indices.map { adapted[$0].floatValue }
    }

    /// A playlist as long as the curve; shorter when too few tracks are allowed.
    func playlist(_ vector: [Float], candidates: Candidates, request: Request) throws -> [Choice] {
        let n = candidates.allowed.count
        let width = candidates.features.count / n
        let allowed = candidates.allowed.map { $0 ? Float(1) : 0 }
        let curve = request.curve + Array(repeating: 0, count: mostTracks - request.curve.count)
        let noise = gumbel(mostTracks * n, seed: request.seed)
        // inputs of playlist
        let inputs = try [
            "features": tensor(candidates.features, n, width),
            "allowed": tensor(allowed, n),
            "recency": tensor(candidates.recency, n),
            "familiarity": tensor(candidates.familiarity, n),
            "vector": tensor(vector, vector.count),
            "mood": tensor(request.mood, 2),
            "target": tensor(request.target, 2),
            "curve": tensor(curve, mostTracks),
            "guards": tensor(request.guards, 3),
            "weights": tensor(request.weights, 6),
            "noise": tensor(noise, mostTracks, n),
        ]
        // end
        let value = try run(playlistModel, inputs)
        let order = try value("order")
        let waypoints = try value("waypoints")
        let path = try value("path")
        let deviation = try value("deviation")
        let chances = try value("log_probability")
        return request.curve.indices.filter { order[$0].intValue >= 0 }.map { k in
            Choice(
                row: order[k].intValue,
                waypoint: pair(waypoints, k),
                predicted: pair(path, k),
                deviation: pair(deviation, k),
                logProbability: chances[k].floatValue
            )
        }
    }

    private func run(
        _ graph: MLModel, _ inputs: [String: MLMultiArray]
    ) throws -> (String) throws -> MLMultiArray {
        let outputs = try graph.prediction(from: MLDictionaryFeatureProvider(dictionary: inputs))
        return { name in
            guard let value = outputs.featureValue(for: name)?.multiArrayValue else {
                throw WrongShape()
            }
            return value
        }
    }

    private func tensor(_ values: [Float], _ shape: Int...) throws -> MLMultiArray {
        guard values.count == shape.reduce(1, *) else { throw WrongShape() }
        let array = try MLMultiArray(shape: shape.map { NSNumber(value: $0) }, dataType: .float32)
        array.withUnsafeMutableBytes { memory, _ in
            values.withUnsafeBytes { memory.copyMemory(from: $0) }
        }
        return array
    }

    private func pair(_ values: MLMultiArray, _ k: Int) -> [Float] {
        (0..<2).map { values[[NSNumber(value: k), NSNumber(value: $0)]].floatValue }
    }
}

/// Standard Gumbel draws from SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195),
/// so that a seed makes the same playlist again on any phone.
func gumbel(_ count: Int, seed: Int64) -> [Float] {
    var state = UInt64(bitPattern: seed)
    return (0..<count).map { _ in
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        let uniform = (Double(bits >> 12) + 0.5) / 0x1p52 // between 0 and 1
        return Float(-log(-log(uniform)))
    }
}
