package onehall.program

import com.google.gson.JsonElement
import com.google.gson.JsonParser
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** What does not happen on the terminal: a text message arrives, a clerk acts. */
internal object Outside {
    private val http: HttpClient by lazy { HttpClient.newHttpClient() }

    /** Posts JSON; gives the JSON that comes back. */
    suspend fun post(address: String, what: JsonElement): JsonElement =
        send(HttpRequest.newBuilder(URI(address)).header("content-type", "application/json").POST(BodyPublishers.ofString(what.toString())))

    /** Gets JSON. */
    suspend fun get(address: String): JsonElement = send(HttpRequest.newBuilder(URI(address)))

    private suspend fun send(request: HttpRequest.Builder): JsonElement {
        val answer = withContext(Dispatchers.IO) { http.send(request.build(), BodyHandlers.ofString()) }
        check(answer.statusCode() == 200) { "outside answered ${answer.statusCode()}: ${answer.body()}" }
        return JsonParser.parseString(answer.body())
    }
}
