package attune

import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException

private const val DEEPEST = 4 // of arrays and maps in each other

/**
 * The one item of deterministic CBOR (RFC 8949 §4.2.1) that the bytes are: a Long, ByteArray,
 * String, List, Map or Boolean, as far as signed messages need it. Null when they are no such item,
 * or not in the one form that is deterministic, or more than one.
 */
fun decode(bytes: ByteArray): Any? =
    try {
        val reader = Reader(bytes)
        reader.item(DEEPEST).takeIf { reader.at == bytes.size }
    } catch (problem: NotDeterministic) {
        null
    }

fun hex(bytes: ByteArray): String = bytes.joinToString("") { "%02x".format(it) }

private class NotDeterministic : Exception()

private fun expect(holds: Boolean) {
    if (!holds) throw NotDeterministic()
}

private class Reader(private val bytes: ByteArray) {
    var at = 0
        private set

    fun item(depth: Int): Any? {
        expect(depth > 0)
        val head = take(1)[0].toInt() and 0xff
        val value = argument(head and 31)
        return when (head shr 5) {
            0 -> value
            1 -> -1 - value
            2 -> take(value)
            3 -> text(take(value))
            4 -> many(value) { item(depth - 1) }
            5 -> map(value, depth - 1)
            else -> simple(head)
        }
    }

    /** A number or length, which must be in the shortest of its forms, and below 2^63. */
    private fun argument(info: Int): Long {
        if (info < 24) return info.toLong()
        expect(info < 28)
        val long = take(1L shl (info - 24))
        val value = long.fold(0L) { sum, byte -> (sum shl 8) or (byte.toLong() and 0xff) }
        expect(value >= if (long.size == 1) 24L else 1L shl (4 * long.size))
        return value
    }

    /** Of all else, false, true and null alone. */
    private fun simple(head: Int): Boolean? {
        expect(head in 0xf4..0xf6)
        return listOf(false, true, null)[head - 0xf4]
    }

    private fun map(size: Long, depth: Int): Map<Any?, Any?> {
        var before = ""
        return many(size) {
            val start = at
            val key = item(depth)
            val encoded = hex(bytes.copyOfRange(start, at))
            expect(encoded > before) // in order, and none twice
            before = encoded
            key to item(depth)
        }.toMap()
    }

    private fun <T> many(count: Long, next: () -> T): List<T> {
        expect(count <= bytes.size)
        return List(count.toInt()) { next() }
    }

    private fun take(count: Long): ByteArray {
        expect(count <= bytes.size - at)
        at += count.toInt()
        return bytes.copyOfRange(at - count.toInt(), at)
    }

    private fun text(encoded: ByteArray): String =
        try {
            Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString()
        } catch (problem: CharacterCodingException) {
            throw NotDeterministic()
        }
}
