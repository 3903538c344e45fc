using Progeny.Core.Common;

namespace Progeny.Core.Queries;

/// <summary>A query by rows as it was read: columns of features, other fields, and what the client said of the whole.</summary>
/// <remarks>Disposing it gives its memory back to the schema for the next query: nothing of it may be used afterwards.</remarks>
public sealed class QueryRows(QuerySchema schema) : IDisposable
{
    private readonly List<object?[]> extras = [];

    public QuerySchema Schema { get; } = schema;

    public FeatureBatchBuilder Features { get; } = new(schema.Features) { Redacted = schema.Redacted };

    /// <summary>The client's id for the query; null: none was given.</summary>
    public string? QueryId { get; set; }

    /// <summary>The entity named beside the rows; null: none was.</summary>
    public string? Entity { get; set; }

    /// <summary>For each field the last row that had it, so that a reader notices a field that a row has twice.</summary>
    internal int[] LastRows { get; } = new int[schema.Features.Count + schema.Extras.Count];

    /// <summary>Adds a row with all values missing and returns its index.</summary>
    public int AddRow()
    {
        if (Schema.Extras.Count > 0)
            extras.Add(new object?[Schema.Extras.Count]);
        return Features.AddRow();
    }

    /// <summary>Adds rows with all values missing.</summary>
    public void AddRows(int count)
    {
        for (var row = 0; row < count && Schema.Extras.Count > 0; row++)
            extras.Add(new object?[Schema.Extras.Count]);
        Features.AddRows(count);
    }

    /// <summary>Copies some rows, to be disposed like these; they must be as they were read.</summary>
    /// <param name="wanted">The indexes of the rows, in the order of the copies.</param>
    public QueryRows Take(ReadOnlySpan<int> wanted)
    {
        var taken = Schema.Rent();
        taken.AddRows(wanted.Length);
        taken.Entity = Entity;
        for (var column = 0; column < Features.Columns.Count; column++)
        {
            for (var row = 0; row < wanted.Length; row++)
                taken.Features.Columns[column].CopyFrom(Features.Columns[column], wanted[row], row);
        }

        for (var row = 0; row < wanted.Length && Schema.Extras.Count > 0; row++)
            extras[wanted[row]].CopyTo(taken.extras[row], 0);
        return taken;
    }

    public void SetExtra(int row, int extra, object? value) => extras[row][extra] = value;

    public object? GetExtra(int row, int extra) => extras[row][extra];

    /// <summary>The value of a field, feature or not, in a row; null where it is missing.</summary>
    public object? Get(int row, string field)
    {
        var index = Schema.IndexOf(field);
        if (index < 0)
            return null;
        return index < Features.Columns.Count ? Features.Columns[index].Get(row) : extras[row][index - Features.Columns.Count];
    }

    /// <summary>The entity that a row asks about; null: none.</summary>
    public string? EntityOf(int row) =>
        Entity ?? (Schema.Entity is not null && Get(row, Schema.Entity) is { } value ? ValueText.Of(value) : null);

    public void Dispose()
    {
        extras.Clear();
        QueryId = null;
        Entity = null;
        var rows = Features.Rows;
        Features.Clear();
        Schema.GiveBack(this, rows);
    }
}
