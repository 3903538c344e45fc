using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Progeny.Storage.Common;
using Progeny.Storage.Hosting;
using Progeny.Storage.Releases;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>From one node to a cluster and back: whoever asks cannot tell.</summary>
public sealed class MoveTests(MovedNode fixture) : IClassFixture<MovedNode>
{
    private const string RunningExperiment = "/api/projects/running/experiments/abtest-1";

    [Fact]
    public async Task Cluster_answers_what_the_node_did_and_goes_on_where_it_stood_and_so_does_a_node_again()
    {
        fixture.Answers.Where(answer => answer.Key.Contains(" replay ", StringComparison.Ordinal))
            .ShouldAllBe(answer => answer.Value.Contains("\"identical\":true", StringComparison.Ordinal));
        var database = await fixture.CreateDatabaseAsync();
        var summary = await MovedNode.ImportAsync(fixture.Data, database, "mine");
        Count(summary, "records").ShouldBe(fixture.Answers.Keys.Count(key => key.Contains(" query ", StringComparison.Ordinal)));
        (Count(summary, "artifacts") + Count(summary, "files of datasets")).ShouldBe(Artifacts(fixture.Data).Count);

        var member = await fixture.StartMemberAsync(database, "mine");
        try
        {
            ShouldEqual(await MovedNode.AnswersAsync(member), fixture.Answers);
            await GoOnAsync(member);
        }
        finally
        {
            await MovedNode.StopMemberAsync(member);
        }

        // The cluster is asked again, since it went on.
        var again = await fixture.StartMemberAsync(database, "mine");
        IReadOnlyDictionary<string, string> answers;
        try
        {
            answers = await MovedNode.AnswersAsync(again);
        }
        finally
        {
            await MovedNode.StopMemberAsync(again);
        }

        var back = fixture.PathOf("back");
        await MovedNode.ExportAsync(back, database, "mine");
        Artifacts(fixture.Data).Except(Artifacts(back)).ShouldBeEmpty();
        await using var node = await MovedNode.StartAloneAsync(back);
        ShouldEqual(await MovedNode.AnswersAsync(node), answers);
        await GoOnAsync(node);
    }

