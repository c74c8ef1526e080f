package onehall.program

import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import java.io.PrintStream
import java.time.LocalDate
import java.time.ZoneId
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import onehall.CoreException
import onehall.OneHallClient
import onehall.at
import onehall.json
import onehall.jsonList

/** How long the journey waits for a clerk. */
private const val CLERK_WITHIN_MILLIS = 600_000L

/** A picture of one dot: what a demo citizen photographs. */
private const val DOT =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/VscvDQAAAABJRU5ErkJggg=="

/**
 * A citizen's matter from the log-in to the hall's next step, on the demo hall in ONEHALL_HALL, printed as a person would see
 * it. The arguments are a file of demo answers (backend/tests/demo-answers) and the account of the clerk who takes the next
 * step where ONEHALL_OUTSIDE is set; without, somebody does that in the console.
 */
fun main(arguments: Array<String>) {
    printUtf8()
    val result = runCatching {
        val answers = File(arguments.firstOrNull() ?: error("usage: Journey <demo-answers.json> [clerk]"))
        val clerk = arguments.getOrElse(1) { "ps-window" }
        inFolder { folder ->
            OneHallClient.open(setting("ONEHALL_HALL"), folder.path, SecretsInMemory()).use { client ->
                runBlocking { Journey(client, JsonParser.parseString(answers.readText()).asJsonObject, clerk).walk() }
            }
        }
    }
    result.exceptionOrNull()?.let {
        System.err.println(if (it is CoreException) "${it.code}: ${it.message} ${it.error["fields"] ?: ""}" else it.message)
        exitProcess(1)
    }
    exitProcess(0)
}

/** Standard output in UTF-8, whatever the locale: the hall speaks Chinese. */
internal fun printUtf8() = System.setOut(PrintStream(System.out, true, Charsets.UTF_8))

private class Journey(private val client: OneHallClient, sample: JsonObject, private val clerk: String) {
    private val item = sample["form"].asString
    private val answers = sample.at("/complete/0/answers")!!.asJsonObject

    suspend fun walk() = coroutineScope {
        val welcome = client.hello(version = "journey")
        println("OneHall ${welcome.version}, ${welcome.terminal}")
        val catalog = client.ask("get_catalog").asJsonObject
        println("${catalog.at("/city/name").text()}: ${catalog["items"].asJsonArray.size()} services")

        logIn(answers["phone"]?.asString ?: "13800000001")
        val draft = client.ask("open_draft", json("start" to json("item" to item))).at("/id")!!.asString
        fill(draft)

        val submission = client.ask("prepare_submission", json("id" to draft))
        val key = client.ask("new_key")
        val receipt = client.ask("submit", json("id" to draft, "submission" to submission, "key" to key)).asJsonObject
        val case = receipt["case_id"].asString
        println("\nsubmitted: ${receipt["item_name"].text()}, ${receipt["number"].asString}")
        show(case)

        // Listens before it asks for the step, so that the step cannot be missed.
        val change = async(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
            client.events.first { it.kind == "case_changed" && it.content["id"].asString == case }
        }
        when (System.getenv("ONEHALL_OUTSIDE")) {
            null -> println("waiting for a clerk: take the case in the console, /console/")
            else -> clerkActs(case)
        }
        withTimeoutOrNull(CLERK_WITHIN_MILLIS) { change.await() } ?: error("no clerk came")
        show(case)
        client.ask("log_out")
        println("logged out")
    }

    private suspend fun logIn(phone: String) {
        client.ask("request_code", json("phone" to phone))
        val session = client.ask("log_in", json("phone" to phone, "code" to code(phone))).asJsonObject
        println("logged in: ${session.at("/actor/name")!!.asString}")
    }

    /** The text message, as it comes to the phone of a demo citizen. */
    private suspend fun code(phone: String): String {
        System.getenv("ONEHALL_OUTSIDE")?.let { outside ->
            return Outside.post(outside, json("code" to json("phone" to phone))).at("/code")!!.asString
        }
        val messages = Outside.get("${setting("ONEHALL_HALL")}/api/v1/dev/messages").asJsonArray.map { it.asJsonObject }
        val newest = messages.filter { it["to"].asString.endsWith(phone) }.maxBy { it["at"].asString }
        return Regex("""(?<!\d)\d{6}(?!\d)""").find(newest["text"].asString)!!.value
    }

