package onehall

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonPrimitive

/** An object: `json("id" to case, "rating" to json("stars" to 5))`. */
fun json(vararg members: Pair<String, Any?>): JsonObject =
    JsonObject().apply { members.forEach { (name, value) -> add(name, element(value)) } }

/** A list. */
fun jsonList(items: Iterable<Any?>): JsonArray = JsonArray().apply { items.forEach { add(element(it)) } }

private fun element(value: Any?): JsonElement = when (value) {
    null -> JsonNull.INSTANCE
    is JsonElement -> value
    is String -> JsonPrimitive(value)
    is Number -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is Iterable<*> -> jsonList(value)
    else -> throw IllegalArgumentException("not JSON: ${value::class}")
}

/** What a JSON pointer (RFC 6901) leads to; null where there is nothing. */
fun JsonElement.at(pointer: String): JsonElement? =
    pointer.split('/').drop(1).fold(this as JsonElement?) { here, step ->
        val name = step.replace("~1", "/").replace("~0", "~")
        when (here) {
            is JsonObject -> here[name]
            is JsonArray -> name.toIntOrNull()?.let { here.asList().getOrNull(it) }
            else -> null
        }
    }

/** Compact JSON with sorted keys, letter by letter what every runner of scenarios writes. */
fun JsonElement.canonical(): String = buildString { write(this@canonical) }

private fun StringBuilder.write(element: JsonElement) {
    when (element) {
        is JsonObject -> {
            append('{')
            element.entrySet().sortedBy { it.key }.forEachIndexed { index, (name, value) ->
                if (index > 0) append(',')
                write(name)
                append(':')
                write(value)
            }
            append('}')
        }
        is JsonArray -> {
            append('[')
            element.forEachIndexed { index, item ->
                if (index > 0) append(',')
                write(item)
            }
            append(']')
        }
        is JsonPrimitive -> if (element.isString) write(element.asString) else append(element.asString)
        else -> append("null")
    }
}

private fun StringBuilder.write(text: String) {
    append('"')
    for (letter in text) {
        when (letter) {
            '"' -> append("\\\"")
            '\\' -> append("\\\\")
            '\n' -> append("\\n")
            '\r' -> append("\\r")
            '\t' -> append("\\t")
            '\b' -> append("\\b")
            '\u000C' -> append("\\f")
            in '\u0000'..'\u001F' -> append("\\u%04x".format(letter.code))
            else -> append(letter)
        }
    }
    append('"')
}
