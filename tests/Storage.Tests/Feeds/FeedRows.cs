using Progeny.Core.Feeds;

namespace Progeny.Storage.Tests.Feeds;

internal static class FeedRows
{
    public static readonly IReadOnlyDictionary<string, object?> NoParameters = new Dictionary<string, object?>();

    public static async Task<List<object?[]>> RowsAsync(
        this IFeed feed, string sql, IReadOnlyDictionary<string, object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        await using var reader = await feed.ReadAsync(sql, parameters ?? NoParameters, cancellationToken);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add([.. Enumerable.Range(0, reader.Columns.Count).Select(reader.GetValue)]);
        return rows;
    }

    public static IReadOnlyDictionary<string, object?> With(params (string Name, object? Value)[] parameters) =>
        parameters.ToDictionary(p => p.Name, p => p.Value);
}
