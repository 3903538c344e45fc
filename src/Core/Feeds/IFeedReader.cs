namespace Progeny.Core.Feeds;

/// <summary>The rows of one query, forward only.</summary>
public interface IFeedReader : IAsyncDisposable
{
    /// <summary>The names of the query's columns, in its order.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Moves to the next row; false behind the last.</summary>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The current row's value: string, long, double, bool, or null. Times are ISO 8601 strings.</summary>
    object? GetValue(int column);
}