    [Fact]
    public async Task Artifacts_go_where_the_cluster_keeps_them()
    {
        var shared = Directory.CreateDirectory(fixture.PathOf("shared")).FullName;
        var artifacts = new ArtifactsOptions { Store = ArtifactsOptions.SharedFolder, Folder = shared };
        var database = await fixture.CreateDatabaseAsync();
        await MovedNode.ImportAsync(fixture.Data, database, artifacts: artifacts);
        (await MovedNode.ExecuteAsync(database, "SELECT count(*) FROM artifacts")).ShouldBe(0);
        await MovedNode.ExportAsync(fixture.PathOf("from-shared"), database, artifacts: artifacts);
        Artifacts(fixture.PathOf("from-shared")).ShouldBe(Artifacts(fixture.Data), ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_in_use_or_taken_is_refused_and_stays_as_it_is()
    {
        var database = await fixture.CreateDatabaseAsync();
        (await RefusedAsync(() => MovedNode.ImportAsync(fixture.PathOf("nowhere"), database))).ShouldContain("no data folder");
        Directory.Exists(fixture.PathOf("nowhere")).ShouldBeFalse();
        (await RefusedAsync(() => MovedNode.ExportAsync(fixture.PathOf("out"), database))).ShouldContain("holds no cluster");
        using (new DataFolder(Options.Create(new StorageOptions { DataFolder = fixture.Data })))
            await Should.ThrowAsync<DataFolderException>(() => MovedNode.ImportAsync(fixture.Data, database));

        await MovedNode.ImportAsync(fixture.Data, database, "mine");
        (await RefusedAsync(() => MovedNode.ImportAsync(fixture.Data, database, "mine"))).ShouldContain("is not empty");
        (await RefusedAsync(() => MovedNode.ExportAsync(fixture.Data, database, "mine"))).ShouldContain("is there already");
        await Should.ThrowAsync<IOException>(() => MovedNode.ExportAsync(fixture.PathOf("out"), database, "theirs"));

        var member = await fixture.StartMemberAsync(database, "mine");
        try
        {
            (await RefusedAsync(() => MovedNode.ExportAsync(fixture.PathOf("out"), database, "mine"))).ShouldContain("Stop all");
        }
        finally
        {
            await MovedNode.StopMemberAsync(member);
        }

        Path.Exists(fixture.PathOf("out")).ShouldBeFalse();
    }

    [Fact]
    public async Task Move_that_fails_leaves_nothing_behind_and_can_be_tried_again()
    {
        var damaged = fixture.PathOf("damaged");
        CopyFolder(fixture.Data, damaged);
        var artifact = Directory.EnumerateFiles(Path.Combine(damaged, "artifacts"), "*", SearchOption.AllDirectories).First();
        var contents = await File.ReadAllBytesAsync(artifact);
        await File.WriteAllBytesAsync(artifact, [.. contents, 1]);
        var database = await fixture.CreateDatabaseAsync();
        (await RefusedAsync(() => MovedNode.ImportAsync(damaged, database))).ShouldContain("digest");
        foreach (var table in (string[])[
            "OrleansStorage",
            "segments",
            "query_ids",
            "log_days",
            "outcomes",
            "decisions",
            "windows",
            "artifacts",
            "artifact_chunks",
        ])
            (await MovedNode.ExecuteAsync(database, $"SELECT count(*) FROM {table}")).ShouldBe(0, table);

        await File.WriteAllBytesAsync(artifact, contents);
        await MovedNode.ImportAsync(damaged, database);
        await MovedNode.ExecuteAsync(database, "UPDATE artifact_chunks SET data = data || '\\x01'");
        (await RefusedAsync(() => MovedNode.ExportAsync(fixture.PathOf("never"), database))).ShouldContain("digest");
        Directory.EnumerateFileSystemEntries(fixture.PathOf("."), "never*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Restored_copy_of_a_cluster_answers_alike_under_another_name()
    {
        var database = await fixture.CreateDatabaseAsync();
        await MovedNode.ImportAsync(fixture.Data, database, "old");
        var restored = await fixture.CreateDatabaseAsync(copyOf: database);
        await MovedNode.ExecuteAsync(restored, await ReadRenamingAsync());
        var member = await fixture.StartMemberAsync(restored, "new");
        try
        {
            ShouldEqual(await MovedNode.AnswersAsync(member), fixture.Answers);
        }
        finally
        {
            await MovedNode.StopMemberAsync(member);
        }
    }

    [Fact]
    public async Task Rows_are_the_same_after_a_move_there_and_back()
    {
        var database = await fixture.CreateDatabaseAsync();
        await MovedNode.ImportAsync(fixture.Data, database);
        await MovedNode.ExportAsync(fixture.PathOf("rows"), database);
        foreach (var file in (string[])["grains.db", "queries.db", "metrics.db"])
        {
            using var before = Open(Path.Combine(fixture.Data, file));
            using var after = Open(Path.Combine(fixture.PathOf("rows"), file));
            var tables = Rows(before, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name");
            tables.ShouldNotBeEmpty();
            // The journal is applied, the index by id made anew, and where the log ends is told by its last record or by what was swept.
            foreach (var table in tables.Except(["journal", "id_runs", "id_pages", "swept"]))
                Rows(after, $"SELECT * FROM {table}")
                    .ShouldBe(Rows(before, $"SELECT * FROM {table}"), ignoreOrder: true, $"{file}: {table}");
        }
    }

    /// <summary>A node goes on: numbers go on, what runs runs on, and what is counted is counted once.</summary>
    private static async Task GoOnAsync(Node node)
    {
        var before = MovedNode.Outcomes(await node.GetAsync(RunningExperiment));
        foreach (var project in MovedNode.Projects)
        {
            var queries = await MovedNode.ListAsync(node, project);
            var generations = (await node.GetAsync($"/api/projects/{project}/generations")).AsArray().Count;
            await MovedNode.TrainAsync(node, project);
            (await node.GetAsync($"/api/projects/{project}/generations")).AsArray().Select(generation => (string)generation!["reference"]!)
                .ShouldBe(Enumerable.Range(1, generations + 1).Select(number => $"{project}@1.0.0:{number}"));

            await node.UntilAsync($"/api/projects/{project}/experiments", experiments => (string)experiments[0]!["status"]! == "running");
            await Rollouts.ExperimentProject.ServeAsync(node.Http, project, 20, _ => 0.5, new Random(1));
            await node.UntilAsync(
                $"/api/projects/{project}/metrics?step=1h",
                metrics =>
                    MovedNode.Sum(metrics, "rows") >= queries.Count + 20 && MovedNode.Sum(metrics, "outcomes") >= queries.Count + 20);
            var metrics = await node.GetAsync($"/api/projects/{project}/metrics?step=1h");
            (MovedNode.Sum(metrics, "rows"), MovedNode.Sum(metrics, "outcomes")).ShouldBe((queries.Count + 20, queries.Count + 20));
            var now = await MovedNode.ListAsync(node, project);
            now.Count.ShouldBe(queries.Count + 20);
            now.Take(20).ShouldAllBe(query => (long)query["sequence"]! > (long)queries[0]["sequence"]!);
        }

        await node.UntilAsync(RunningExperiment, info => (string)info["status"]! == "running" && MovedNode.Outcomes(info) == before + 20);
    }

    /// <summary>The statements of docs/moving.md that give a cluster another name.</summary>
    private static async Task<string> ReadRenamingAsync()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Orleans.sln is in no folder above the tests.");
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "docs", "moving.md"));
        return page.Split("```sql").Select(part => part.Split("```")[0])
            .Single(block => block.Contains("UPDATE progeny", StringComparison.Ordinal));
    }

    private static async Task<string> RefusedAsync(Func<Task<MoveSummary>> move) => (await Should.ThrowAsync<MoveException>(move)).Message;

    private static long Count(MoveSummary summary, string name) => summary.Counts.Single(count => count.Name == name).Count;

    private static void ShouldEqual(IReadOnlyDictionary<string, string> answers, IReadOnlyDictionary<string, string> expected)
    {
        answers.Keys.ShouldBe(expected.Keys);
        foreach (var (path, answer) in expected)
        {
            if (!JsonNode.DeepEquals(JsonNode.Parse(answers[path]), JsonNode.Parse(answer)))
                answers[path].ShouldBe(answer, path);
        }
    }

    private static List<string> Artifacts(string data) =>
        [
            .. Directory.EnumerateFiles(Path.Combine(data, "artifacts"), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(data, path)).Order(),
        ];

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=false");
        connection.Open();
        return connection;
    }

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) switch
            {
                byte[] bytes => Convert.ToHexString(bytes),
                // JSON comes back with other blanks and in another order.
                string text when text.StartsWith('{') && JsonNode.Parse(text) is JsonObject known =>
                    string.Join(
                        ',',
                        known.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value?.ToJsonString()}")),
                var value => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"),
            })));
        }

        return rows;
    }
}
