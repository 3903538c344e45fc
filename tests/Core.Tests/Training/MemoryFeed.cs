using System.Globalization;
using Progeny.Core.Feeds;

namespace Progeny.Core.Tests.Training;

/// <summary>A feed of rows given, which remembers what it was asked.</summary>
public sealed class MemoryFeed(IReadOnlyList<string> columns, IEnumerable<object?[]> rows) : IFileFeed, IFeedCatalog
{
    public string Name => "memory";

    public string Sql { get; private set; } = "";

    public IReadOnlyDictionary<string, object?> Parameters { get; private set; } = new Dictionary<string, object?>();

    public string? File { get; private set; }

    public bool Disposed { get; private set; }

    public static MemoryFeed Of(IReadOnlyList<string> columns, params object?[][] rows) => new(columns, rows);

    public IFeed Get(string name, string project) => name == Name
        ? this
        : throw new FeedException(name, string.Create(CultureInfo.InvariantCulture, $"is not configured; there is {Name}"));

    public string? Refusal(string name, string project) => null;

    public Task<IFileFeed> OpenFileAsync(string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        File = path;
        return Task.FromResult<IFileFeed>(this);
    }

    public Task<IFeedReader> ReadAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        // What is asked of the ordinal beforehand has no row to show.
        if (sql.Contains("WHERE 1 = 0", StringComparison.Ordinal) || sql.Contains("IS NULL", StringComparison.Ordinal)
            || sql.StartsWith("SELECT max(", StringComparison.Ordinal))
            return Task.FromResult<IFeedReader>(new Reader(columns, Enumerable.Empty<object?[]>().GetEnumerator()));
        Sql = sql;
        Parameters = parameters;
        return Task.FromResult<IFeedReader>(new Reader(columns, rows.GetEnumerator()));
    }

    public Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> wanted,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private sealed class Reader(IReadOnlyList<string> columns, IEnumerator<object?[]> rows) : IFeedReader
    {
        public IReadOnlyList<string> Columns => columns;

        public ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(rows.MoveNext());
        }

        public object? GetValue(int column) => rows.Current[column];

        public ValueTask DisposeAsync()
        {
            rows.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
