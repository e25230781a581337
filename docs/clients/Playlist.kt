package attune

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtSession
import java.io.File
import java.nio.FloatBuffer
import kotlin.math.ln

// The graphs of an accepted bundle, run on the phone by
// com.microsoft.onnxruntime:onnxruntime-android. README.md says what goes in and comes out.

private const val MOST_TRACKS = 8

/** One rated track. `outcome` and `weight` have three numbers. */
class Rating(
    val features: FloatArray, val mood: FloatArray, val outcome: FloatArray, val weight: FloatArray,
)

/** The N tracks to choose from, at least one. `features`: their rows, one after another. */
class Candidates(
    val features: FloatArray,
    val allowed: BooleanArray,
    val recency: FloatArray,
    val familiarity: FloatArray,
)

/** What a playlist is for. `curve` has a number for each track wanted, at most 8; `guards` and
 * `weights` are in the order of the manifest. */
class Request(
    val mood: FloatArray,
    val target: FloatArray,
    val curve: FloatArray,
    val guards: FloatArray,
    val weights: FloatArray,
    val seed: Long,
)

/** A track of a playlist: which of the candidates, and what the playlist's log says of it. */
class Choice(
    val row: Int,
    val waypoint: FloatArray,
    val predicted: FloatArray,
    val deviation: FloatArray,
    val logProbability: Float,
)

/** `adapt`, `playlist`: the bundle's files at the paths that its manifest gives for the graphs. */
class Graphs(adapt: File, playlist: File) : AutoCloseable {
    private val environment = OrtEnvironment.getEnvironment()
    private val adapt = open(adapt)
    private val playlist = open(playlist)

    /** The vector [D] that also knows this rating. Not for a record that says `learns`: false. */
    fun adapted(vector: FloatArray, rating: Rating): FloatArray {
        // inputs of adapt
        val inputs = mapOf(
            "vector" to tensor(vector, vector.size),
            "features" to tensor(rating.features, rating.features.size),
            "mood" to tensor(rating.mood, 2),
            "outcome" to tensor(rating.outcome, 3),
            "weight" to tensor(rating.weight, 3),
        )
        // end
        return run(adapt, inputs) { value -> value("adapted") as FloatArray }
    }

    /** A playlist as long as the curve; shorter when too few tracks are allowed. */
    fun playlist(vector: FloatArray, candidates: Candidates, request: Request): List<Choice> {
        val n = candidates.allowed.size
        val width = candidates.features.size / n
        val allowed = FloatArray(n) { if (candidates.allowed[it]) 1f else 0f }
        val noise = gumbel(MOST_TRACKS * n, request.seed)
        // inputs of playlist
        val inputs = mapOf(
            "features" to tensor(candidates.features, n, width),
            "allowed" to tensor(allowed, n),
            "recency" to tensor(candidates.recency, n),
            "familiarity" to tensor(candidates.familiarity, n),
            "vector" to tensor(vector, vector.size),
            "mood" to tensor(request.mood, 2),
            "target" to tensor(request.target, 2),
            "curve" to tensor(request.curve.copyOf(MOST_TRACKS), MOST_TRACKS),
            "guards" to tensor(request.guards, 3),
            "weights" to tensor(request.weights, 6),
            "noise" to tensor(noise, MOST_TRACKS, n),
        )
        // end
        return run(playlist, inputs) { value ->
            val order = value("order") as IntArray
            val waypoints = rows(value("waypoints"))
            val path = rows(value("path"))
            val deviation = rows(value("deviation"))
            val chances = value("log_probability") as FloatArray
            request.curve.indices.filter { order[it] >= 0 }.map {
                Choice(order[it], waypoints[it], path[it], deviation[it], chances[it])
            }
        }
    }

    override fun close() {
        adapt.close()
        playlist.close()
    }

    private fun open(graph: File): OrtSession =
        environment.createSession(graph.path, OrtSession.SessionOptions())

    private fun tensor(values: FloatArray, vararg shape: Int): OnnxTensor {
        val sizes = LongArray(shape.size) { shape[it].toLong() }
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), sizes)
    }

    private fun <T> run(
        graph: OrtSession, inputs: Map<String, OnnxTensor>, read: ((String) -> Any) -> T,
    ): T =
        try {
            graph.run(inputs).use { outputs -> read { name -> outputs.get(name).get().value } }
        } finally {
            inputs.values.forEach(OnnxTensor::close)
        }
}

private fun rows(value: Any): List<FloatArray> = (value as Array<*>).map { it as FloatArray }

/** Standard Gumbel draws from SplitMix64 (Steele, Lea and Flood 2014, doi
 * 10.1145/2660193.2660195), so that a seed makes the same playlist again on any phone. */
internal fun gumbel(count: Int, seed: Long): FloatArray {
    var state = seed.toULong()
    return FloatArray(count) {
        state += 0x9e3779b97f4a7c15uL
        var bits = (state xor (state shr 30)) * 0xbf58476d1ce4e5b9uL
        bits = (bits xor (bits shr 27)) * 0x94d049bb133111ebuL
        bits = bits xor (bits shr 31)
        val uniform = ((bits shr 12).toDouble() + 0.5) / (1L shl 52) // between 0 and 1
        (-ln(-ln(uniform))).toFloat()
    }
}
