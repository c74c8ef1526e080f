package onehall.program

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.JsonPrimitive
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import onehall.CoreEvent
import onehall.CoreException
import onehall.OneHallClient
import onehall.at
import onehall.binding.SecretStore
import onehall.canonical

/** How long a step waits for its event. */
private const val EVENT_WITHIN_MILLIS = 30_000L

/** Runs the scenario that the argument names; see tests/scenarios/README.md for the steps. */
fun main(arguments: Array<String>) {
    printUtf8()
    val result = runCatching {
        val file = File(arguments.singleOrNull() ?: error("usage: ScenarioRunner <scenario.json>"))
        val scenario = JsonParser.parseString(file.readText()).asJsonObject
        inFolder { folder ->
            OneHallClient.open(setting("ONEHALL_HALL"), folder.path, SecretsInMemory()).use { client ->
                runBlocking { Scenario(client, scenario).run(::println) }
            }
        }
    }
    result.exceptionOrNull()?.let {
        System.err.println(it.message ?: it.toString())
        exitProcess(1)
    }
    exitProcess(0)
}

/** One run of a scenario. */
class Scenario(private val client: OneHallClient, private val scenario: JsonObject) {
    private val kept = mutableMapOf<String, JsonElement>()
    private val heard = Channel<CoreEvent>(Channel.UNLIMITED)

    /** Carries out every step; hands each line of the transcript to [line]. */
    suspend fun run(line: (String) -> Unit) = coroutineScope {
        val listening = listen(this)
        scenario["steps"].asJsonArray.forEachIndexed { index, written ->
            try {
                val step = fill(written).asJsonObject
                val content = carryOut(step)
                step["keep"]?.asJsonObject?.entrySet()?.forEach { (name, pointer) ->
                    kept[name] = content.there(pointer.asString)
                }
                step["show"]?.asJsonArray?.forEach { pointer ->
                    val shown = JsonArray()
                    shown.add(index)
                    shown.add(pointer)
                    shown.add(content.there(pointer.asString))
                    line(shown.canonical())
                }
            } catch (failure: CoreException) {
                error("step $index of ${scenario["name"].asString}: ${failure.code}: ${failure.message}")
            } catch (failure: IllegalStateException) {
                error("step $index of ${scenario["name"].asString}: ${failure.message}")
            }
        }
        listening.cancel()
    }

    /** Undispatched: it listens before the first step, not some time after. */
    private fun listen(scope: CoroutineScope) = scope.launch(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
        client.events.collect { heard.send(it) }
    }

    private suspend fun carryOut(step: JsonObject): JsonElement = when {
        step.has("ask") -> ask(step["ask"].asJsonObject, step["fail"]?.asString)
        step.has("hello") -> client.relayedHello()
        step.has("outside") -> Outside.post(setting("ONEHALL_OUTSIDE"), step["outside"])
        step.has("event") -> event(step["event"].asString, step["match"]?.asJsonObject ?: JsonObject())
        else -> error("nobody knows a step of ${step.keySet().joinToString()}")
    }

    private suspend fun ask(command: JsonObject, fail: String?): JsonElement {
        val reply = try {
            client.ask(command)
        } catch (failure: CoreException) {
            if (failure.code == fail) return failure.error
            throw failure
        }
        check(fail == null) { "${command.keySet().first()} should fail with $fail, but went well" }
        return reply
    }

    /** The first such event; with it go those before it. */
    private suspend fun event(kind: String, match: JsonObject): JsonElement {
        val passed = mutableListOf<String>()
        val found = withTimeoutOrNull(EVENT_WITHIN_MILLIS) {
            var event = heard.receive()
            while (event.kind != kind || !match.entrySet().all { (pointer, value) -> event.content.at(pointer) == value }) {
                passed += event.kind
                event = heard.receive()
            }
            event.content
        }
        return found ?: error("no event $kind came; heard: ${passed.joinToString().ifEmpty { "none" }}")
    }

    /** Puts kept values where `{name}` stands: as they are where it is all of a string, as text inside of one. */
    private fun fill(value: JsonElement): JsonElement = when (value) {
        is JsonObject -> JsonObject().also { filled -> value.entrySet().forEach { (name, item) -> filled.add(name, fill(item)) } }
        is JsonArray -> JsonArray().also { filled -> value.forEach { filled.add(fill(it)) } }
        is JsonPrimitive -> if (value.isString) fill(value.asString) else value
        else -> value
    }

    private fun fill(text: String): JsonElement {
        PLACE.matchEntire(text)?.let { place -> kept[place.groupValues[1]]?.let { return it } }
        return JsonPrimitive(
            PLACE.replace(text) { place ->
                val value = kept[place.groupValues[1]] ?: error("nothing was kept as ${place.value}")
                if (value is JsonPrimitive && value.isString) value.asString else value.canonical()
            },
        )
    }

    private companion object {
        val PLACE = Regex("""\{([\w-]+)\}""")
    }
}

private fun JsonElement.there(pointer: String): JsonElement = at(pointer) ?: error("there is nothing at $pointer")

private suspend fun OneHallClient.relayedHello(): JsonElement {
    val envelope = """{"protocol":1,"id":0,"call":{"hello":{"protocols":{"min":1,"max":1},"version":"scenario"}}}"""
    val reply = JsonParser.parseString(relay(envelope))
    return reply.at("/outcome/ok/hello") ?: error("hello failed: ${reply.canonical()}")
}

/** The secrets of a run: gone when it ends. */
class SecretsInMemory : SecretStore {
    /** What is kept now, by name. */
    val secrets = ConcurrentHashMap<String, String>()

    override fun get(name: String): String? = secrets[name]

    override fun put(name: String, secret: String) {
        secrets[name] = secret
    }

    override fun delete(name: String) {
        secrets.remove(name)
    }
}

internal fun setting(name: String): String = System.getenv(name)?.ifEmpty { null } ?: error("$name is not set")

/** Runs [work] with a folder that is gone afterwards. */
internal fun <T> inFolder(work: (File) -> T): T {
    val folder = kotlin.io.path.createTempDirectory("onehall-kotlin-").toFile()
    return try {
        work(folder)
    } finally {
        folder.deleteRecursively()
    }
}
