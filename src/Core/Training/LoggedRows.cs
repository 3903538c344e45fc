using System.Globalization;
using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;

namespace Progeny.Core.Training;

/// <summary>Logged queries with their outcome as training rows. Those that do not fit the schema are left out and counted.</summary>
internal sealed class LoggedRows : IFeedReader
{
    private readonly TrainerSchema schema;
    private readonly IAsyncEnumerator<AnsweredQuery> queries;
    private readonly SortedDictionary<string, long> skipped;
    private AnsweredQuery? current;

    public LoggedRows(IAnsweredQueries store, AnsweredSet found, TrainerSchema schema, CancellationToken cancellationToken)
    {
        this.schema = schema;
        Columns = schema.Columns;
        skipped = new(found.Skipped.ToDictionary(), StringComparer.Ordinal);
        queries = store.ReadAsync(found, cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    public IReadOnlyList<string> Columns { get; }

    public long Count { get; private set; }

    /// <summary>The times of the first and of the last query.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? Times { get; private set; }

    public IReadOnlyDictionary<string, long> Skipped => skipped;

    /// <summary>What is asked of a record: the features, and the ordinal where it is a field of its own.</summary>
    public static QueryProjection Projection(TrainerSchema schema)
    {
        List<string> fields = [.. schema.Features.Select(feature => feature.Name)];
        if (schema.Ordinal is { } ordinal && !fields.Contains(ordinal))
            fields.Add(ordinal);
        return new QueryProjection(
            fields, schema.Features.Where(feature => !feature.Nullable).Select(feature => feature.Name).ToHashSet(StringComparer.Ordinal));
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (await queries.MoveNextAsync())
        {
            current = queries.Current;
            if (Problem(current) is { } problem)
            {
                skipped[problem] = skipped.GetValueOrDefault(problem) + 1;
                continue;
            }

            Count++;
            Times = (Times?.First ?? current.At, current.At);
            return true;
        }

        return false;
    }

    public object? GetValue(int column)
    {
        if (column < schema.Features.Count)
            return current!.Values[column];
        return Columns[column] == schema.Label.Name
            ? current!.Outcome
            // A query that does not carry the ordinal has its time there.
            : (current!.Values.Count > schema.Features.Count ? current.Values[^1] : null) ?? Moment(current.At);
    }

    public ValueTask DisposeAsync() => queries.DisposeAsync();

    internal static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private string? Problem(AnsweredQuery query)
    {
        for (var i = 0; i < schema.Features.Count; i++)
        {
            if (DataCell.OfFeature(schema.Features[i], query.Values[i]).Problem is { } problem)
                return $"'{schema.Features[i].Name}' {problem.Split(';')[0]}";
        }

        if (query.Values.Count > schema.Features.Count && query.Values[^1] is { } ordinal
            && DataCell.OfOrdinal(ordinal).Problem is { } misfit)
            return $"'{schema.Ordinal}' {misfit.Split(';')[0]}";
        return DataCell.OfLabel(schema, query.Outcome).Problem is { } wrong ? $"the outcome {wrong.Split(';')[0]}" : null;
    }
}