    private suspend fun clerkActs(case: String) {
        val action = json("account" to clerk, "case" to case, "action" to "pass-pre-review")
        Outside.post(setting("ONEHALL_OUTSIDE"), json("clerk" to action))
    }

    /** Goes from page to page, each filled until nothing on it is left to answer. */
    private suspend fun fill(draft: String) {
        val seen = mutableSetOf<String>()
        while (true) {
            val pages = view(draft, null)["pages"].asJsonArray.map { it.asJsonObject["id"].asString }
            val page = pages.firstOrNull { seen.add(it) } ?: break
            do { val more = answerOne(draft, page) } while (more)
            println("\n── ${view(draft, page).at("/page/title").text()}")
            questions(view(draft, page).at("/page/questions")).forEach(::print)
        }
    }

    private suspend fun view(draft: String, page: String?): JsonObject =
        client.ask("view_draft", json("id" to draft, "page" to page)).asJsonObject

    /** Answers the first question of the page that is not answered as the sample says; false where there is none. */
    private suspend fun answerOne(draft: String, page: String): Boolean {
        val question = questions(view(draft, page).at("/page/questions")).firstOrNull { question ->
            val wanted = answers[question["path"].asString]?.onDay()
            val isFile = wanted.isFile()
            wanted != null && if (isFile) question["value"].isJsonNull else question["value"] != wanted
        } ?: return false
        val path = question["path"].asString
        val wanted = answers[path].onDay()
        val value = if (wanted.isFile()) upload(draft, path, wanted.asJsonArray) else wanted
        val change = json("path" to path, "value" to value)
        client.ask("change_answers", json("id" to draft, "changes" to jsonList(listOf(change)), "page" to page))
        return true
    }

    private suspend fun upload(draft: String, path: String, files: Iterable<JsonElement>): JsonElement =
        jsonList(files.mapIndexed { transfer, file ->
            val name = file.asJsonObject["name"].asString.substringBeforeLast('.') + ".png"
            val content = json("name" to name, "media_type" to "image/png", "bytes" to DOT)
            val to = json("kind" to "draft", "id" to draft)
            client.ask("upload_file", json("to" to to, "path" to path, "file" to content, "transfer" to transfer + 1))
        })

    /** The questions of a page, those in sections and rows behind their heading. */
    private fun questions(shown: JsonElement?): List<JsonObject> = shown!!.asJsonArray.map { it.asJsonObject }.flatMap { question ->
        val inSection = question["questions"]?.let(::questions) ?: emptyList()
        listOf(question) + inSection + question["rows"].asJsonArray.flatMap { row -> questions(row.asJsonObject["questions"]) }
    }

    private fun print(question: JsonObject) {
        val fault = question["errors"].asJsonArray.joinToString("") { "  ! ${it.asJsonObject["message"].asString}" }
        println("   ${question.at("/definition/label").text()}: ${question["display"].asString}$fault")
    }

    private suspend fun show(case: String) {
        val status = client.ask("get_case", json("id" to case)).at("/status")!!.asJsonObject
        val due = status["due"]?.takeUnless { it.isJsonNull }?.let { ", ${it.asString}" } ?: ""
        println("${status["step_name"].text()}: ${status["next"].text()}$due")
    }
}

/** A text in the hall's first language. */
private fun JsonElement?.text(): String = this?.asJsonObject?.get("zh-CN")?.asString ?: ""

private fun JsonElement?.isFile(): Boolean =
    this != null && isJsonArray && asJsonArray.any { it.isJsonObject && it.asJsonObject.has("sha256") }

/** Days are written from today on (`{"$day": -12}`, `{"$weekday": 6}`), so that the answers never grow old. */
private fun JsonElement.onDay(): JsonElement {
    val today = LocalDate.now(ZoneId.of("Asia/Shanghai"))
    val written = if (isJsonObject) asJsonObject else return this
    written["\$day"]?.let { return json("day" to today.plusDays(it.asLong).toString())["day"] }
    written["\$weekday"]?.let { weekday ->
        val day = (1L..7L).map(today::plusDays).first { it.dayOfWeek.value == weekday.asInt }
        return json("day" to day.toString())["day"]
    }
    return this
}
