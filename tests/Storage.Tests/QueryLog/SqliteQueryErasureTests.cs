using System.Text;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class SqliteQueryErasureTests : QueryErasureTests
{
    public SqliteQueryErasureTests()
        : base(new SqliteHome())
    {
    }

    private protected override IQueryErasure Erasure => new SqliteQueryErasure(((SqliteHome)Home).Database, Marks);

    [Fact]
    public async Task Erased_records_are_in_no_file_once_it_says_so()
    {
        await FillAsync();
        var path = ((SqliteHome)Home).Path;
        Holds(path, "m3").ShouldBeTrue();

        await EraseAsync("mallory");
        (await Erasure.CompactAsync(default)).ShouldBeNull();

        Holds(path, "m3").ShouldBeFalse();
        Holds(path, "bob").ShouldBeTrue();
    }

    private static bool Holds(string path, string text) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*", SearchOption.AllDirectories).Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    });
}
