package onehall

import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.asSharedFlow
import onehall.binding.Config
import onehall.binding.EventListener
import onehall.binding.LogSink
import onehall.binding.OneHall
import onehall.binding.SecretStore

/** The protocol of the bridge that this client speaks. */
private const val PROTOCOL = 1

/** Where this client begins to number its calls: pages, whose envelopes are relayed, count from 1 on the same bridge. */
private const val FIRST_CALL = 1L shl 52

/**
 * The core of an application: asks commands, gives events. Safe to call from any coroutine; the work is done on threads of
 * the core, never on the caller's.
 *
 * Commands and replies are JSON, as the crate `onehall-client` describes them: they stay readable between an application and
 * pages of different days. An application wraps the few that it needs itself; its pages bring their own.
 */
class OneHallClient private constructor(private val hall: OneHall, private val told: MutableSharedFlow<CoreEvent>) :
    AutoCloseable {

    private val lastCall = AtomicLong(FIRST_CALL)

    /**
     * What the core tells by itself, from the moment of collecting on. Nothing is lost and nothing is merged: a slow collector
     * gets all of it, later.
     */
    val events: SharedFlow<CoreEvent> = told.asSharedFlow()

    /** Agrees with the core on a protocol; tells in which terminal and layout it runs. */
    suspend fun hello(version: String, protocols: IntRange = PROTOCOL..PROTOCOL): Welcome {
        val range = json("min" to protocols.first, "max" to protocols.last)
        val welcome = call("hello", json("protocols" to range, "version" to version)).asJsonObject
        return Welcome(
            protocol = welcome["protocol"].asInt,
            version = welcome["version"].asString,
            terminal = welcome["terminal"].asString,
            profile = welcome["profile"].asString,
            capabilities = welcome["capabilities"].asJsonArray.map { it.asString },
        )
    }

    /**
     * Asks a command, such as `get_case` with `{"id": …}`; gives the content of its reply. Cancelling the coroutine ends the
     * command in the core, with its request to the backend.
     *
     * @throws CoreException with the core's stable code
     */
    suspend fun ask(command: String, content: JsonObject = JsonObject()): JsonElement =
        ask(json(command to content))

    /** Asks a command as the bridge writes it: `{"get_case": {"id": …}}`. */
    suspend fun ask(command: JsonObject): JsonElement {
        val name = command.keySet().single()
        return call("ask", command).asJsonObject[name]
    }

    /**
     * Carries an envelope of somebody else, such as the pages in a web view; gives the reply, whatever it is. Its numbers are
     * below 2^52, and no two calls that are under way have the same.
     */
    suspend fun relay(envelope: String): String = hall.call(envelope)

    /** Ends calls that are under way and frees the data folder. What the core acknowledged is kept. */
    override fun close() {
        hall.shutDown()
        hall.close()
    }

    private suspend fun call(kind: String, content: JsonElement): JsonElement {
        val id = lastCall.incrementAndGet()
        val envelope = json("protocol" to PROTOCOL, "id" to id, "call" to json(kind to content))
        val outcome = JsonParser.parseString(hall.call(envelope.toString())).asJsonObject["outcome"].asJsonObject
        outcome["error"]?.let { throw CoreException(it.asJsonObject) }
        return outcome["ok"].asJsonObject[kind]
    }

    companion object {
        /**
         * Opens the core; reaches no network.
         *
         * @param baseUrl the hall's origin: `https://hall.example.gov.cn`
         * @param dataFolder a folder of the application's own, left out of backups
         * @param secrets the key store of the platform
         * @param log gets the core's log and the places of panics, free of personal data
         * @throws onehall.binding.OpenException with a stable code
         */
        fun open(
            baseUrl: String,
            dataFolder: String,
            secrets: SecretStore,
            terminal: String = "mobile",
            profile: String = "mobile",
            capabilities: List<String> = emptyList(),
            log: LogSink? = null,
        ): OneHallClient {
            val told = MutableSharedFlow<CoreEvent>(extraBufferCapacity = Int.MAX_VALUE)
            val listener = object : EventListener {
                override fun onEvent(event: String) {
                    told.tryEmit(CoreEvent(JsonParser.parseString(event).asJsonObject["event"].asJsonObject))
                }
            }
            val config = Config(baseUrl, dataFolder, terminal, profile, capabilities)
            return OneHallClient(OneHall.open(config, secrets, listener, log), told)
        }
    }
}

/** What the core answers to [OneHallClient.hello]. */
data class Welcome(
    val protocol: Int,
    val version: String,
    val terminal: String,
    val profile: String,
    val capabilities: List<String>,
)

/** What the core tells by itself: `case_changed` with its `id`, and so on. */
data class CoreEvent(val content: JsonObject) {
    val kind: String get() = content["kind"].asString
}

/** A command failed. [code] is stable; the message is for a person, in the language of the preferences. */
class CoreException(val error: JsonObject) : Exception(error["message"].asString) {
    val code: String get() = error["code"].asString
    val retryable: Boolean get() = error["retryable"].asBoolean
}
