using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>What becomes of a batch apply whose node is killed.</summary>
[Collection("processes")]
public sealed class ApplyCrashTests : DataFixture
{
    private static readonly string[] Settings = ["--Apply:ChunkRows", "1000", "--Apply:LowPriority", "false"];

    [Theory]
    [InlineData(60_000, "file:csv", false)]
    [InlineData(20_000, "feed:crm/scores", true)]
    public async Task Job_of_a_killed_node_goes_on_and_has_each_row_once(int rows, string output, bool log)
    {
        string[] settings =
        [
            .. Settings, "--Feeds:crm:Kind", "sqlite", "--Feeds:crm:ConnectionString", $"Data Source={PathOf("crm.db")};Pooling=False",
            "--Feeds:crm:WriteTables", "scores",
        ];
        await using (var feed = new SqliteConnection($"Data Source={PathOf("crm.db")};Pooling=False"))
        {
            await feed.OpenAsync();
            await using var create = feed.CreateCommand();
            create.CommandText = "CREATE TABLE others (id INTEGER)";
            await create.ExecuteNonQueryAsync();
        }

        var folder = EchoProject.WriteFinished(PathOf("echo"), "echo");
        string job;
        double before;
        using (var node = await NodeProcess.StartAsync(Data, settings))
        {
            await node.ServeAsync("echo", folder);
            var text = new StringBuilder("id,x\n");
            for (var row = 1; row <= rows; row++)
                text.Append(CultureInfo.InvariantCulture, $"k{row},{row}\n");
            using var content = new StringContent(text.ToString(), new MediaTypeHeaderValue("application/octet-stream"));
            using var sent = await node.Http.PostAsync("/api/projects/echo/apply/files", content);
            var input = (string)(await sent.Content.ReadFromJsonAsync<JsonNode>())!["input"]!;
            job = (string)(await node.PostAsync(
                "/api/projects/echo/apply", new { input, file_name = "rows.csv", output, log }))["id"]!;
            before = (double)(await node.UntilAsync($"/api/jobs/{job}", info => (double)info["progress"]! > 0))["progress"]!;
            await node.KillAsync();
        }

        before.ShouldBeLessThan(1);
        using var again = await NodeProcess.StartAsync(Data, settings);
        var ended = await again.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("succeeded", (string)ended["message"]!);
        ((int)ended["attempts"]!).ShouldBe(2);
        if (output == "file:csv")
        {
            var lines = (await again.Http.GetStringAsync($"/api/jobs/{job}/apply/output"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lines.Length.ShouldBe(rows + 1);
            for (var row = 1; row <= rows; row++)
                lines[row].ShouldStartWith(string.Create(CultureInfo.InvariantCulture, $"k{row},"));
        }
        else
        {
            var counted = await again.PostAsync(
                "/api/projects/echo/feeds/crm/query", new { sql = "SELECT count(*), count(DISTINCT id), max(row_number) FROM scores" });
            counted["rows"]!.ToJsonString().ShouldBe(string.Create(CultureInfo.InvariantCulture, $"[[{rows},{rows},{rows}]]"));
        }

        (await again.Http.GetStringAsync($"/api/jobs/{job}/log")).ShouldNotContain(" 0 chunks of");
        if (log)
            (await CountQueriesAsync(again)).ShouldBe((rows, rows));
    }

    /// <summary>How many queries are in the log, and how many of different ids.</summary>
    private static async Task<(int All, int Different)> CountQueriesAsync(NodeProcess node)
    {
        var ids = new List<string>();
        var next = "";
        do
        {
            var page = await node.GetAsync($"/api/projects/echo/queries?limit=1000{next}");
            ids.AddRange(page["queries"]!.AsArray().Select(query => (string)query!["query_id"]!));
            next = page["before"] is { } before ? $"&before={before}" : "";
        }
        while (next.Length > 0);
        return (ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }
}
