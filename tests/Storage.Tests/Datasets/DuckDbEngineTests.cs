using DuckDB.NET.Data;
using Progeny.Core.Common;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Datasets;

public sealed class DuckDbEngineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DuckDbEngine engine;

    public DuckDbEngineTests() => engine = new DuckDbEngine(new DatasetsOptions { Memory = 128 << 20 }, Path.Combine(folder.Path, "work"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Session_reads_the_files_that_it_may_and_no_others()
    {
        var (own, foreign) = (Path.Combine(folder.Path, "it's own.csv"), Path.Combine(folder.Path, "foreign.csv"));
        foreach (var file in new[] { own, foreign })
            await File.WriteAllTextAsync(file, "code\n007\n");
        await using var session = engine.Open(new DuckDbAccess([own], []));

        (await session.ScalarAsync($"SELECT code FROM read_csv({SqlText.Literal(own)}, all_varchar = true)", default)).ShouldBe("007");
        foreach (var sql in new[]
        {
            $"SELECT * FROM read_csv({SqlText.Literal(foreign)})",
            "SELECT * FROM read_text('/etc/hostname')",
            $"COPY (SELECT 1) TO {SqlText.Literal(Path.Combine(folder.Path, "written.csv"))}",
            $"ATTACH {SqlText.Literal(Path.Combine(folder.Path, "other.db"))}",
            "INSTALL httpfs",
            "SELECT * FROM glob('/*')",
            "SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')",
            "SET memory_limit = '100GB'",
            "SET enable_external_access = true",
        })
            await Should.ThrowAsync<DuckDBException>(() => session.ExecuteAsync(sql, default), sql);
    }

    [Fact]
    public async Task Session_ends_a_query_that_is_cancelled_and_leaves_no_files()
    {
        await using (var session = engine.Open(DuckDbAccess.None))
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Should.ThrowAsync<OperationCanceledException>(() => session.ScalarAsync(
                "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range * b.range % 7 = 3", stop.Token));
            (await session.ScalarAsync("SELECT 'on'", default)).ShouldBe("on");
        }

        Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "work")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Session_that_would_take_more_memory_than_it_may_fails_alone()
    {
        await using var session = new DuckDbEngine(
            new DatasetsOptions { Memory = 64 << 20, TemporaryBytes = 0 }, Path.Combine(folder.Path, "work")).Open(DuckDbAccess.None);
        (await Should.ThrowAsync<DuckDBException>(() =>
            session.ScalarAsync("SELECT max(x) FROM (SELECT list(range::VARCHAR) AS x FROM range(50000000))", default)))
            .Message.ShouldContain("Memory", Case.Insensitive);
    }
}
